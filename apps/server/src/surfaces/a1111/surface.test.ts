import { decodePng, encodePng, type Image } from "aquatint";
import { imageMetadata, imageTexts, parseInfotext } from "aquatint/formats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestServer, testServer } from "../../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const small = { steps: 3, width: 8, height: 8, seed: 5 };
const base64 = (image: Image) => Buffer.from(encodePng(image)).toString("base64");
const plain = (width: number, height: number, value: (x: number, y: number) => number): Image => ({
  ...{ width, height, channels: 3 },
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) =>
    value(Math.floor(i / 3) % width, Math.floor(i / 3 / width)),
  ),
});

async function post(path: string, json: unknown) {
  const response = await server.call(`/sdapi/v1/${path}`, { json });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text), text };
}
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

describe("txt2img", () => {
  test("answers with the images, the request and the settings as the web UI does", async () => {
    const { status, body, text } = await post("txt2img", {
      ...small,
      prompt: "a (red:1.2) apple",
      negative_prompt: "blur",
      sampler_name: "Euler a",
      batch_size: 2,
      n_iter: 2,
      styles: null,
      override_settings: null,
    });
    expect(status, text).toBe(200);
    expect(body.images).toHaveLength(4);
    expect(body.parameters).toMatchObject({ prompt: "a (red:1.2) apple", cfg_scale: 7, steps: 3 });
    const info = JSON.parse(body.info);
    expect(info).toMatchObject({
      seed: 5,
      all_seeds: [5, 6, 7, 8],
      sampler_name: "Euler a",
      sd_model_name: "tiny",
      clip_skip: 1,
    });
    const bytes = bytesOf(body.images[1]);
    const texts = await imageTexts(bytes);
    expect(texts["parameters"]).toBe(info.infotexts[1]);
    expect(parseInfotext(info.infotexts[1])).toMatchObject({
      prompt: "a (red:1.2) apple",
      negative: "blur",
      settings: { Steps: "3", Sampler: "Euler a", "CFG scale": "7", Seed: "6", Size: "8x8", RNG: "NV" },
    });
    expect(imageMetadata(texts)).toMatchObject({ source: "aquatint", seed: 6 });
    expect(await post("png-info", { image: body.images[1] })).toMatchObject({
      body: { info: info.infotexts[1], parameters: { Seed: "6", Prompt: "a (red:1.2) apple" } },
    });
  });

  test.each([
    [{ sampler_name: "No Such" }, 404, "Sampler not found"],
    [{ scheduler: "No Such" }, 404, "Scheduler not found"],
    [{ script_name: "x/y/z plot" }, 422, "Script 'x/y/z plot' not found"],
    [{ alwayson_scripts: { reactor: { args: [] } } }, 422, "reactor"],
    [{ restore_faces: true }, 422, "restore_faces"],
    [{ tiling: true }, 422, "tiling"],
    [{ prompt: "<lora:style:1>", disable_extra_networks: true }, 422, "disable_extra_networks"],
    [{ enable_hr: true, hr_upscaler: "Latent" }, 422, "upscaler Latent"],
    [{ steps: "many" }, 422, "steps"],
    [{ override_settings: { sd_model_checkpoint: "absent" } }, 400, "absent"],
    [{ prompt: "<lora:absent:1>" }, 400, "absent"],
    [{ width: 9 }, 400, "multiple of 2"],
  ])("refuses %j in the web UI's shape", async (field, status, detail) => {
    const result = await post("txt2img", { ...small, ...field });
    expect(result.status, result.text).toBe(status);
    expect(result.body).toMatchObject({ error: "HTTPException", body: "" });
    expect(result.body.detail).toContain(detail);
  });

  test("enlarges by the hires fix", async () => {
    const { body, text } = await post("txt2img", {
      ...small,
      enable_hr: true,
      hr_scale: 2,
      hr_upscaler: "Lanczos",
      denoising_strength: 0.7,
    });
    expect((await decodePng(bytesOf(body.images?.[0] ?? ""))).width, text).toBe(16);
    const info = JSON.parse(body.info);
    expect(info).toMatchObject({ denoising_strength: 0.7, width: 16 });
    expect(info.infotexts[0]).toContain("Denoising strength: 0.7, Hires upscale: 2, Hires upscaler: Lanczos");
  });
});

