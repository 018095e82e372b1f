import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FaultyProxy, faultyProxy } from "../../test/faulty-proxy.ts";
import { pythonWith } from "../../test/python.ts";
import { type S3Server, s3Packages, s3Server } from "../../test/s3-server.ts";
import { type TestServer, testServer } from "../../test/test-server.ts";
import { startServer } from "../app/server.ts";
import { forgetOldJobs } from "../operate/housekeeping.ts";
import { openQueue } from "../queue/open.ts";
import { folderStore } from "./folder.ts";
import { s3Store } from "./s3.ts";
import type { S3Options } from "./s3-client.ts";
import type { FileStore } from "./types.ts";

const python = pythonWith(s3Packages);
const s3Test = test.skipIf(python === undefined);
let folder: string;
let s3: S3Server;
let proxy: FaultyProxy;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-stores-"));
  if (!python) return;
  s3 = await s3Server(python);
  proxy = await faultyProxy(s3.options.endpoint);
});
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await s3?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const store = (options: Partial<S3Options> = {}) => s3Store({ ...s3.options, endpoint: proxy.url, ...options });
const bytes = new Uint8Array([0, 1, 2, 255]);

async function keepsFiles(files: FileStore): Promise<void> {
  const [id, other] = [randomUUID(), randomUUID()];
  await files.check();
  expect(await files.get(`${id}/0.png`)).toBeUndefined();
  await files.remove(`${id}/0.png`);
  for (const key of [`${id}/0.png`, `${id}/1.png`, `${id}/input-0`, `${other}/0.png`]) {
    await files.put(key, bytes, "image/png");
  }
  await files.put(`${id}/1.png`, bytes.subarray(2), "image/png");
  expect(await files.get(`${id}/0.png`)).toEqual(bytes);
  expect(await files.get(`${id}/1.png`)).toEqual(bytes.slice(2));
  await files.remove(`${id}/0.png`);
  expect(await files.get(`${id}/0.png`)).toBeUndefined();
  await files.removeJob(id);
  await files.removeJob(id);
  expect(await files.get(`${id}/1.png`)).toBeUndefined();
  expect(await files.get(`${id}/input-0`)).toBeUndefined();
  expect(await files.get(`${other}/0.png`)).toEqual(bytes);
  await files.removeJob(other);
  for (const key of ["../0.png", `${id}/../0.png`, `${id}/a/b`, "0.png"]) {
    await expect(async () => files.put(key, bytes, "image/png")).rejects.toThrow("is no key of a file");
  }
}

test("a folder keeps files, and removes those of a job together", async () => {
  await keepsFiles(await folderStore(join(folder, "files")));
});

s3Test.each(["aquatint/", "", "a b/c+d/e&f?g#h%i/ü/", "no-slash"])(
  "a bucket keeps files under the prefix %j, and removes those of a job together",
  async (prefix) => {
    await keepsFiles(store({ prefix }));
    const key = `${randomUUID()}/0.png`;
    await store({ prefix }).put(key, bytes, "image/png");
    expect(await s3.keys()).toEqual([`${prefix}${key}`]);
    await store({ prefix }).remove(key);
    expect(await s3.keys()).toEqual([]);
  },
);

test.each([
  [{ endpoint: "minio:9000" }, "is no address"],
  [{ endpoint: "https://key:secret@s3.example.org" }, "is no address"],
  [{ prefix: "/images/" }, "is no prefix"],
  [{ prefix: "../other/" }, "is no prefix"],
])("%j is refused", (options, message) => {
  const keys = { region: "us-east-1", accessKeyId: "key", secretAccessKey: "secret" };
  expect(() => s3Store({ endpoint: "https://s3.example.org", bucket: "images", ...keys, ...options })).toThrow(message);
});

s3Test.each([
  [{ secretAccessKey: "wrong" }, "SignatureDoesNotMatch", "S3_SECRET_ACCESS_KEY"],
  [{ accessKeyId: "wrong" }, "InvalidAccessKeyId", "S3_ACCESS_KEY_ID"],
  [{ bucket: "absent" }, "NoSuchBucket", "S3_BUCKET"],
])("nothing is kept or given with %j, and the error says what to correct", async (options, code, hint) => {
  const files = store(options);
  const failure = {
    code: "storage/failed",
    message: expect.stringContaining(code),
    hint: expect.stringContaining(hint),
  };
  const key = `${randomUUID()}/0.png`;
  await expect(files.put(key, bytes, "image/png")).rejects.toMatchObject(failure);
  await expect(files.get(key)).rejects.toMatchObject(failure);
  await expect(files.removeJob(randomUUID())).rejects.toMatchObject(failure);
  await expect(files.check()).rejects.toMatchObject(failure);
  await expect(
    startServer({ port: 0, data: join(folder, "data"), logLevel: "silent", s3: { ...s3.options, ...options } }),
  ).rejects.toMatchObject(failure);
});

