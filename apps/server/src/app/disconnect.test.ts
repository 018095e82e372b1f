import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestServer, testServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface JobJson {
  readonly id: string;
  readonly state: string;
}
const jobs = async (): Promise<readonly JobJson[]> => (await (await server.call("/v1/jobs")).json()).jobs;
const long = { prompt: "a red apple", steps: 1000 };
const cancel = { "x-cancel-on-disconnect": "true" };
const image = { prompt: "a red apple", size: "64x64", steps: 1000 };

test.each([
  ["txt2img", "/sdapi/v1/txt2img", { ...long, width: 64, height: 64 }],
  ["OpenAI's images", "/v1/images/generations", image],
  ["a stream of OpenAI's images", "/v1/images/generations", { ...image, stream: true, partial_images: 1 }],
])("a caller of %s that leaves takes its job along where it asked for that, and else not", async (_, path, json) => {
  for (const headers of [cancel, {}]) {
    const earlier = (await jobs()).map(({ id }) => id);
    const added = async () => (await jobs()).find(({ id }) => !earlier.includes(id));
    const leaving = new AbortController();
    const answer = server
      .call(path, { json, headers, signal: leaving.signal })
      .then((response) => response.text())
      .catch(() => {});
    await expect.poll(async () => (await added())?.state).toBe("running");
    leaving.abort();
    await answer;
    if (headers === cancel) {
      await expect.poll(async () => (await added())?.state).toBe("canceled");
      continue;
    }
    const job = await added();
    expect(job?.state).toBe("running");
    await server.call(`/v1/jobs/${job?.id}/cancel`, { method: "POST" });
    await (await server.call(`/v1/jobs/${job?.id}/events`)).text();
  }
});

test("a stream of events that its caller leaves cancels the job where it asked for that", async () => {
  const { id } = await (await server.call("/v1/jobs", { json: { kind: "text-to-image", ...long } })).json();
  const leaving = new AbortController();
  const { body } = await server.call(`/v1/jobs/${id}/events?cancel=disconnect`, { signal: leaving.signal });
  await body?.getReader().read();
  leaving.abort();
  const state = async () => (await (await server.call(`/v1/jobs/${id}`)).json()).state;
  await expect.poll(state).toBe("canceled");
});
