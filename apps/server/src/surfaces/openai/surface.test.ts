import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateImage } from "ai";
import { decodePng, encodePng } from "aquatint";
import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestServer, testServer } from "../../../test/test-server.ts";

const TOKEN = "a-token-of-the-operator";
const PUBLIC_URL = "https://gpu.example.org";
let server: TestServer;
let openai: OpenAI;
beforeAll(async () => {
  server = await testServer({ token: TOKEN, publicUrl: PUBLIC_URL });
  openai = new OpenAI({ baseURL: `${server.server.url}/v1`, apiKey: TOKEN, maxRetries: 0 });
});
afterAll(() => server[Symbol.asyncDispose]());

const image = (alpha: (i: number) => number) =>
  encodePng({
    ...{ width: 8, height: 8, channels: 4 },
    data: Uint8Array.from({ length: 256 }, (_, i) => (i % 4 === 3 ? alpha(Math.floor(i / 4)) : (3 * i) % 256)),
  });
const sizeOf = async (text: string | undefined) => {
  const { width, height } = await decodePng(new Uint8Array(Buffer.from(text ?? "", "base64")));
  return `${width}x${height}`;
};
/** Fields that the client's types do not know. */
const extras = (fields: object): object => fields;

test("the npm client openai generates, with our own fields at the top level", async () => {
  const options = { model: "tiny", prompt: "a red apple", n: 2, size: "16x8", ...extras({ seed: 3, steps: 2 }) };
  const result = await openai.images.generate(options as OpenAI.Images.ImageGenerateParamsNonStreaming);
  expect(result).toMatchObject({ size: "16x8", output_format: "png", seeds: [3, 4] });
  expect(await Promise.all((result.data ?? []).map((entry) => sizeOf(entry.b64_json)))).toEqual(["16x8", "16x8"]);
  const url = await openai.images.generate({
    ...options,
    n: 1,
    response_format: "url",
  } as OpenAI.Images.ImageGenerateParamsNonStreaming);
  const address = url.data?.[0]?.url ?? "";
  expect(address.startsWith(`${PUBLIC_URL}/v1/jobs/`)).toBe(true);
  const file = await fetch(address.replace(PUBLIC_URL, server.server.url), {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(file.headers.get("content-type")).toBe("image/png");
});

interface StreamEvent {
  readonly type: string;
  readonly b64_json: string;
  readonly partial_image_index?: number;
  readonly image_index: number;
  readonly ignored?: readonly string[];
}

/** The events of a stream, whose types do not know our own fields. */
async function eventsOf(stream: AsyncIterable<object>): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event as StreamEvent);
  return events;
}

/** Checks that each of some images has its partial images in order, then the image. */
async function expectImages(events: readonly StreamEvent[], name: string, images: number): Promise<void> {
  for (let image = 0; image < images; image++) {
    const ofImage = events.filter(({ image_index }) => image_index === image);
    const partials = ofImage.slice(0, -1);
    expect(ofImage.at(-1)?.type).toBe(`${name}.completed`);
    expect(partials.map(({ type }) => type)).toEqual(partials.map(() => `${name}.partial_image`));
    expect(partials.map((event) => event.partial_image_index)).toEqual(partials.map((_, i) => i));
    expect(partials.length).toBeLessThanOrEqual(2);
  }
  expect(events.filter(({ type }) => type === `${name}.completed`)).toHaveLength(images);
  expect(events.length).toBeGreaterThan(images);
  for (const { b64_json } of events) expect(await sizeOf(b64_json)).toBe("16x16");
}

const streaming = { prompt: "a blue cat", size: "16x16", stream: true, partial_images: 2, ...extras({ steps: 400 }) };

test.each([1, 3])("it streams the partial images of %i images, and each image when it is finished", async (n) => {
  const options = { ...streaming, n, user: "ann", response_format: "url" };
  const stream = await openai.images.generate(options as OpenAI.Images.ImageGenerateParamsStreaming);
  const events = await eventsOf(stream);
  await expectImages(events, "image_generation", n);
  expect(events.at(-1)).toMatchObject({
    ignored: ["user", "response_format"],
    size: "16x16",
    seed: expect.any(Number),
  });
  const ended = events.map(({ type }) => type.endsWith("completed"));
  if (n > 1) expect(ended.indexOf(true)).toBeLessThan(ended.lastIndexOf(false)); // the first is there before the others
});

