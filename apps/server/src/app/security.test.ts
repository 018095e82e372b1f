import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { encodePng } from "aquatint";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applicationRoutes, bodiesOf, formOf, multipart, pathOf, png } from "../../test/routes.ts";
import { type TestServer, testServer } from "../../test/test-server.ts";
import { newToken, tokenHash, writeUsers } from "../auth/accounts.ts";
import { startServer } from "./server.ts";

const tokens = { ann: newToken(), bob: newToken(), root: newToken() };
type User = keyof typeof tokens;
const SECRET = "zanzibar";
const TASK = `task(${SECRET})`;
let server: TestServer;
let job: { readonly id: string; readonly files: readonly { readonly url: string }[] };

const as = (user: User) => ({ authorization: `Bearer ${tokens[user]}` });
const call = (user: User, path: string, init: Parameters<TestServer["call"]>[1] = {}) =>
  server.call(path, { ...init, headers: { ...as(user), ...init.headers } });

beforeAll(async () => {
  server = await testServer({}, async (folder) => {
    const usersFile = join(folder, "users.json");
    const user = (name: User, role: "admin" | "user") => ({ name, role, tokens: [tokenHash(tokens[name])] });
    await writeUsers(usersFile, [user("ann", "user"), user("bob", "user"), user("root", "admin")]);
    return {
      usersFile,
      allowedOrigins: ["https://app.example.org"],
      allowedHosts: ["gpu-box"],
      publicUrl: "https://gpu.example.org",
      maxBody: 100_000,
    };
  });
  await call("ann", "/sdapi/v1/options", { json: { samples_format: "webp", note: SECRET } });
  const body = { prompt: SECRET, steps: 2, width: 8, height: 8, force_task_id: TASK };
  expect((await call("ann", "/sdapi/v1/txt2img", { json: body })).status).toBe(200);
  const { jobs } = await (await call("ann", "/v1/jobs")).json();
  job = await (await call("ann", `/v1/jobs/${jobs[0].id}`)).json();
  expect(job.files).toHaveLength(1);
});
afterAll(() => server[Symbol.asyncDispose]());

/** Made before the server starts: its encoding takes longer than the server keeps idle connections. */
const wide = encodePng({ width: 5000, height: 5000, channels: 3, data: new Uint8Array(75e6) });
const bodies = bodiesOf(TASK);
const writing = new Set(["POST", "PUT"]);

test("every route that takes a body has one in the walk of two users", () => {
  const posts = applicationRoutes().filter(({ method }) => writing.has(method));
  expect(posts.filter(({ path }) => !(path in bodies))).toEqual([]);
  expect(Object.keys(bodies).filter((path) => !posts.some((route) => route.path === path))).toEqual([]);
});

test("no route shows a user the jobs, images, prompts or settings of another, or changes them", async () => {
  const all = applicationRoutes();
  expect(all.length).toBeGreaterThan(40);
  for (const route of all) {
    const { method } = route;
    const path = pathOf(route, { id: job.id, index: "0", name: "tiny" });
    const body = writing.has(method) ? bodies[route.path] : undefined;
    const form = multipart.has(route.path)
      ? { body: formOf(body as object as Readonly<Record<string, unknown>>) }
      : { json: body };
    const accept = { accept: "application/json, text/event-stream" };
    const response = await call("bob", path, { method, headers: accept, ...(body !== undefined && form) });
    const text = await response.text();
    expect(text, `${method} ${path}`).not.toContain(SECRET);
    expect(response.status, `${method} ${path}: ${text}`).toBeLessThan(500);
    if (path.includes(job.id)) expect(response.status, `${method} ${path}`).toBe(404);
    else if (body !== undefined) expect(response.status, `${method} ${path}: ${text}`).toBeLessThan(300);
    if (path === "/metrics") expect(response.status).toBe(403);
    if (path === "/internal/progress") expect(JSON.parse(text)).toMatchObject({ active: false, completed: false });
  }
  expect(await (await call("ann", "/sdapi/v1/options")).json()).toMatchObject({ samples_format: "webp" });
  expect(await (await call("ann", `/v1/jobs/${job.id}`)).json()).toMatchObject({ state: "done" });
  expect((await call("root", `/v1/jobs/${job.id}`)).status).toBe(404);
  const metrics = await (await call("root", "/metrics")).text();
  expect(metrics).toMatch(/^aquatint_queue_jobs\{state="queued"\} \d/m);
  expect(metrics).toMatch(/^aquatint_job_seconds\{kind="text-to-image"\} (?!0$)\d/m);
  expect(metrics).toMatch(/^aquatint_step_seconds\{kind="text-to-image"\} (?!0$)\d/m);
  const memory = (name: string) =>
    Number(new RegExp(`^aquatint_workers_memory_${name} (\\S+)$`, "m").exec(metrics)?.[1]);
  expect(memory("bytes")).toBeGreaterThan(2 ** 24);
  expect(memory("peak_bytes")).toBeGreaterThanOrEqual(memory("bytes"));
});

