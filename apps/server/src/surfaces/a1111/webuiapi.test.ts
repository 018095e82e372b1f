import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { pythonWith } from "../../../test/python.ts";
import { testServer } from "../../../test/test-server.ts";
import { newToken, tokenHash, writeUsers } from "../../auth/accounts.ts";

const python = pythonWith(["webuiapi==0.9.17", "aiohttp==3.14.5"]);

interface Outcome {
  readonly value?: unknown;
  readonly error?: string;
  readonly args?: readonly string[];
}

const drawn = (...sizes: readonly (readonly [number, number])[]) => ({ value: { images: sizes } });
const refused = (status: number, detail: string) => ({
  error: "RuntimeError",
  args: [String(status), expect.stringContaining(detail)],
});
const listWith = (name: string) => ({ value: expect.arrayContaining([expect.objectContaining({ name })]) });
const done = { value: null };

/** What each call gives; those of extensions that are not here fail as they do in a web UI without the extension. */
const expected: Readonly<Record<string, object>> = {
  set_auth: done,
  check_extensions: done,
  txt2img: drawn([8, 8], [8, 8]),
  "txt2img hires": drawn([16, 16]),
  "txt2img latent": refused(422, "upscaler Latent"),
  "txt2img async": drawn([8, 8]),
  "txt2img script": refused(422, "Script 'x/y/z plot' not found"),
  "txt2img styles": refused(422, "styles"),
  "txt2img unit off": drawn([8, 8]),
  "txt2img unit": refused(400, "absent"),
  "txt2img unit mode": refused(422, "control_mode My prompt is more important"),
  "txt2img adetailer": refused(422, "adetailer"),
  img2img: drawn([8, 8]),
  "img2img mask": drawn([8, 8]),
  "img2img none": refused(404, "Init image not found"),
  post_and_get_api_result: drawn([8, 8]),
  async_post: drawn([8, 8]),
  extra_single_image: drawn([24, 24]),
  "extra_single_image ESRGAN": refused(422, "R-ESRGAN 4x+"),
  extra_batch_images: drawn([16, 16], [16, 16]),
  png_info: { value: { info: expect.stringContaining("Seed: 5"), parameters: { Prompt: "a red apple", Seed: "5" } } },
  interrogate: refused(404, "Model not found"),
  list_prompt_gen_models: { error: "KeyError" },
  prompt_gen: refused(404, "promptgen/generate"),
  interrupt: { value: {} },
  skip: { value: {} },
  set_options: done,
  get_endpoint: { value: expect.stringMatching(/\/sdapi\/v1\/options$/) },
  custom_get: listWith("Euler a"),
  custom_post: drawn([8, 8]),
  controlnet_version: { value: 2 },
  controlnet_model_list: { value: [] },
  controlnet_module_list: { value: ["none"] },
  controlnet_detect: { value: { images: [[8, 8]], info: "Success" } },
  "controlnet_detect canny": refused(422, "Module not available"),
  get_artist_categories: { value: { detail: expect.stringContaining("artist-categories") } },
  get_artists: { value: { detail: expect.stringContaining("artists") } },
  get_cmd_flags: { value: { api: true } },
  get_embeddings: { value: { loaded: {}, skipped: {} } },
  get_face_restorers: { value: [] },
  get_hypernetworks: { value: [] },
  get_latent_upscale_modes: { value: [] },
  get_loras: { value: [] },
  get_memory: { value: { ram: { total: expect.any(Number) } } },
  get_options: { value: { sd_model_checkpoint: expect.stringContaining("tiny"), jpeg_quality: 70 } },
  get_progress: { value: { progress: 0, state: { job_count: 0 } } },
  get_prompt_styles: { value: [] },
  get_realesrgan_models: { value: [] },
  get_samplers: listWith("DPM++ 2M"),
  get_schedulers: listWith("karras"),
  get_scripts: { value: { txt2img: ["controlnet"] } },
  get_sd_models: { value: [{ model_name: "tiny" }] },
  get_sd_vae: { value: [] },
  get_upscalers: listWith("Lanczos"),
  refresh_checkpoints: done,
  util_get_current_model: { value: expect.stringContaining("tiny") },
  util_get_model_names: { value: [expect.stringContaining("tiny")] },
  util_get_sampler_names: { value: expect.arrayContaining(["Euler a"]) },
  util_get_scheduler_names: { value: expect.arrayContaining(["karras"]) },
  util_set_model: done,
  util_wait_for_ready: done,
};

test.skipIf(python === undefined)("every call of the PyPI client webuiapi works, or is refused by name", async () => {
  const token = newToken();
  await using server = await testServer({}, async (folder) => {
    const usersFile = join(folder, "users.json");
    await writeUsers(usersFile, [{ name: "ann", role: "user", tokens: [tokenHash(token)] }]);
    return { usersFile };
  });
  const script = fileURLToPath(new URL("../../../test/webuiapi_client.py", import.meta.url));
  const args = [script, String(server.server.port), "ann", token];
  const { stdout } = await promisify(execFile)(python ?? "", args, { maxBuffer: 2 ** 26 });
  const { results, missing }: { results: Record<string, Outcome>; missing: string[] } = JSON.parse(stdout);
  expect(missing).toEqual([]);
  expect(results).toMatchObject(expected);
  expect(Object.keys(results).toSorted()).toEqual(Object.keys(expected).toSorted());
});
