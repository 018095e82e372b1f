import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { decodePng, encodePng } from "aquatint";
import { expect, test } from "vitest";
import { tinyPixelModel, writeFiles } from "../../../../../packages/aquatint/test/tiny-pixel-model.ts";
import { writeEmptyDatabase } from "../../../test/database.ts";
import { testServer, workerExecArgv } from "../../../test/test-server.ts";
import { newToken, tokenHash, writeUsers } from "../../auth/accounts.ts";

interface Content {
  readonly type: string;
  readonly text?: string;
  readonly data?: string;
  readonly mimeType?: string;
}

async function connected(transport: Transport): Promise<Client> {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  return client;
}

/** The images and the value of a tool's result, or its error. */
async function call(client: Client, name: string, input: object, options: Parameters<Client["callTool"]>[2] = {}) {
  const result = await client.callTool({ name, arguments: { ...input } }, undefined, options);
  const content = result["content"] as readonly Content[];
  const text = content.find(({ type }) => type === "text")?.text ?? "";
  const images = content.filter(({ type }) => type === "image");
  if (result["isError"]) return { error: text, images, value: undefined };
  return { error: undefined, images, value: JSON.parse(text) };
}

const bytesOf = (data = "") => new Uint8Array(Buffer.from(data, "base64"));
const plain = (value: (i: number) => number) =>
  Buffer.from(
    encodePng({ width: 8, height: 8, channels: 3, data: Uint8Array.from({ length: 192 }, (_, i) => value(i)) }),
  ).toString("base64");

/** What an assistant does with the tools, by whichever transport. */
async function usesTools(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(["generate_image", "edit_image", "list_models", "describe_image"]);
  expect((await call(client, "list_models", {})).value).toMatchObject({ models: [{ name: "tiny", loras: [] }] });
  const steps: number[] = [];
  const input = { prompt: "a red apple", steps: 40, seed: 7, count: 2 };
  const generation = await call(client, "generate_image", input, {
    onprogress: ({ progress }) => steps.push(progress),
  });
  expect(generation.error).toBeUndefined();
  expect(generation.images.map(({ mimeType }) => mimeType)).toEqual(["image/png", "image/png"]);
  expect(generation.value).toMatchObject({
    model: "tiny",
    images: [
      { seed: 7, width: 8 },
      { seed: 8, height: 8 },
    ],
  });
  expect(steps.length).toBeGreaterThan(0);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  const [first, second] = generation.value.images as readonly { readonly image: string; readonly settings: string }[];
  const described = { source: "aquatint", prompt: "a red apple", seed: 8, steps: 40 };
  for (const image of [second?.image, generation.images[1]?.data]) {
    expect((await call(client, "describe_image", { image })).value).toMatchObject(described);
  }
  await edits(client, {
    image: first?.image ?? "",
    pixels: (await decodePng(bytesOf(generation.images[0]?.data))).data,
  });
  await refuses(client);
}

async function edits(client: Client, { image, pixels }: { readonly image: string; readonly pixels: Uint8Array }) {
  const drawing = { prompt: "a blue apple", steps: 6, seed: 1, image };
  const all = await call(client, "edit_image", { ...drawing, strength: 0.9 });
  expect(all.error).toBeUndefined();
  expect((await decodePng(bytesOf(all.images[0]?.data))).data).not.toEqual(pixels);
  const mask = plain((i) => (Math.floor(i / 3) % 8 < 4 ? 255 : 0));
  const part = await call(client, "edit_image", { ...drawing, mask });
  expect(part.error).toBeUndefined();
  const { data } = await decodePng(bytesOf(part.images[0]?.data));
  const changed = Array.from(data, (value, i) => (value === pixels[i] ? -1 : Math.floor(i / 3) % 8));
  expect(Math.max(...changed)).toBe(3);
}

/** Errors name what is wrong, as results that an assistant reads. */
async function refuses(client: Client): Promise<void> {
  const cases = [
    ["generate_image", { prompt: "x", model: "absent" }, "absent"],
    ["generate_image", { prompt: "x", sampler: "No Such" }, "No Such"],
    ["generate_image", { prompt: "x", hue: 3 }, "hue"],
    ["generate_image", { prompt: "x", count: 9 }, "count"],
    ["edit_image", { prompt: "x" }, "image"],
    ["edit_image", { prompt: "x", image: "00000000-0000-0000-0000-000000000000/0" }, "no job"],
    ["describe_image", { image: plain(() => 9) }, "does not say how it was made"],
    ["describe_image", { image: "file:///etc/passwd" }, "base64"],
  ] as const;
  for (const [name, input, message] of cases) {
    const { error } = await call(client, name, input);
    expect(error, JSON.stringify(input)).toContain(message);
  }
}

test("an assistant uses the tools over stdio, and the process ends with it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-mcp-test-"));
  await writeFiles(join(folder, "tiny"), tinyPixelModel());
  const config = { data: join(folder, "data"), models: [join(folder, "tiny")], logLevel: "error" };
  await writeEmptyDatabase(config.data);
  const script = fileURLToPath(new URL("../../../test/mcp-process.ts", import.meta.url));
  const argument = JSON.stringify({ ...config, engine: { keepAlive: 60, cache: false } });
  const args = [...workerExecArgv, script, argument];
  const transport = new StdioClientTransport({ command: process.execPath, args, stderr: "inherit" });
  const client = await connected(transport);
  const pid = transport.pid ?? 0;
  await usesTools(client);
  await client.close();
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  await rm(folder, { recursive: true });
});

test("an assistant uses the tools over HTTP, with a token, and sees only its user's images", async () => {
  const tokens = { ann: newToken(), bob: newToken() };
  await using server = await testServer({}, async (folder) => {
    const usersFile = join(folder, "users.json");
    const user = (name: "ann" | "bob") => ({ name, role: "user" as const, tokens: [tokenHash(tokens[name])] });
    await writeUsers(usersFile, [user("ann"), user("bob")]);
    return { usersFile };
  });
  const url = new URL("/mcp", server.server.url);
  const as = (token: string) =>
    connected(
      new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization: `Bearer ${token}` } } }),
    );
  const ann = await as(tokens.ann);
  await usesTools(ann);
  const generation = await call(ann, "generate_image", { prompt: "a cat", steps: 1 });
  const bob = await as(tokens.bob);
  const { error } = await call(bob, "describe_image", { image: generation.value.images[0].image });
  expect(error).toContain("job/unknown");
  await expect(as("wrong")).rejects.toThrow("the token is not known");
  expect((await server.call("/mcp", { headers: { authorization: `Bearer ${tokens.ann}` } })).status).toBe(405);
  for (const client of [ann, bob]) await client.close();
});

test("a call that its caller leaves cancels its job", async () => {
  await using server = await testServer();
  const transport = new StreamableHTTPClientTransport(new URL("/mcp", server.server.url));
  const client = await connected(transport);
  const jobs = async () => (await (await server.call("/v1/jobs")).json()).jobs as readonly { readonly state: string }[];
  const drawing = call(client, "generate_image", { prompt: "a cat", steps: 1000, count: 4 });
  const rejection = expect(drawing).rejects.toThrow();
  await expect.poll(async () => (await jobs())[0]?.state).toBe("running");
  await client.close();
  await rejection;
  await expect.poll(async () => (await jobs())[0]?.state).toBe("canceled");
});