test("it streams edits", async () => {
  const file = await toFile(
    image(() => 255),
    "image.png",
    { type: "image/png" },
  );
  const options = { ...streaming, n: 2, image: file };
  const stream = await openai.images.edit(options as OpenAI.Images.ImageEditParamsStreaming);
  await expectImages(await eventsOf(stream), "image_edit", 2);
});

test("a stream whose job is canceled ends with an error", async () => {
  const options = { ...streaming, n: 10, ...extras({ steps: 1000 }) };
  const stream = await openai.images.generate(options as OpenAI.Images.ImageGenerateParamsStreaming);
  const failing = expect(eventsOf(stream)).rejects.toThrow("the job was canceled");
  const headers = { authorization: `Bearer ${TOKEN}` };
  const running = async () => (await (await server.call("/v1/jobs?state=running", { headers })).json()).jobs[0]?.id;
  await expect.poll(running).toBeDefined();
  await server.call(`/v1/jobs/${await running()}/cancel`, { method: "POST", headers });
  await failing;
});

test("it edits with a mask, which paints where it is transparent", async () => {
  const options = {
    ...{ model: "tiny", prompt: "an apple" },
    image: await toFile(
      image(() => 255),
      "image.png",
      { type: "image/png" },
    ),
    mask: await toFile(
      image((i) => (i % 8 < 4 ? 0 : 255)),
      "mask.png",
      { type: "image/png" },
    ),
    ...extras({ steps: "3", seed: "1" }),
  };
  const result = await openai.images.edit(options as OpenAI.Images.ImageEditParamsNonStreaming);
  expect(await sizeOf(result.data?.[0]?.b64_json)).toBe("8x8");
});

test("it lists models, and reads errors as its own", async () => {
  const models = await openai.models.list();
  expect(models.data).toMatchObject([{ id: "tiny", object: "model", loras: [], controlnets: [] }]);
  await expect(openai.images.generate({ model: "dall-e-9", prompt: "x" })).rejects.toMatchObject({
    status: 400,
    code: "model/unknown",
  });
  await expect(openai.images.generate({ prompt: "x", ...extras({ hue: 1 }) })).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining("hue"),
  });
  const stranger = new OpenAI({ baseURL: `${server.server.url}/v1`, apiKey: "wrong", maxRetries: 0 });
  await expect(stranger.models.list()).rejects.toMatchObject({ status: 401, code: "auth/token" });
});

test("the AI SDK generates through its compatible provider", async () => {
  const provider = createOpenAICompatible({ name: "aquatint", baseURL: `${server.server.url}/v1`, apiKey: TOKEN });
  const { images } = await generateImage({
    ...{ model: provider.imageModel("tiny"), prompt: "a red apple", size: "8x8", n: 2 },
    providerOptions: { aquatint: { seed: 7, steps: 2 } },
  });
  expect(await Promise.all(images.map(({ base64 }) => sizeOf(base64)))).toEqual(["8x8", "8x8"]);
});

test.each([false, true])("the AI SDK edits images; with a mask: %s", async (hasMask) => {
  const provider = createOpenAICompatible({ name: "aquatint", baseURL: `${server.server.url}/v1`, apiKey: TOKEN });
  const opaque = image(() => 255);
  const { images, warnings } = await generateImage({
    ...{ model: provider.imageModel("tiny"), size: "8x8", n: 2 },
    prompt: { text: "an apple", images: [opaque], ...(hasMask && { mask: image((i) => (i % 8 < 4 ? 0 : 255)) }) },
    providerOptions: { aquatint: { seed: 7, steps: 4, strength: 0.9 } },
  });
  expect(warnings).toEqual([]);
  const drawn = await Promise.all(images.map(({ uint8Array }) => decodePng(uint8Array)));
  expect(drawn.map(({ width, height }) => [width, height])).toEqual(Array(2).fill([8, 8]));
  const source = await decodePng(opaque);
  const changed = Array.from({ length: 64 }, (_, i) => i).filter((i) => drawn[0]?.data[3 * i] !== source.data[4 * i]);
  expect(changed.some((i) => i % 8 < 4)).toBe(true);
  if (hasMask) expect(changed.filter((i) => i % 8 > 4)).toEqual([]);
});
