import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestServer, testServer } from "../../test/test-server.ts";
import { newToken, tokenHash, writeUsers } from "../auth/accounts.ts";

const tokens = { ann: newToken(), bob: newToken(), eve: newToken() };
let server: TestServer;
beforeAll(async () => {
  const budget = { maxPixels: 64 * 64, maxUnits: 0.1, maxInputPixels: 64 * 64 };
  const limits = { maxQueued: 3, maxQueuedPerUser: 2, ...budget };
  server = await testServer({ worker: false, limits, requestsPerMinute: 60 }, async (folder) => {
    const usersFile = join(folder, "users.json");
    const names = Object.keys(tokens) as (keyof typeof tokens)[];
    const user = (name: keyof typeof tokens) => ({ name, role: "user" as const, tokens: [tokenHash(tokens[name])] });
    await writeUsers(usersFile, names.map(user));
    return { usersFile };
  });
});
afterAll(() => server[Symbol.asyncDispose]());

async function send(user: keyof typeof tokens, path: string, json?: object) {
  const response = await server.call(path, { json, headers: { authorization: `Bearer ${tokens[user]}` } });
  return { status: response.status, wait: Number(response.headers.get("retry-after")), body: await response.json() };
}
const job = { kind: "text-to-image", prompt: "a cat", steps: 1, width: 8, height: 8 };

test("who has too many jobs waiting is told when to try again, in the shape of each surface, and others are not", async () => {
  for (let i = 0; i < 2; i++) expect(await send("ann", "/v1/jobs", job)).toMatchObject({ status: 202 });
  const jobs = await send("ann", "/v1/jobs", job);
  expect(jobs).toMatchObject({ status: 429, body: { code: "queue/user-full", detail: expect.stringContaining("2") } });
  const { prompt, width, height, steps } = job;
  const web = await send("ann", "/sdapi/v1/txt2img", { prompt, width, height, steps });
  expect(web).toMatchObject({ status: 429, body: { detail: expect.stringContaining("2 of your jobs") } });
  const openai = await send("ann", "/v1/images/generations", { prompt, steps, size: "8x8" });
  expect(openai).toMatchObject({ status: 429, body: { error: { type: "rate_limit_error", code: "queue/user-full" } } });
  for (const { wait } of [jobs, web, openai]) expect(wait).toBeGreaterThanOrEqual(1);
  expect(await send("bob", "/v1/jobs", job)).toMatchObject({ status: 202, body: { position: expect.any(Number) } });
  expect(await send("bob", "/v1/jobs", job)).toMatchObject({ status: 429, body: { code: "queue/full" } });
});

test.each([
  ["pixels", { width: 128, height: 64 }, "8192 pixels"],
  ["pixels of a hires fix", { width: 64, height: 64, steps: 2, hires: { scale: 2, strength: 1 } }, "16384 pixels"],
  ["steps", { width: 64, height: 64, steps: 100 }, "4096 pixels x 100 steps x 1 files"],
  ["files", { width: 64, height: 64, steps: 2, count: 100 }, "x 100 files"],
])("a job with too many %s is refused with its cost", async (_, fields, message) => {
  const { status, body } = await send("bob", "/v1/jobs", { ...job, ...fields });
  expect({ status, code: body.code }).toEqual({ status: 422, code: "request/budget" });
  expect(body.detail).toContain(message);
});

test("a job that cannot fit into memory is refused when it is submitted, with advice", async () => {
  const engine = { keepAlive: 60, cache: false, maxMemory: 1000 };
  await using small = await testServer({ worker: false, engine });
  for (const [path, json] of [
    ["/v1/jobs", job],
    ["/v1/images/generations", { prompt: "a cat", size: "8x8", steps: 1 }],
    ["/sdapi/v1/txt2img", { prompt: "a cat", width: 8, height: 8, steps: 1 }],
  ] as const) {
    const response = await small.call(path, { json });
    expect([response.status, await response.text()]).toEqual([422, expect.stringMatching(/memory/)]);
  }
  const refusal = await (await small.call("/v1/jobs", { json: job })).json();
  expect(refusal).toMatchObject({ code: "generate/memory", hint: expect.stringMatching(/./) });
  expect((await (await small.call("/v1/jobs")).json()).jobs).toEqual([]);
});

test("who sends too many requests is told when to try again, and others are not", async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 70; i++) statuses.push((await send("eve", "/v1/jobs")).status);
  expect(statuses.slice(0, 60)).toEqual(Array(60).fill(200));
  const refused = await send("eve", "/sdapi/v1/options");
  expect(refused).toMatchObject({ status: 429, body: { detail: expect.stringContaining("60 requests a minute") } });
  expect(refused.wait).toBeGreaterThanOrEqual(1);
  expect((await send("bob", "/v1/jobs")).status).toBe(200);
});
