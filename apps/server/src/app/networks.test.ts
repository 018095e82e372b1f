import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodePng } from "aquatint";
import { decodeImage } from "aquatint/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyLatentModel } from "../../../../packages/aquatint/test/tiny-latent-model.ts";
import { writeFiles } from "../../../../packages/aquatint/test/tiny-pixel-model.ts";
import { type TestServer, testServer } from "../../test/test-server.ts";

const fixtures = fileURLToPath(new URL("../../../../packages/aquatint/test/fixtures/", import.meta.url));
const fixture = (path: string) => join(fixtures, path);
const LORA = fixture("conditioned/adapters/lora-kohya.safetensors");

/** What people have on their disks, as the web UI and as ComfyUI lay it out: source by target. */
const webUi = {
  "models/Stable-diffusion/anime/sd": fixture("conditioned/sd"),
  "models/Stable-diffusion/tiny": fixture("pipelines/tiny"),
  "models/Lora/style.safetensors": LORA,
  "models/ControlNet/edges": fixture("pipelines/controlnet-1"),
  "extensions/sd-webui-controlnet/models/lines": fixture("pipelines/controlnet-2"),
  "embeddings/inversion.safetensors": fixture("conditioned/adapters/inversion-embedding.safetensors"),
};
const comfy = {
  "models/checkpoints/xl.safetensors": fixture("conditioned/xl.safetensors"),
  "models/diffusers/inpaint": fixture("pipelines/tiny-inpaint"),
  "models/loras/people/face.safetensors": fixture("conditioned/adapters/lora-peft-alpha4.safetensors"),
  "models/controlnet/depth": fixture("pipelines/controlnet-2"),
  "models/vae/other": fixture("pipelines/tiny-inpaint/vae"),
  "models/embeddings/other.safetensors": fixture("checkpoints/inversion-embedding.safetensors"),
  "models/animatediff_models/moves": fixture("pipelines/motion"),
};

/** Files of a random model, its autoencoder alone where `part` is "vae". */
const random = (seed: number, part = "") =>
  new Map(
    [...tinyLatentModel({ seed })].flatMap(([name, bytes]) =>
      name.startsWith(part) ? [[name.slice(part.length), bytes]] : [],
    ),
  );

async function layOut(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [target, source] of Object.entries(files)) await cp(source, join(folder, target), { recursive: true });
  return folder;
}

let server: TestServer;
beforeAll(async () => {
  server = await testServer({}, async (folder) => {
    const disk = await layOut(join(folder, "disk"), comfy);
    await mkdir(join(folder, "ComfyUI"));
    await symlink(join(disk, "models"), join(folder, "ComfyUI/models")); // as volumes of containers are
    const root = await layOut(join(folder, "webui"), webUi);
    await writeFiles(join(root, "models/Stable-diffusion/wet"), random(0));
    await writeFiles(join(root, "models/VAE/soft"), random(1, "vae/"));
    return { models: [], modelFolders: [root, join(folder, "ComfyUI")] };
  });
});
afterAll(() => server[Symbol.asyncDispose]());

interface JobJson {
  readonly state: string;
  readonly error: unknown;
  readonly request: Readonly<Record<string, unknown>>;
  readonly files: readonly { readonly url: string; readonly type: string }[];
}

async function post(path: string, json: object) {
  const response = await server.call(path, { json });
  const body = await response.json();
  expect(response.status, JSON.stringify(body).slice(0, 500)).toBeLessThan(300);
  return body;
}

/** The files of a job of our own surface. */
async function files(request: object): Promise<readonly { readonly type: string; readonly bytes: Uint8Array }[]> {
  const { id } = await post("/v1/jobs", request);
  const job = async (): Promise<JobJson> => (await server.call(`/v1/jobs/${id}`)).json();
  await expect.poll(async () => (await job()).state).not.toMatch(/queued|running/);
  const { error, files } = await job();
  expect(error).toBeNull();
  const bytes = files.map(async ({ url, type }) => ({
    type,
    bytes: new Uint8Array(await (await server.call(url)).arrayBuffer()),
  }));
  return Promise.all(bytes);
}
const pixels = async (bytes: Uint8Array) =>
  Buffer.from((await decodeImage(bytes, { name: "image" })).data).toString("hex");