describe("img2img", () => {
  const image = base64(plain(8, 8, (x, y) => 20 * x + 10 * y));
  test("begins with the image", async () => {
    const { status, body, text } = await post("img2img", {
      ...small,
      steps: 4,
      init_images: [`data:image/png;base64,${image}`],
    });
    expect(status, text).toBe(200);
    expect(body.parameters.init_images).toBeNull();
    expect(JSON.parse(body.info)).toMatchObject({ denoising_strength: 0.75 });
  });

  test("keeps what is not masked, in the part of the image around the mask", async () => {
    const large = plain(16, 12, (x, y) => 10 * x + 5 * y);
    const mask = plain(16, 12, (x, y) => (x >= 10 && y >= 6 ? 255 : 0));
    const { status, body, text } = await post("img2img", {
      ...{ ...small, init_images: [base64(large)], mask: base64(mask), mask_blur: 0, inpainting_fill: 1 },
      inpaint_full_res: true,
    });
    expect(status, text).toBe(200);
    const result = await decodePng(bytesOf(body.images[0]));
    expect(result).toMatchObject({ width: 16, height: 12 });
    const changed = Array.from(result.data, (value, i) => (value === large.data[i] ? -1 : Math.floor(i / 3))).filter(
      (i) => i >= 0,
    );
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.filter((i) => i % 16 < 10 || Math.floor(i / 16) < 6)).toEqual([]);
  });

  test("paints what a mask with transparency shows, as the web UI does", async () => {
    const changed = async (mask: Image): Promise<readonly number[]> => {
      const body = { ...small, init_images: [image], mask: base64(mask), mask_blur: 0, inpainting_fill: 1 };
      const result = await post("img2img", { ...body, inpaint_full_res: "False", denoising_strength: 1 });
      expect(result.status, result.text).toBe(200);
      const [before, after] = await Promise.all([image, result.body.images[0]].map((text) => decodePng(bytesOf(text))));
      return Array.from({ length: 64 }, (_, i) => i).filter((i) => before?.data[3 * i] !== after?.data[3 * i]);
    };
    const black = (alpha: (x: number) => number): Image => ({
      ...{ width: 8, height: 8, channels: 4 },
      data: Uint8Array.from({ length: 256 }, (_, i) => (i % 4 === 3 ? alpha(Math.floor(i / 4) % 8) : 0)),
    });
    const pixels = await changed(black((x) => (x < 4 ? 255 : 0)));
    expect(pixels.length).toBeGreaterThan(0);
    expect(pixels.filter((i) => i % 8 >= 4)).toEqual([]);
    const opaque = await changed(plain(8, 8, (x) => (x < 4 ? 0 : 255)));
    expect(opaque.filter((i) => i % 8 < 4)).toEqual([]);
  });

  test("names the fields that it does not know and leaves out", async () => {
    const json = { ...small, scheduler_name: "karras", "hue ä": 1 };
    const { status, headers } = await server.call("/sdapi/v1/txt2img", { json });
    expect([status, headers.get("x-ignored-fields")]).toEqual([200, "scheduler_name, hue%20%C3%A4"]);
  });

  test("reads true and false as texts and numbers, and refuses others", async () => {
    const body = { ...small, restore_faces: "False", tiling: 0, send_images: "no", enable_hr: "off" };
    expect(await post("txt2img", body)).toMatchObject({ status: 200, body: { images: [] } });
    expect(await post("txt2img", { ...small, tiling: "True" })).toMatchObject({ status: 422 });
    const strange = await post("txt2img", { ...small, tiling: "perhaps" });
    expect(strange).toMatchObject({ status: 422, body: { detail: expect.stringContaining("perhaps") } });
  });

  test.each([
    [{}, 404, "Init image not found"],
    [{ init_images: ["http://localhost/a.png"] }, 500, "Requests not allowed"],
    [{ init_images: [image, image] }, 422, "more than one"],
    [{ init_images: ["bm90IGFuIGltYWdl"] }, 400, "image"],
    [{ init_images: [image], resize_mode: 3 }, 422, "resize_mode"],
  ])("refuses %j", async (field, status, detail) => {
    const result = await post("img2img", { ...small, ...field });
    expect(result.status, result.text).toBe(status);
    expect(result.body.detail).toContain(detail);
  });
});

test("lists and options have the web UI's fields", async () => {
  const get = async (path: string) => (await server.call(path)).json();
  expect(await get("/sdapi/v1/samplers")).toContainEqual(
    expect.objectContaining({ name: "DPM++ 2M", options: expect.anything() }),
  );
  expect(await get("/sdapi/v1/schedulers")).toContainEqual(
    expect.objectContaining({ name: "karras", label: "Karras", default_rho: 7 }),
  );
  expect(await get("/sdapi/v1/sd-models")).toEqual([
    expect.objectContaining({ model_name: "tiny", title: expect.stringContaining("tiny") }),
  ]);
  expect(await get("/sdapi/v1/options")).toMatchObject({
    sd_model_checkpoint: expect.any(String),
    CLIP_stop_at_last_layers: 1,
  });
  expect(await get("/sdapi/v1/progress")).toMatchObject({ progress: 0, state: { job_count: 0 }, current_image: null });
  expect(await get("/controlnet/model_list")).toEqual({ model_list: [] });
  expect((await server.call("/sdapi/v1/artists")).status).toBe(404);
  expect(await get("/internal/ping")).toEqual({});
  const [{ title }] = await get("/sdapi/v1/sd-models");
  expect((await get("/sdapi/v1/options")).sd_model_checkpoint).toBe(title);
});

test("options have a size that is kept, and may be nested deep", async () => {
  const set = (json: unknown) => server.call("/sdapi/v1/options", { json });
  const large = await set({ note: "x".repeat(300_000) });
  expect([large.status, (await large.json()).detail]).toEqual([413, expect.stringContaining("at most 262144")]);
  const nested = Array.from({ length: 50 }).reduce<unknown>((inner) => ({ a: inner }), 1);
  expect((await set({ nested })).status).toBe(200);
  const deep = await server.call("/sdapi/v1/options", {
    method: "POST",
    body: `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
  });
  expect([deep.status, (await deep.json()).detail]).toEqual([400, expect.stringContaining("100 levels")]);
});

test("idle connections are kept longer than clients pause between polls", async () => {
  const { headers } = await server.call("/sdapi/v1/options");
  expect(headers.get("keep-alive")).toBe("timeout=75");
});

test("an image is resized without a model", async () => {
  const { body, text } = await post("extra-single-image", {
    image: base64(plain(6, 4, (x) => 40 * x)),
    upscaler_1: "Lanczos",
    upscaling_resize: 3,
  });
  expect(await decodePng(bytesOf(body.image ?? "")), text).toMatchObject({ width: 18, height: 12 });
});
