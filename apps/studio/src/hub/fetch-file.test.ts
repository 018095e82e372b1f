import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type HubFault, type HubServer, openHub } from "../../test/hub-server.ts";
import { listedName, parseAddress } from "./address.ts";
import { type FetchFileOptions, type FileSink, fetchFile } from "./fetch-file.ts";

const weights = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 11);
const config = new TextEncoder().encode('{"a": 1}');
const files = new Map([
  ["unet/model.safetensors", weights],
  ["config.json", config],
  ["empty.txt", new Uint8Array()],
]);
let hub: HubServer;
beforeAll(async () => {
  hub = await openHub({ repositories: { "someone/model": files }, gated: {} });
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.faults.length = 0;
  hub.requests.length = 0;
});

/** A file in memory. */
function memorySink(content = new Uint8Array()): FileSink & { readonly content: () => Uint8Array } {
  let bytes = content;
  return {
    content: () => bytes,
    size: () => bytes.length,
    read: (offset, length) => bytes.slice(offset, offset + length),
    write(part, offset) {
      const next = new Uint8Array(Math.max(bytes.length, offset + part.length));
      next.set(bytes);
      next.set(part, offset);
      bytes = next;
    },
    truncate: (size) => {
      bytes = bytes.slice(0, size);
    },
  };
}

async function fetched(
  path: string,
  {
    sink = memorySink(),
    ...options
  }: Partial<FetchFileOptions> & { readonly sink?: ReturnType<typeof memorySink> } = {},
) {
  const bytes = files.get(path) ?? new Uint8Array();
  const isLarge = path.endsWith(".safetensors");
  const sha1 = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  const hash = isLarge
    ? { kind: "sha256" as const, hex: createHash("sha256").update(bytes).digest("hex") }
    : { kind: "git-sha1" as const, hex: sha1 };
  await fetchFile({ path, size: bytes.length, hash }, sink, {
    url: `${hub.url}/someone/model/resolve/${hub.commit}/${path}`,
    ...{ token: undefined, signal: new AbortController().signal, onBytes: () => {}, attempts: 2, stallSeconds: 0.3 },
    ...options,
  });
  return sink.content();
}
const ranges = () => hub.requests.map(({ range }) => range);
const largeFile = "unet/model.safetensors";

test.each([...files.keys()])("%s comes whole, and its hash is right", async (path) => {
  expect(await fetched(path)).toEqual(files.get(path));
});

test.each<[string, readonly HubFault[], readonly (string | undefined)[]]>([
  ["breaks off", ["truncate"], [undefined, "bytes=150000-"]],
  ["stalls", ["stall"], [undefined, "bytes=150000-"]],
  ["comes damaged once", ["corrupt"], [undefined, undefined]],
  ["breaks off at a server without ranges", ["truncate", "no-ranges"], [undefined, "bytes=150000-"]],
  ["is refused once for too many requests", ["busy"], [undefined, undefined]],
])("a file that %s is right in the end", async (_, faults, expected) => {
  hub.faults.push(...faults);
  expect(await fetched(largeFile)).toEqual(weights);
  expect(ranges()).toEqual(expected);
});

test("what is there already is hashed and not fetched again", async () => {
  expect(await fetched(largeFile, { sink: memorySink(weights.slice(0, 100_000)) })).toEqual(weights);
  expect(ranges()).toEqual(["bytes=100000-"]);
  await fetched(largeFile, { sink: memorySink(weights.slice()) });
  expect(hub.requests).toHaveLength(1);
});

test("a part that is damaged there, or too long, is fetched anew", async () => {
  const damaged = weights.slice(0, 100_000);
  damaged[5]! ^= 1;
  expect(await fetched(largeFile, { sink: memorySink(damaged) })).toEqual(weights);
  expect(ranges()).toEqual(["bytes=100000-", undefined]);
  expect(await fetched(largeFile, { sink: memorySink(new Uint8Array(400_000)) })).toEqual(weights);
});

test("other failures are errors with a code", async () => {
  hub.faults.push("corrupt", "corrupt");
  await expect(fetched(largeFile)).rejects.toMatchObject({ code: "hub/corrupt" });
  hub.faults.push("busy", "busy");
  await expect(fetched(largeFile)).rejects.toMatchObject({
    code: "hub/network",
    message: expect.stringMatching(/429/),
  });
  await expect(fetched(largeFile, { url: `${hub.url}/someone/model/resolve/x` })).rejects.toMatchObject({
    code: "hub/missing",
  });
  await expect(fetched(largeFile, { url: "http://127.0.0.1:1/x" })).rejects.toMatchObject({ code: "hub/network" });
});

test("an abort keeps what came", async () => {
  hub.faults.push("stall");
  const controller = new AbortController();
  const sink = memorySink();
  const onBytes = (done: number) => done >= 150_000 && controller.abort();
  const options = { sink, signal: controller.signal, stallSeconds: 60, onBytes };
  await expect(fetched(largeFile, options)).rejects.toMatchObject({ name: "AbortError" });
  expect(sink.size()).toBe(150_000);
});

test.each([
  ["someone/model", { repo: "someone/model", revision: "main" }],
  [" someone/model/ ", { repo: "someone/model", revision: "main" }],
  ["someone/model/a b/c.safetensors", { repo: "someone/model", revision: "main", file: "a b/c.safetensors" }],
  ["https://huggingface.co/someone/model", { repo: "someone/model", revision: "main" }],
  ["https://huggingface.co/someone/model/tree/v2", { repo: "someone/model", revision: "v2" }],
  [
    "https://huggingface.co/someone/model/blob/main/x%20y.safetensors?download=true",
    { repo: "someone/model", revision: "main", file: "x y.safetensors" },
  ],
])("the address %j", (text, expected) => {
  expect(parseAddress(text)).toEqual({ file: undefined, ...expected });
});

test.each(["", "model", "https://huggingface.co/", "../x"])("%j is no address of a repository", (text) => {
  expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: "hub/repo" }));
});

test("the name of the list tells what it is", () => {
  const request = parseAddress("someone/style-lora");
  expect(listedName(request, ["pytorch_lora_weights.safetensors"])).toBe("style-lora.safetensors");
  expect(listedName(request, ["loras/ink.safetensors"])).toBe("ink.safetensors");
  expect(listedName(request, ["model_index.json", "unet/config.json"])).toBe("style-lora");
});
