import { afterAll, beforeAll, expect, test } from "vitest";
import { png } from "../../test/routes.ts";
import { type TestServer, testServer } from "../../test/test-server.ts";

/** What clients send that the documents of the APIs do not say, most of it from complaints about other servers. */
let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const small = { prompt: "a cat", steps: 2, width: 8, height: 8 };
const image = { prompt: "a cat", steps: 1, size: "8x8" };

async function infoOf(path: "txt2img" | "img2img", fields: object) {
  const response = await server.call(`/sdapi/v1/${path}`, { json: { ...small, ...fields } });
  expect(response.status, await response.clone().text()).toBe(200);
  return JSON.parse((await response.json()).info);
}

test("empty texts say nothing, as in the web UI", async () => {
  const empty = {
    sampler_name: "",
    scheduler: "",
    styles: [""],
    script_name: "",
    refiner_checkpoint: "",
    infotext: "",
  };
  expect(await infoOf("txt2img", empty)).toMatchObject({ sampler_name: "Euler" });
  expect(await infoOf("img2img", { ...empty, init_images: [png], mask: "", latent_mask: "" })).toMatchObject({
    denoising_strength: 0.75,
  });
  const none = await server.call("/sdapi/v1/img2img", { json: { ...small, init_images: [""] } });
  expect([none.status, (await none.json()).detail]).toEqual([404, "Init image not found"]);
  const openai = { ...image, model: "", style: "", user: "", quality: "", negative_prompt: "" };
  expect((await server.call("/v1/images/generations", { json: openai })).status).toBe(200);
});

test("numbers may be texts, and nothing else is a number", async () => {
  const texts = { steps: "2", seed: "5", cfg_scale: "4.5", width: "8", n_iter: "1" };
  expect(await infoOf("txt2img", texts)).toMatchObject({ seed: 5, cfg_scale: 4.5, steps: 2 });
  for (const value of ["", " ", [], true, {}, "many"])
    for (const field of ["seed", "cfg_scale", "denoising_strength"]) {
      const response = await server.call("/sdapi/v1/txt2img", { json: { ...small, [field]: value } });
      expect([response.status, (await response.json()).detail]).toEqual([422, expect.stringContaining(field)]);
    }
  const response = await server.call("/v1/images/generations", { json: { ...image, n: [] } });
  expect([response.status, (await response.json()).error.message]).toEqual([422, expect.stringContaining("n: ")]);
});

test("a seed of -1 is a new one, and a larger one than JSON's numbers may be a text", async () => {
  const { files } = await (async () => {
    await infoOf("txt2img", { seed: "18446744073709551615" });
    return (await (await server.call("/v1/jobs?limit=1")).json()).jobs[0];
  })();
  expect(files).toMatchObject([{ seed: "18446744073709551615" }]);
  const { seeds } = await (await server.call("/v1/images/generations", { json: { ...image, seed: -1 } })).json();
  expect(seeds[0]).toBeGreaterThanOrEqual(0);
  expect((await server.call("/sdapi/v1/txt2img", { json: { ...small, seed: -5 } })).status).toBe(422);
});

test.each([
  ["/sdapi/v1/txt2img", { ...small, cfg_scale: -3 }, "cfg_scale"],
  ["/sdapi/v1/txt2img", { ...small, batch_size: 9 }, "batch_size"],
  ["/sdapi/v1/img2img", { ...small, init_images: [png], denoising_strength: 7 }, "denoising_strength"],
  ["/v1/images/generations", { ...image, size: "0x0" }, "size"],
])("what is wrong at %s in %j has the client's name", async (path, json, name) => {
  const response = await server.call(path, { json });
  const { detail, error } = await response.json();
  expect(response.status).toBe(422);
  expect(detail ?? error.message).toMatch(new RegExp(`^${name}: `));
});

test("the second pass takes every upscaler that is listed", async () => {
  for (const { name } of await (await server.call("/sdapi/v1/upscalers")).json()) {
    const hires = { enable_hr: true, hr_scale: 2, hr_upscaler: name, denoising_strength: 0.5 };
    expect(await infoOf("txt2img", hires)).toMatchObject({ width: 16, height: 16 });
  }
});

test("paths may have a slash more", async () => {
  for (const path of ["//sdapi/v1/options", "/sdapi/v1/options/", "/v1//models", "/v1/models/", "//healthz/"])
    expect((await server.call(new URL(server.server.url).origin + path)).status, path).toBe(200);
});

test.each([
  ["in lines", png.replaceAll(/.{20}/g, "$&\n")],
  ["without padding", png.replace(/=+$/, "")],
  ["for addresses", png.replaceAll("+", "-").replaceAll("/", "_")],
  ["with a charset", `data:image/png;charset=utf-8;base64,${png}`],
  ["between spaces", ` ${png} `],
])("an image may be base64 %s", async (_, text) => {
  expect(await infoOf("img2img", { init_images: [text] })).toMatchObject({ width: 8 });
});

test("a route of OpenAI's that is not here is refused in its shape", async () => {
  const response = await server.call("/v1/chat/completions", { json: { model: "tiny", messages: [] } });
  expect([response.status, await response.json()]).toEqual([
    404,
    { error: expect.objectContaining({ code: "request/route", type: "invalid_request_error" }) },
  ]);
});
