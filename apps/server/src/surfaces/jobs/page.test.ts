import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { decodePng } from "aquatint";
import { resized } from "aquatint/formats";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestServer, testServer } from "../../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ token: "secret" });
});
afterAll(() => server[Symbol.asyncDispose]());

const headers = { authorization: "Bearer secret" };
const call = (path: string, init: Parameters<TestServer["call"]>[1] = {}) =>
  server.call(path, { ...init, headers: { ...init.headers, ...headers } });

test("a page learns who its token belongs to, and that it needs one", async () => {
  expect(await (await call("/v1/account")).json()).toEqual({ name: "admin", role: "admin", keepHours: 24 });
  const refused = await server.call("/v1/account");
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ code: "auth/token" });
});

test("a model says its own settings and what fits it", async () => {
  const model = await (await call("/v1/model")).json();
  expect(model).toMatchObject({ name: "tiny", settings: { sampleSize: 8, steps: expect.any(Number) }, vaes: [] });
  expect(await (await call("/v1/model?name=tiny")).json()).toEqual(model);
  expect((await call("/v1/model?name=none")).status).toBe(400);
});

test("a favorite is kept when other images are forgotten", async () => {
  const json = { kind: "text-to-image", prompt: "a cat", steps: 2, count: 2 };
  const { id } = await (await call("/v1/jobs", { json })).json();
  await (await call(`/v1/jobs/${id}/events`)).text();
  const mark = (index: number, favorite: unknown) =>
    call(`/v1/jobs/${id}/files/${index}/favorite`, {
      method: "PUT",
      body: JSON.stringify({ favorite }),
      headers: { ...headers, "content-type": "application/json" },
    });
  expect((await mark(1, true)).status).toBe(204);
  const marks = async () => {
    const { files } = await (await call(`/v1/jobs/${id}`)).json();
    return files.map(({ favorite }: { favorite: boolean }) => favorite);
  };
  await expect.poll(marks).toEqual([false, true]);
  expect((await mark(2, true)).status).toBe(404);
  expect((await mark(0, "yes")).status).toBe(400);
  expect((await mark(1, false)).status).toBe(204);
  await expect.poll(marks).toEqual([false, false]);
});

test("a file has a smaller form, and none has one where there is no file", async () => {
  const json = { kind: "text-to-image", prompt: "a cat", steps: 2, width: 16, height: 32 };
  const { id } = await (await call("/v1/jobs", { json })).json();
  await (await call(`/v1/jobs/${id}/events`)).text();
  const read = (query: string, index = 0) => call(`/v1/jobs/${id}/files/${index}/thumbnail${query}`);
  const image = async (response: Response) => decodePng(new Uint8Array(await response.arrayBuffer()));
  const [file, unscaled, small] = await Promise.all([
    image(await call(`/v1/jobs/${id}/files/0`)),
    image(await read("")),
    image(await read("?size=16")),
  ]);
  expect(unscaled).toMatchObject({ width: 16, height: 32, data: file.data });
  expect(small).toMatchObject({ width: 8, height: 16 });
  const { width, height, channels, data } = file;
  expect(small.data).toEqual(resized({ width, height, channels, data }, { width: 8, height: 16 }).data);
  expect((await read("?size=5000")).status).toBe(400);
  expect((await read("", 1)).status).toBe(404);
  expect((await server.call(`/v1/jobs/${id}/files/0/thumbnail`)).status).toBe(401);
});

test("a job that has ended is removed with its files, and one that runs is not", async () => {
  const submit = async (steps: number) => {
    const json = { kind: "text-to-image", prompt: "a cat", steps };
    return (await (await call("/v1/jobs", { json })).json()).id as string;
  };
  const id = await submit(2);
  await (await call(`/v1/jobs/${id}/events`)).text();
  const stored = () => readdir(join(server.folder, "data/files", id)).catch(() => []);
  expect(await stored()).not.toEqual([]);
  expect((await call(`/v1/jobs/${id}`, { method: "DELETE" })).status).toBe(204);
  expect(await stored()).toEqual([]);
  for (const path of ["", "/files/0"]) expect((await call(`/v1/jobs/${id}${path}`)).status).toBe(404);
  expect((await call(`/v1/jobs/${id}`, { method: "DELETE" })).status).toBe(404);
  const running = await submit(1000);
  const refused = await call(`/v1/jobs/${running}`, { method: "DELETE" });
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ code: "job/unfinished" });
  await call(`/v1/jobs/${running}/cancel`, { method: "POST" });
});
