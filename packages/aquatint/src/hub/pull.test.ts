import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { main } from "../cli/main.ts";
import type { AquatintError } from "../errors.ts";
import { encodeSafetensors, type RawTensor } from "../formats/safetensors/safetensors.ts";
import { type PullEvent, type PullOptions, pull } from "./pull.node.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const weights = (fill: number): Uint8Array => {
  const tensor: RawTensor = { dtype: "F32", shape: [100_000], data: new Uint8Array(400_000).fill(fill) };
  return encodeSafetensors(new Map([["w", tensor]]));
};
const text = (value: string) => new TextEncoder().encode(value);
const repository: Readonly<Record<string, Uint8Array>> = {
  "model_index.json": text('{"_class_name":"StableDiffusionPipeline"}'),
  "README.md": text("# A model"),
  "v1-5-pruned.ckpt": text("pickle"),
  "v1-5-pruned.safetensors": weights(1),
  "scheduler/scheduler_config.json": text("{}"),
  "tokenizer/vocab.json": text("{}"),
  "tokenizer/merges.txt": text("#version"),
  "safety_checker/config.json": text("{}"),
  "safety_checker/model.safetensors": weights(2),
  "unet/config.json": text("{}"),
  "unet/diffusion_pytorch_model.safetensors": weights(3),
  "unet/diffusion_pytorch_model.fp16.safetensors": weights(4),
  "unet/diffusion_pytorch_model.bin": text("pickle"),
};
const expected = [
  "model_index.json",
  "scheduler/scheduler_config.json",
  "tokenizer/merges.txt",
  "tokenizer/vocab.json",
  "unet/config.json",
  "unet/diffusion_pytorch_model.safetensors",
];

/** Faults that the server adds to the content of files, one request after the other; whole when the list is empty. */
type Fault = "truncate" | "stall" | "corrupt" | "no-ranges" | "error" | "denied";
let faults: Fault[] = [];
let requests: { path: string; range: string | undefined; token: string | undefined }[] = [];
let extra: readonly { readonly type: string; readonly path: string; readonly size: number; readonly oid: string }[] =
  [];
let server: Server;
let cache: string;
const open = new Set<ServerResponse>();

const sha1 = (bytes: Uint8Array) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const isLarge = (path: string) => path.endsWith(".safetensors");

function tree() {
  const files = Object.entries(repository).map(([path, bytes]) => {
    const lfs = { oid: sha256(bytes), size: bytes.length, pointerSize: 130 };
    return { type: "file", path, size: bytes.length, oid: sha1(bytes), ...(isLarge(path) && { lfs }) };
  });
  return [...files, ...extra];
}

function answer({ url = "", headers }: IncomingMessage, response: ServerResponse): void {
  const json = (value: unknown) => response.setHeader("content-type", "application/json").end(JSON.stringify(value));
  const { pathname } = new URL(url, "http://hub");
  if (pathname.startsWith("/api/models/someone/model/tree/")) return void json(tree());
  if (pathname.startsWith("/api/models/someone/model")) {
    return void json({
      _id: "1",
      id: "someone/model",
      sha: commit,
      private: false,
      gated: false,
      downloads: 0,
      likes: 0,
      lastModified: "2026-01-01T00:00:00.000Z",
    });
  }
  const path = decodeURIComponent(pathname.replace(`/someone/model/resolve/${commit}/`, ""));
  const content = repository[path];
  if (!content) return void response.writeHead(404).end("Entry not found");
  requests.push({ path, range: headers.range, token: headers.authorization });
  send(content, headers.range, response, isLarge(path) ? faults.shift() : undefined);
}

