import { join } from "node:path";
import { decodePng } from "aquatint";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestServer, testServer } from "../../../test/test-server.ts";
import { newToken, tokenHash, writeUsers } from "../../auth/accounts.ts";

/** The requests that programs send, in their order, as their sources have them. */
const token = newToken();
const authorization = `Basic ${Buffer.from(`ann:${token}`).toString("base64")}`;
let server: TestServer;
beforeAll(async () => {
  server = await testServer({}, async (folder) => {
    const usersFile = join(folder, "users.json");
    await writeUsers(usersFile, [{ name: "ann", role: "user", tokens: [tokenHash(token)] }]);
    return { usersFile };
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const send = (path: string, init: Parameters<TestServer["call"]>[1] = {}) =>
  server.call(`/sdapi/v1/${path}`, { ...init, headers: { authorization } });
async function json(path: string, init: Parameters<TestServer["call"]>[1] = {}) {
  const response = await send(path, init);
  expect(response.status, `${path}: ${await response.clone().text()}`).toBe(200);
  return response.json();
}
const sizeOf = async (image: string) => {
  const { width, height } = await decodePng(new Uint8Array(Buffer.from(image, "base64")));
  return [width, height];
};

interface ListEntry {
  readonly name?: string;
  readonly title?: string;
  readonly model_name?: string;
}

/** The body of its settings at their defaults. */
const sillyTavernBody = {
  ...{ prompt: "a red apple", negative_prompt: "blur", sampler_name: "DDIM", scheduler: "normal" },
  ...{ steps: 20, cfg_scale: 7, width: 16, height: 8, seed: undefined, restore_faces: false, enable_hr: false },
  ...{ hr_upscaler: "Latent", hr_scale: 1, hr_additional_modules: [], denoising_strength: 0.7 },
  ...{ hr_second_pass_steps: 0, clip_skip: 1, save_images: true, send_images: true },
  ...{ do_not_save_grid: false, do_not_save_samples: false },
  override_settings: { CLIP_stop_at_last_layers: 1, sd_vae: "Automatic" },
  override_settings_restore_afterwards: true,
};

test("SillyTavern connects, chooses a model and makes an image", async () => {
  const options = await json("options"); // its ping
  expect("forge_preset" in options).toBe(false); // else it would send Forge's settings
  const lists = ["upscalers", "latent-upscale-modes", "sd-vae", "sd-modules", "samplers", "schedulers", "sd-models"];
  const [upscalers, , vaes, modules, samplers, schedulers, models]: readonly ListEntry[][] = await Promise.all(
    lists.map((path) => json(path)),
  );
  expect(upscalers?.[0]?.name).toBe("None"); // it puts the latent ones after the first
  expect(Array.isArray(vaes) && Array.isArray(modules)).toBe(true);
  expect(samplers?.map(({ name }) => name)).toContain(sillyTavernBody.sampler_name);
  expect(schedulers?.map(({ name }) => name)).toContain(sillyTavernBody.scheduler);
  const sd_model_checkpoint = models?.[0]?.title;
  await json("options", { json: { sd_model_checkpoint } });
  expect(await json("progress")).toMatchObject({ progress: 0, state: { job_count: 0 } });
  expect(await json("options")).toMatchObject({ sd_model_checkpoint });
  const { images, info } = await json("txt2img", { json: sillyTavernBody });
  expect(await sizeOf(images[0])).toEqual([16, 8]);
  expect(JSON.parse(info)).toMatchObject({ sampler_name: "DDIM", steps: 20 });
  const refused = await send("txt2img", { json: { ...sillyTavernBody, enable_hr: true, hr_scale: 2 } });
  expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("the upscaler Latent") });
});

test("SillyTavern's stop ends the job though its request is gone", async () => {
  const leaving = new AbortController();
  const body = { ...sillyTavernBody, steps: 800, batch_size: 1, n_iter: 4 };
  const drawing = send("txt2img", { json: body, signal: leaving.signal });
  const refusal = expect(drawing).rejects.toThrow();
  await expect.poll(async () => (await json("progress")).state.job_count).toBe(4);
  const interrupted = send("interrupt", { method: "POST" });
  leaving.abort();
  await refusal;
  expect((await interrupted).status).toBe(200);
  await expect.poll(async () => (await json("progress")).state.job_count).toBe(0);
});

test("Open WebUI lists models, chooses one by posting all options, and makes images", async () => {
  const options = await json("options"); // its check of the address
  const models: readonly ListEntry[] = await json("sd-models");
  expect(models.every(({ title, model_name }) => title && model_name)).toBe(true);
  await json("options", { json: { ...options, sd_model_checkpoint: models[0]?.title } });
  const body = { prompt: "a red apple", batch_size: 2, width: 16, height: 16, steps: 2, negative_prompt: "blur" };
  const parameters = { cfg_scale: 5, sampler_name: "Euler a", scheduler: "Karras" };
  const { images, info } = await json("txt2img", { json: { ...body, ...parameters } });
  expect(await Promise.all(images.map(sizeOf))).toEqual([
    [16, 16],
    [16, 16],
  ]);
  expect(JSON.parse(info)).toMatchObject({ cfg_scale: 5, sampler_name: "Euler a" });
});

test("Open WebUI makes and edits images by OpenAI's API", async () => {
  const headers = { authorization: `Bearer ${token}` };
  const body = { model: "tiny", prompt: "a red apple", n: 1, size: "16x8", steps: 2, response_format: "b64_json" };
  const generation = await (await server.call("/v1/images/generations", { json: body, headers })).json();
  expect(await sizeOf(generation.data[0].b64_json)).toEqual([16, 8]);
  const byUrl = { ...body, response_format: "url" };
  const { data } = await (await server.call("/v1/images/generations", { json: byUrl, headers })).json();
  const file = await fetch(data[0].url, { headers });
  expect(file.headers.get("content-type")).toMatch(/^image\//);
  const form = new FormData();
  for (const [name, value] of Object.entries({ model: "tiny", prompt: "a blue apple", n: "1", size: "16x8" }))
    form.append(name, value);
  form.append("image", new Blob([await file.arrayBuffer()], { type: "image/png" }), "image.png");
  const edited = await server.call("/v1/images/edits", { method: "POST", body: form, headers });
  expect(edited.status, await edited.clone().text()).toBe(200);
  expect(await sizeOf((await edited.json()).data[0].b64_json)).toEqual([16, 8]);
});
