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

test("it streams partial images and the image", async () => {
  const options = {
    prompt: "a blue cat",
    size: "8x8",
    stream: true,
    partial_images: 2,
    user: "ann",
    ...extras({ steps: 40 }),
  };
  const stream = await openai.images.generate(options as OpenAI.Images.ImageGenerateParamsStreaming);
  const events: string[] = [];
  for await (const event of stream) {
    events.push(event.type);
    if (event.type === "image_generation.completed") expect(event).toMatchObject({ ignored: ["user"] });
    expect(await sizeOf(event.b64_json)).toBe("8x8");
  }
  expect(events.at(-1)).toBe("image_generation.completed");
  expect(events.length).toBeGreaterThan(1);
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
