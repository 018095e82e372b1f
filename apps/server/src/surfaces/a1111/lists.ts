import { freemem, totalmem } from "node:os";
import type { Hono } from "hono";
import { z } from "zod";
import type { ModelFile } from "../../models/catalog.ts";
import type { Env, SurfaceTools } from "../surface.ts";
import { parsedBody } from "./generation.ts";
import { changeOptions, readOptions, titleOf } from "./options.ts";
import { samplersJson, schedulersJson } from "./samplers.ts";

/** Lists that are empty here. */
const emptyLists = [
  "hypernetworks",
  "face-restorers",
  "realesrgan-models",
  "latent-upscale-modes",
  "prompt-styles",
  "extensions",
];
/** Kinds of files whose folders are read again at once. */
const refreshed = ["checkpoints", "vae", "loras", "embeddings"];
/** Calls that change nothing: models are loaded when they are used. */
const doneAlready = ["unload-checkpoint", "reload-checkpoint"];

/** Adds the routes that say what is there, and the options. */
export function addLists(app: Hono<Env>, tools: SurfaceTools): void {
  const { models, options } = tools;
  app.get("/sdapi/v1/samplers", (c) => c.json(samplersJson()));
  app.get("/sdapi/v1/schedulers", (c) => c.json(schedulersJson()));
  app.get("/sdapi/v1/upscalers", (c) => c.json(["None", "Lanczos"].map(upscalerJson)));
  for (const name of emptyLists) app.get(`/sdapi/v1/${name}`, (c) => c.json([]));
  addModels(app, tools);
  app.get("/sdapi/v1/options", async (c) => c.json(await readOptions(options, models, c.var.account.name)));
  app.post("/sdapi/v1/options", async (c) => {
    const changes = await parsedBody(c, z.record(z.string(), z.unknown()));
    await changeOptions(tools, c.var.account.name, changes);
    return c.json(null);
  });
  for (const kind of refreshed)
    app.post(`/sdapi/v1/refresh-${kind}`, async (c) => {
      await models.refresh();
      return c.json(null);
    });
  for (const name of doneAlready) app.post(`/sdapi/v1/${name}`, (c) => c.json({}));
  app.get("/internal/ping", (c) => c.json({}));
  app.get("/sdapi/v1/memory", (c) => c.json(memoryJson()));
  app.get("/sdapi/v1/cmd-flags", (c) => c.json({ api: true, nowebui: true }));
  app.get("/sdapi/v1/scripts", (c) => c.json({ txt2img: ["controlnet"], img2img: ["controlnet"] }));
  app.get("/sdapi/v1/script-info", (c) =>
    c.json(
      [false, true].map((isImg2img) => ({ name: "controlnet", is_alwayson: true, is_img2img: isImg2img, args: [] })),
    ),
  );
}

const upscalerJson = (name: string) => ({ name, model_name: null, model_path: null, model_url: null, scale: 4 });

/** Adds the routes that list files; where they lie on the server's disk is not told. */
function addModels(app: Hono<Env>, { models }: SurfaceTools): void {
  app.get("/sdapi/v1/sd-models", async (c) => c.json((await models.list("model")).map(modelJson)));
  app.get("/sdapi/v1/sd-modules", async (c) => c.json((await models.list("vae")).map(vaeJson)));
  app.get("/sdapi/v1/sd-vae", async (c) => c.json((await models.list("vae")).map(vaeJson)));
  app.get("/sdapi/v1/loras", async (c) =>
    c.json(
      (await models.list("lora")).map(({ name, fileName }) => ({ name, alias: name, path: fileName, metadata: {} })),
    ),
  );
  app.get("/sdapi/v1/embeddings", async (c) => {
    const words = (await models.list("embedding")).map(
      ({ name }) =>
        [name, { step: null, sd_checkpoint: null, sd_checkpoint_name: null, shape: 0, vectors: 0 }] as const,
    );
    return c.json({ loaded: Object.fromEntries(words), skipped: {} });
  });
}

const modelJson = (file: ModelFile) => ({
  title: titleOf(file),
  model_name: file.name,
  hash: file.hash?.slice(0, 10) ?? null,
  sha256: file.hash ?? null,
  filename: file.fileName,
  config: null,
});

const vaeJson = ({ name, fileName }: ModelFile) => ({ model_name: name, filename: fileName });

function memoryJson() {
  const [free, total] = [freemem(), totalmem()];
  return {
    ram: Object.fromEntries([
      ["free", free],
      ["used", total - free],
      ["total", total],
    ]),
    cuda: { error: "unavailable" },
  };
}