s3Test("a store that is busy or cuts connections is asked again, and one that is away is named", async () => {
  const key = `${randomUUID()}/0.png`;
  const faults = ["busy", "cut", "cut after"] as const;
  proxy.requests.length = 0;
  proxy.fault = () => faults[proxy.requests.length - 1] ?? "none";
  await store().put(key, bytes, "image/png");
  expect(proxy.requests).toEqual(["PUT", "PUT", "PUT", "PUT"]);
  proxy.fault = () => "none";
  expect(await store().get(key)).toEqual(bytes);
  proxy.fault = () => "cut";
  const away = { code: "storage/unavailable", message: expect.stringContaining(`at ${proxy.url} does not answer`) };
  await expect(store().get(key)).rejects.toMatchObject(away);
  await expect(store({ endpoint: "http://127.0.0.1:9" }).check()).rejects.toMatchObject({
    code: "storage/unavailable",
    message: expect.stringMatching(/does not answer: (ECONNREFUSED|bad port)/),
  });
  proxy.fault = () => "none";
  await store().removeJob(key.slice(0, 36));
});

const job = { kind: "text-to-image", prompt: "a red apple", steps: 2, count: 4 };

async function submitted(server: TestServer, json: object = job): Promise<string> {
  const response = await server.call("/v1/jobs", { json });
  expect(response.status).toBe(202);
  return (await response.json()).id;
}

async function ended(server: TestServer, id: string) {
  const get = async () => (await server.call(`/v1/jobs/${id}`)).json();
  await expect.poll(async () => (await get()).state).toMatch(/done|failed/);
  return get();
}

s3Test("each image of a job is in the bucket once, though the store fails between two of them", async () => {
  await using server = await testServer({ s3: { ...s3.options, endpoint: proxy.url } });
  let puts = 0;
  let back = 0;
  proxy.fault = (method) => {
    if (method === "PUT" && ++puts === 2) return "cut after";
    if (puts === 4 && back === 0) back = Date.now() + 3000;
    return Date.now() < back ? "cut" : "none";
  };
  const id = await submitted(server);
  const { state, files, attempts } = await ended(server, id);
  expect({ state, attempts, files: files.length, isBack: Date.now() > back }).toEqual({
    state: "done",
    attempts: 1,
    files: 4,
    isBack: true,
  });
  expect(puts).toBeGreaterThan(5);
  expect(await s3.keys()).toEqual([0, 1, 2, 3].map((i) => `aquatint/${id}/1-${i}.png`));
  for (const { url } of files) {
    const response = await server.call(url);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).toString("latin1", 1, 4)).toBe("PNG");
  }
  await store().removeJob(id);
});

s3Test("while the store is away, images are neither taken nor given, and nothing is left behind", async () => {
  await using server = await testServer({ s3: { ...s3.options, endpoint: proxy.url } });
  const { id, files } = await ended(server, await submitted(server, { ...job, count: 1 }));
  const image = Buffer.from(await (await server.call(files[0].url)).arrayBuffer()).toString("base64");
  proxy.fault = () => "cut";
  const refusals = [
    await server.call("/v1/jobs", { json: { ...job, kind: "image-to-image", image } }),
    await server.call(files[0].url),
    await server.call("/readyz"),
  ];
  expect(refusals.map(({ status }) => status)).toEqual([503, 503, 503]);
  for (const refusal of refusals) expect(await refusal.json()).toMatchObject({ code: "storage/unavailable" });
  proxy.fault = () => "none";
  // an answer holds for a second
  await expect.poll(async () => (await server.call("/readyz")).status).toBe(200);
  expect((await (await server.call("/v1/jobs")).json()).jobs).toHaveLength(1);
  expect(await s3.keys()).toEqual([`aquatint/${id}/1-0.png`]);
  const input = await submitted(server, { ...job, kind: "image-to-image", image, count: 1 });
  expect(await ended(server, input)).toMatchObject({ state: "done" });
  expect(await s3.keys()).toHaveLength(3);
  for (const key of [id, input]) await store().removeJob(key);
});

s3Test("a bucket that takes no files makes the server unready", async () => {
  await using server = await testServer({ s3: { ...s3.options, endpoint: proxy.url } });
  proxy.fault = (method) => (method === "PUT" ? "busy" : "none");
  const status = async () => (await server.call("/readyz")).status;
  await expect.poll(status).toBe(503);
  proxy.fault = () => "none";
  await expect.poll(status).toBe(200);
  expect(await s3.keys()).toEqual([]);
});

s3Test("an old job is forgotten with its files, and kept while the store is away", async () => {
  await using queue = await openQueue({ data: join(folder, "expiry") }, () => {});
  const id = randomUUID();
  await queue.database.query(
    `INSERT INTO aquatint.jobs (id, owner, surface, kind, model, queue, state, turn, request, limited, units,
       request_hash, finished_at)
     VALUES ($1, 'ann', 'jobs', 'resizing', '', '', 'done', 1, '{}', false, 1, '', now() - interval '25 hours')`,
    [id],
  );
  await store().put(`${id}/0.png`, bytes, "image/png");
  const forget = () => forgetOldJobs({ ...queue, store: store(), keepHours: 24 });
  const count = async () => (await queue.database.query("SELECT id FROM aquatint.jobs")).length;
  proxy.fault = () => "busy";
  await expect(forget()).rejects.toMatchObject({ code: "storage/unavailable" });
  expect([await count(), (await s3.keys()).length]).toEqual([1, 1]);
  proxy.fault = () => "none";
  await forget();
  expect([await count(), (await s3.keys()).length]).toEqual([0, 0]);
});
