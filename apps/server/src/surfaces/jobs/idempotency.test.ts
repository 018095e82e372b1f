import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestServer, testServer } from "../../../test/test-server.ts";
import { newToken, tokenHash, writeUsers } from "../../auth/accounts.ts";

const tokens = { ann: newToken(), bob: newToken() };
let server: TestServer;
beforeAll(async () => {
  server = await testServer({}, async (folder) => {
    const usersFile = join(folder, "users.json");
    const user = (name: "ann" | "bob") => ({ name, role: "user" as const, tokens: [tokenHash(tokens[name])] });
    await writeUsers(usersFile, [user("ann"), user("bob")]);
    return { usersFile };
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const request = { kind: "text-to-image", prompt: "a red apple", steps: 1 };
async function send(path: string, json: object, { user = "ann" as keyof typeof tokens, key = "order 7" } = {}) {
  const headers = { authorization: `Bearer ${tokens[user]}`, "idempotency-key": key };
  const response = await server.call(path, { json, headers });
  return { status: response.status, body: await response.json() };
}
const count = async () =>
  (await (await server.call("/v1/jobs", { headers: { authorization: `Bearer ${tokens.ann}` } })).json()).jobs.length;

test("requests with one key are one job, also where they come at once and after its end", async () => {
  const submissions = await Promise.all(Array.from({ length: 5 }, () => send("/v1/jobs", request)));
  const ids = submissions.map(({ body }) => body.id);
  expect(submissions.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
  expect(new Set(ids).size).toBe(1);
  await expect.poll(async () => (await send("/v1/jobs", request)).body.state).toBe("done");
  const again = await send("/v1/jobs", request);
  expect(again.body).toMatchObject({ id: ids[0], files: [{ url: `/v1/jobs/${ids[0]}/files/0` }] });
  expect(await count()).toBe(1);
});

test("a key is of one request and one user", async () => {
  const key = "order 8";
  const first = await send("/v1/jobs", request, { key });
  const other = await send("/v1/jobs", { ...request, steps: 2 }, { key });
  expect(other).toMatchObject({ status: 422, body: { code: "request/idempotency" } });
  const bob = await send("/v1/jobs", { ...request, steps: 2 }, { key, user: "bob" });
  expect(bob.status).toBe(202);
  expect(bob.body.id).not.toBe(first.body.id);
});

test("OpenAI's route takes the same header: the images are those of the first request", async () => {
  const body = { prompt: "a cat", steps: 1, size: "8x8" };
  const before = await count();
  const [first, second] = [
    await send("/v1/images/generations", body, { key: "9" }),
    await send("/v1/images/generations", body, { key: "9" }),
  ];
  expect(first.status).toBe(200);
  expect(second.body).toEqual(first.body);
  expect(await count()).toBe(before + 1);
});