const drawing = async (request: object) => pixels((await files(request))[0]?.bytes ?? new Uint8Array());
const base64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const a1111 = async (request: object) => pixels(base64((await post("/sdapi/v1/txt2img", request)).images[0]));

const image = Buffer.from(
  encodePng({ width: 16, height: 16, channels: 3, data: Uint8Array.from({ length: 768 }, (_, i) => (7 * i) % 256) }),
).toString("base64");
/** The same request on the web UI's surface and on our own. */
const web = {
  prompt: "a cat",
  steps: 2,
  width: 16,
  height: 16,
  seed: 4,
  sampler_name: "Euler",
  scheduler: "Karras",
  cfg_scale: 3,
};
const override = (model: string) => ({ override_settings: { sd_model_checkpoint: model } });
const job = {
  ...{ kind: "text-to-image", prompt: "a cat", steps: 2, width: 16, height: 16, seed: 4, sampler: "Euler Karras" },
  ...{ guidance: 3, rng: "cuda-philox", promptSyntax: "a1111", clipSkipRule: "a1111" },
};

test("the folders of the web UI and of ComfyUI are found as they are", async () => {
  const { files: catalog } = await (await server.call("/v1/capabilities")).json();
  expect(catalog).toEqual({
    model: ["sd", "tiny", "wet", "xl", "inpaint"],
    lora: ["style", "face"],
    embedding: ["inversion", "other"],
    controlnet: ["edges", "lines", "depth"],
    vae: ["soft", "other"],
    motion: ["moves"],
  });
  const names = async (path: string, key: string) =>
    (await (await server.call(path)).json()).map((entry: Readonly<Record<string, unknown>>) => entry[key]);
  expect(await names("/sdapi/v1/loras", "name")).toEqual(["style", "face"]);
  expect(await names("/sdapi/v1/sd-vae", "model_name")).toEqual(["soft", "other"]);
  expect(await names("/sdapi/v1/sd-models", "title")).toContain("anime/sd");
  const { data } = await (await server.call("/v1/models")).json();
  expect(data[0]).toMatchObject({
    id: "sd",
    loras: ["style", "face"],
    embeddings: expect.arrayContaining(["inversion"]),
  });
});

test("a LoRA acts alike in a prompt, in a job and in OpenAI's request", async () => {
  const plain = await drawing({ ...job, model: "sd" });
  const adapted = await drawing({ ...job, model: "sd", loras: [{ name: "style", scale: 0.8 }] });
  expect(adapted).not.toEqual(plain);
  const prompted = (text: string) => a1111({ ...web, ...override("sd"), prompt: `a cat${text}` });
  expect(await prompted("<lora:style:0.8>")).toEqual(adapted);
  expect(await prompted("<lora:style:0>")).toEqual(plain);
  const openai = await post("/v1/images/generations", {
    ...{ model: "sd", prompt: "a cat", steps: 2, size: "16x16", seed: 4, sampler: "Euler Karras", guidance: 3 },
    loras: [{ name: "style", scale: 0.8 }],
  });
  const cpu = { ...job, rng: "torch-cpu", clipSkipRule: "diffusers", model: "sd" };
  expect(await pixels(base64(openai.data[0].b64_json))).toEqual(
    await drawing({ ...cpu, loras: [{ name: "style", scale: 0.8 }] }),
  );
});

test("a textual inversion acts by its word", async () => {
  const [plain, inverted] = [
    await drawing({ ...job, model: "sd" }),
    await drawing({ ...job, model: "sd", prompt: "inversion" }),
  ];
  expect(inverted).not.toEqual(plain);
  expect(await a1111({ ...web, ...override("sd"), prompt: "inversion" })).toEqual(inverted);
});

