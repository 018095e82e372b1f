import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestServer, testServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ worker: false });
});
afterAll(() => server[Symbol.asyncDispose]());

const routes = [
  "/v1/jobs",
  "/v1/images/generations",
  "/sdapi/v1/txt2img",
  "/sdapi/v1/img2img",
  "/sdapi/v1/options",
  "/sdapi/v1/png-info",
  "/sdapi/v1/extra-single-image",
  "/internal/progress",
] as const;
const words = [
  "kind",
  "prompt",
  "steps",
  "seed",
  "width",
  "height",
  "image",
  "mask",
  "init_images",
  "n",
  "size",
  "loras",
  "controls",
  "model",
  "sampler",
  "sampler_name",
  "scheduler",
  "override_settings",
  "alwayson_scripts",
  "strength",
  "count",
  "batch",
];
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    "text-to-image",
    "image-to-image",
    "inpainting",
    "resizing",
    "Euler a",
    "<lora:x:1>",
    "data:image/png;base64,iVBORw0KGgo=",
    "../..",
    -1,
    0,
    1e308,
    "\u0000",
    "1x1",
  ),
);
const body = fc.dictionary(fc.constantFrom(...words), value, { maxKeys: 8 });
const REQUESTS = 300;

test("no request makes the server fail, wait or show a stack trace", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), body, async (path, json) => {
      const response = await server.call(path, { json, signal: AbortSignal.timeout(1000) }).catch((error: unknown) => {
        if (error instanceof DOMException) return undefined; // it waits for its image, which no worker draws
        throw error;
      });
      if (!response) return;
      const text = await response.text();
      expect(text).not.toMatch(/\bat .*\.[tj]s:\d+/);
      expect(response.status, `${path} ${JSON.stringify(json)}: ${text}`).toBeLessThan(500);
    }),
    { numRuns: REQUESTS },
  );
  expect((await server.call("/readyz")).status).toBe(200);
});