test("the web UI's progress, interrupt and skip are about the caller's own jobs", async () => {
  const body = { prompt: "a cat", steps: 1000, width: 8, height: 8, n_iter: 4 };
  const drawing = call("ann", "/sdapi/v1/txt2img", { json: body });
  const progress = async (user: User) => (await call(user, "/sdapi/v1/progress")).json();
  await expect.poll(async () => (await progress("ann")).state.sampling_step).toBeGreaterThan(0);
  expect(await progress("bob")).toMatchObject({ progress: 0, state: { job_count: 0 } });
  for (const path of ["interrupt", "skip"]) await call("bob", `/sdapi/v1/${path}`, { json: {} });
  expect(await progress("ann")).toMatchObject({ state: { job_count: 4, interrupted: false, skipped: false } });
  await call("ann", "/sdapi/v1/interrupt", { json: {} });
  const response = await drawing;
  expect(response.status).toBe(200);
  expect((await response.json()).images.length).toBeLessThan(4);
  expect(await progress("ann")).toMatchObject({ progress: 0, state: { job_count: 0 } });
});

test("every route but those of health and the description needs a token", async () => {
  const open = ["/", "/healthz", "/readyz", "/v1/openapi.json", "/v1/docs"];
  for (const route of applicationRoutes()) {
    const { method } = route;
    const path = pathOf(route, { id: job.id, index: "0", name: "tiny" });
    const { status, headers } = await server.call(path, { method });
    if (open.includes(path)) expect(status, path).toBe(200);
    else expect([401, 429], `${method} ${path}`).toContain(status);
    if (status === 401) expect(headers.get("www-authenticate")).toContain("Basic");
  }
});

test("Basic authentication takes the user's name and token", async () => {
  const basic = (name: string) => `Basic ${Buffer.from(`${name}:${tokens.ann}`).toString("base64")}`;
  const status = async (name: string) =>
    (await server.call("/sdapi/v1/options", { headers: { authorization: basic(name) } })).status;
  expect(await status("ann")).toBe(200);
  expect([401, 429]).toContain(await status("bob"));
});

/** The status of a request with headers that fetch does not let programs set. */
const statusOf = (headers: Readonly<Record<string, string>>): Promise<number> =>
  new Promise((resolve, reject) => {
    const options = { port: server.server.port, path: "/v1/jobs", headers: { ...as("ann"), ...headers } };
    httpRequest(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });

test.each([
  [{}, 200],
  [{ host: "localhost:1" }, 200],
  [{ host: "192.168.0.7:7860" }, 200],
  [{ host: "[::1]:7860" }, 200],
  [{ host: "gpu-box:7860" }, 200],
  [{ host: "gpu.example.org", origin: "https://gpu.example.org" }, 200],
  [{ host: "attacker.example" }, 403],
  [{ host: "127.0.0.1.attacker.example" }, 403],
  [{ host: "localhost:1", origin: "http://localhost:1" }, 200],
  [{ host: "localhost:1", origin: "http://localhost:2" }, 403],
  [{ origin: "https://evil.example" }, 403],
  [{ origin: "null" }, 403],
  [{ origin: "https://app.example.org" }, 200],
  [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, 403],
  [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, 200],
  [{ "sec-fetch-site": "same-origin" }, 200],
] as const)("a request with %j is answered with %i", async (headers, status) => {
  expect(await statusOf(headers)).toBe(status);
});

test("answers carry the headers that browsers protect users by, and CORS only for pages that were allowed", async () => {
  const { headers } = await call("ann", "/v1/jobs", { headers: { origin: "https://app.example.org" } });
  expect(headers.get("access-control-allow-origin")).toBe("https://app.example.org");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  expect((await call("ann", "/v1/jobs")).headers.get("access-control-allow-origin")).toBeNull();
});

test("too large bodies, images and jobs are refused with their limits", async () => {
  const large = await call("ann", "/v1/jobs", { json: { kind: "text-to-image", prompt: "x".repeat(200_000) } });
  expect(large.status).toBe(413);
  expect(await large.json()).toMatchObject({ code: "request/size" });
  const body = { kind: "image-to-image", image: Buffer.from(wide).toString("base64"), steps: 2 };
  const bomb = await call("ann", "/v1/jobs", { json: body });
  expect([400, 413]).toContain(bomb.status);
  const costly = await call("ann", "/v1/jobs", {
    json: { kind: "text-to-image", width: 2048, height: 2048, steps: 1000 },
  });
  expect(await costly.json()).toMatchObject({ status: 422, code: "request/budget" });
});

test("no field of a request names a file", async () => {
  const fields = [
    { model: "../tiny" },
    { model: join(server.folder, "tiny") },
    { vae: "/etc/passwd" },
    { loras: [{ name: "../../secret" }] },
    { controls: [{ model: "/etc/passwd", image: png }] },
    { controls: [{ model: "x", image: "file:///etc/passwd" }] },
  ];
  for (const field of fields) {
    const response = await call("ann", "/v1/jobs", {
      json: { kind: "text-to-image", prompt: "a", steps: 1, ...field },
    });
    expect(response.status, JSON.stringify(field)).toBe(400);
    expect(await response.json()).toMatchObject({ code: expect.stringMatching(/^(model|request)\//) });
  }
});

test.each([{ host: "0.0.0.0" }, { publicUrl: "https://gpu.example.org" }])(
  "an address that others reach needs a token or users: %j",
  async (options) => {
    await expect(startServer({ ...options, port: 0, logLevel: "silent" })).rejects.toMatchObject({
      code: "server/open",
    });
  },
);