function send(
  content: Uint8Array,
  range: string | undefined,
  response: ServerResponse,
  fault: Fault | undefined,
): void {
  if (fault === "error") return void response.writeHead(503).end();
  if (fault === "denied") return void response.writeHead(403).end();
  const start = fault === "no-ranges" ? 0 : Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
  const rest = Uint8Array.from(content.subarray(start));
  if (fault === "corrupt") rest[rest.length - 1] = rest.at(-1)! ^ 255;
  response.writeHead(start > 0 ? 206 : 200, {
    "content-length": rest.length,
    ...(start > 0 && { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  if (fault === "truncate") response.write(rest.subarray(0, 150_000), () => setTimeout(() => response.destroy(), 50));
  else if (fault === "stall") response.write(rest.subarray(0, 150_000));
  else response.end(rest);
}

beforeAll(async () => {
  server = createServer((request, response) => {
    open.add(response);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  for (const response of open) response.destroy();
  server.close();
});
beforeEach(async () => {
  [faults, requests, extra] = [[], [], []];
  cache = await mkdtemp(join(tmpdir(), "aquatint-hub-"));
  return () => rm(cache, { recursive: true, force: true });
});

const env = () => ({
  HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  HF_HUB_CACHE: cache,
  HF_HOME: cache,
});
async function run(options: Partial<PullOptions> = {}): Promise<PullEvent[]> {
  const events: PullEvent[] = [];
  const quick = { repo: "someone/model", env: env(), stallSeconds: 0.5, attempts: 2 };
  for await (const event of pull({ ...quick, ...options })) events.push(event);
  return events;
}
const failure = (options: Partial<PullOptions> = {}): Promise<AquatintError> =>
  run(options).then(
    () => expect.fail("nothing was refused"),
    (error: AquatintError) => error,
  );
const folder = () => join(cache, "models--someone--model", "snapshots", commit);
const pulled = async () =>
  (await readdir(folder(), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder().length + 1))
    .sort();
const unet = "unet/diffusion_pytorch_model.safetensors";
const readUnet = () => readFile(join(folder(), unet));

test("a token that is none of the hub is named, and not sent", async () => {
  const error = await failure({ env: { ...env(), HF_TOKEN: "secret" } });
  expect(error).toMatchObject({ code: "hub/token", message: expect.stringContaining('start with "hf_"') });
  expect(error.message).not.toContain("secret");
});

test("brings what a pipeline needs, and no pickle, safety checker, second form or single file", async () => {
  const events = await run();
  expect(await pulled()).toEqual(expected);
  expect((await readUnet()).equals(repository[unet]!)).toBe(true);
  expect(events[0]).toMatchObject({ type: "start", commit, files: expected.length });
  expect(events.at(-1)).toEqual({ type: "done", folder: folder(), path: folder() });
  const progress = events.flatMap((event) => (event.type === "progress" ? [event.done] : []));
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
});

test("several at once bring each file once and agree on the cache", async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => run()));
  for (const events of all) expect(events.at(-1)).toEqual({ type: "done", folder: folder(), path: folder() });
  expect(await pulled()).toEqual(expected);
  expect((await readUnet()).equals(repository[unet]!)).toBe(true);
  const fetched = requests.map(({ path }) => path);
  expect(fetched).toEqual([...new Set(fetched)]);
  expect(fetched).toContain(unet);
  const remaining = await readdir(cache, { recursive: true });
  expect(remaining.filter((name) => /\.(tmp|lock|incomplete)$/.test(name))).toEqual([]);
});

test("takes a variant, one file, and a token that goes to the hub", async () => {
  await run({ variant: "fp16", env: { ...env(), HF_TOKEN: "hf_secret" } });
  expect(await pulled()).toContain("unet/diffusion_pytorch_model.fp16.safetensors");
  expect(await pulled()).not.toContain(unet);
  expect(requests.every(({ token }) => token === "Bearer hf_secret")).toBe(true);
  const events = await run({ file: "v1-5-pruned.safetensors" });
  expect(events.at(-1)).toMatchObject({ path: join(folder(), "v1-5-pruned.safetensors") });
});

test("a second time nothing is fetched; offline it is found without a server", async () => {
  await run();
  requests = [];
  const again = await run();
  expect(requests).toEqual([]);
  expect(again.filter(({ type }) => type === "file")).toEqual(
    expected
      .map((path) => ({ type: "file", path, state: "there" }))
      .sort((a, b) => Object.keys(repository).indexOf(a.path) - Object.keys(repository).indexOf(b.path)),
  );
  const offline = { HF_HUB_OFFLINE: "1", HF_HUB_CACHE: cache, HF_ENDPOINT: "http://127.0.0.1:1" };
  expect(await run({ env: offline })).toEqual([{ type: "done", folder: folder(), path: folder() }]);
  expect(await failure({ env: offline, repo: "someone/else" })).toMatchObject({ code: "hub/offline" });
  expect(await failure({ env: { ...offline, HF_HUB_OFFLINE: "0" } })).toMatchObject({ code: "hub/network" });
});

/** A request for the rest of the file. Of the bytes that were sent, the last may be lost with the connection. */
const rest = /^bytes=([1-9]\d{0,4}|1[0-4]\d{4}|150000)-$/;
/** A request for all of it. */
const all = /^$/;
test.each<[string, Fault[], RegExp]>([
  ["a connection that breaks is gone on with", ["truncate"], rest],
  ["a connection that brings nothing any more is given up and gone on with", ["stall"], rest],
  ["a server that fails is asked again", ["error"], all],
  ["a server that knows no ranges begins anew", ["truncate", "no-ranges"], rest],
  ["a corrupt file is fetched again, from its beginning", ["corrupt"], all],
  ["a corrupt end of a broken file too", ["truncate", "corrupt"], all],
])("%s", async (_, list, range) => {
  faults = [...list];
  await run();
  expect((await readUnet()).equals(repository[unet]!)).toBe(true);
  const fetched = requests.filter(({ path }) => path === unet);
  // the server that knows no ranges sends all of it
  expect(fetched).toHaveLength(list.filter((fault) => fault !== "no-ranges").length + 1);
  expect(fetched.slice(1).map((request) => request.range ?? "")).toContainEqual(expect.stringMatching(range));
  expect(
    (await readdir(join(cache, "models--someone--model", "blobs"))).filter((name) => name.endsWith(".incomplete")),
  ).toEqual([]);
});

test("what stays corrupt gets no name", async () => {
  faults = ["corrupt", "corrupt"];
  expect(await failure()).toMatchObject({ code: "hub/corrupt" });
  await expect(stat(join(folder(), unet))).rejects.toMatchObject({ code: "ENOENT" });
});

test("what does not come is an error that says so, and the next command goes on where it ended", async () => {
  faults = ["truncate", "error", "error", "error"];
  expect(await failure()).toMatchObject({ code: "hub/network", hint: expect.stringContaining("continues") });
  [faults, requests] = [[], []];
  await run();
  expect(requests.map(({ range }) => range ?? "")).toContainEqual(expect.stringMatching(rest));
});

test("a refusal says what to do", async () => {
  faults = ["denied"];
  expect(await failure()).toMatchObject({ code: "hub/denied", hint: expect.stringContaining("HF_TOKEN") });
  expect(await failure({ repo: "someone/nothing" })).toMatchObject({ code: "hub/missing" });
});

test("an abort leaves a part that the next command goes on with", async () => {
  faults = ["stall"];
  const controller = new AbortController();
  const running = (async () => {
    for await (const event of pull({ repo: "someone/model", env: env(), signal: controller.signal })) {
      if (event.type === "progress" && event.path === unet && event.done > 150_000)
        controller.abort(new Error("enough"));
    }
  })();
  await expect(running).rejects.toThrow("enough");
  await run();
  expect(requests.at(-1)).toMatchObject({ path: unet, range: "bytes=150000-" });
});

test.each([["../../evil.safetensors"], ["/etc/evil"], ["unet/../../evil"], ["unet\\evil"]])(
  "a hub that lists %s is refused before anything is fetched",
  async (path) => {
    extra = [{ type: "file", path, size: 4, oid: "0".repeat(40) }];
    expect(await failure()).toMatchObject({ code: "hub/answer" });
    expect(requests).toEqual([]);
  },
);

test.each([["../x"], ["a/b/c"], [""], ["a b/c"]])("%j is no repository", async (repo) => {
  expect(await failure({ repo })).toMatchObject({ code: "hub/repo" });
});

test("no revision leads out of the cache", async () => {
  expect(await failure({ revision: "../../../x" })).toMatchObject({ code: "hub/revision" });
});

test("a file of the cache that has lost bytes is fetched again", async () => {
  await run();
  const blob = join(cache, "models--someone--model", "blobs", sha256(repository[unet]!));
  await writeFile(blob, "short");
  await run();
  expect((await readUnet()).equals(repository[unet]!)).toBe(true);
});

test("the command prints where the model lies", async () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdout, stderr, cwd: ".", env: env(), signal: new AbortController().signal };
  expect(await main(["pull", "someone/model"], io)).toBe(0);
  expect(stdout.read().toString()).toBe(`${folder()}\n`);
  expect(await main(["pull", "someone/model", "--json", "--file", unet], io)).toBe(0);
  expect(JSON.parse(stdout.read().toString())).toMatchObject({ commit, folder: folder(), files: [unet] });
  expect(dirname(folder())).toContain("models--someone--model");
});
