const job = { kind: "text-to-image", prompt: "a red apple, blue background", steps: 2 };

/** Waits until a server answers, and lets it make an image of the default model. */
export async function isMade(url, token) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const call = async (path, init = {}) => {
    const response = await fetch(`${url}${path}`, { ...init, headers });
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`);
    return response;
  };
  for (const path of ["/healthz", "/readyz"]) await call(path);
  let state = await (await call("/v1/jobs", { method: "POST", body: JSON.stringify(job) })).json();
  while (!["done", "failed", "canceled"].includes(state.state)) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    state = await (await call(`/v1/jobs/${state.id}`)).json();
  }
  if (state.state !== "done") throw new Error(`the job ended as ${JSON.stringify(state)}`);
  const file = Buffer.from(await (await call(state.files[0].url)).arrayBuffer());
  if (file.toString("latin1", 1, 4) !== "PNG") throw new Error("the file of the job is no PNG");
  const page = await (await call("/v1/docs")).text();
  if (!page.includes("/v1/jobs")) throw new Error("/v1/docs does not describe /v1/jobs");
}