test("a ControlNet acts alike by alwayson_scripts and in a job", async () => {
  const plain = await drawing({ ...job, model: "tiny" });
  const controlled = await drawing({
    ...job,
    model: "tiny",
    controls: [{ model: "edges", image, scale: 0.7, end: 0.9 }],
  });
  expect(controlled).not.toEqual(plain);
  const unit = { enabled: true, module: "none", model: "edges [abcdef12]", weight: 0.7, image, guidance_end: 0.9 };
  const scripts = { alwayson_scripts: { ControlNet: { args: [unit] } } };
  expect(await a1111({ ...web, ...override("tiny"), ...scripts })).toEqual(controlled);
});

test("a ControlNet without an image of its own takes that of img2img", async () => {
  const request = { ...web, ...override("tiny"), steps: 4, init_images: [image] };
  const drawn = async (unit: object) => {
    const scripts = { alwayson_scripts: { controlnet: { args: [{ model: "edges", weight: 2, ...unit }] } } };
    return (await post("/sdapi/v1/img2img", { ...request, ...scripts })).images[0];
  };
  expect(await drawn({})).toBe(await drawn({ image }));
});

test.each([
  ["webp", "image/webp", "RIFF"],
  ["gif", "image/gif", "GIF8"],
  ["apng", "image/png", "\x89PNG"],
  ["mp4", "video/mp4", "ftyp"],
])("a job makes a clip as %s", async (format, type, signature) => {
  const size = { steps: 2, width: 16, height: 16, frames: 3 };
  const [file] = await files({
    kind: "text-to-video",
    model: "tiny",
    motion: "moves",
    prompt: "a cat",
    ...size,
    format,
  });
  expect(file?.type).toBe(type);
  expect(Buffer.from(file?.bytes.subarray(0, 12) ?? []).toString("latin1")).toContain(signature);
});

test("an image is enlarged and drawn again", async () => {
  const [file] = await files({ kind: "upscaling", model: "tiny", prompt: "a cat", image, steps: 4, scale: 2 });
  expect(await decodeImage(file?.bytes ?? new Uint8Array(), { name: "image" })).toMatchObject({
    width: 32,
    height: 32,
  });
});

test("another autoencoder decodes, by its name in a job and in the options", async () => {
  const [plain, other] = [
    await drawing({ ...job, model: "wet" }),
    await drawing({ ...job, model: "wet", vae: "soft" }),
  ];
  expect(other).not.toEqual(plain);
  const overrides = { override_settings: { sd_model_checkpoint: "wet", sd_vae: "soft" } };
  expect(await a1111({ ...web, ...overrides })).toEqual(other);
});

test("a file that comes while the server runs is used at once, and is listed when the folders are read again", async () => {
  const target = join(server.folder, "webui/models/Lora/new");
  await mkdir(target, { recursive: true });
  await (await server.call("/v1/capabilities")).json();
  await cp(LORA, join(target, "late.safetensors"));
  const request = { ...job, model: "sd" };
  expect(await drawing({ ...request, loras: [{ name: "late" }] })).toEqual(
    await drawing({ ...request, loras: [{ name: "style" }] }),
  );
  await cp(LORA, join(target, "later.safetensors"));
  await post("/sdapi/v1/refresh-loras", {});
  const loras: readonly { readonly name: string }[] = await (await server.call("/sdapi/v1/loras")).json();
  expect(loras.map(({ name }) => name)).toEqual(expect.arrayContaining(["late", "later"]));
});

test("a job keeps the model that was the first when it was submitted", async () => {
  const { id } = await post("/v1/jobs", { kind: "text-to-image", prompt: "a cat", steps: 2, width: 16, height: 16 });
  expect(await (await server.call(`/v1/jobs/${id}`)).json()).toMatchObject({ model: "sd", request: { model: "sd" } });
});
