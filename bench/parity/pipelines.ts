import { access } from "node:fs/promises";
import { basename, join } from "node:path";
import { openModel } from "../../packages/aquatint/src/checkpoints/open.node.ts";
import type { Model, TensorLocation } from "../../packages/aquatint/src/checkpoints/types.ts";
import { schedulerSettings } from "../../packages/aquatint/src/diffusion/diffusers/scheduler-config.ts";
import { AquatintError } from "../../packages/aquatint/src/errors.ts";
import { readSafetensors, readText } from "../../packages/aquatint/src/formats/files.node.ts";
import { parseJsonObject } from "../../packages/aquatint/src/formats/json.ts";
import { toFloat32 } from "../../packages/aquatint/src/formats/safetensors/half.ts";
import { adaptedModel } from "../../packages/aquatint/src/pipelines/adapters/adapted-model.node.ts";
import type { AdapterFiles } from "../../packages/aquatint/src/pipelines/adapters/adapters.node.ts";
import { textToImageNetwork } from "../../packages/aquatint/src/pipelines/network/network.ts";
import { planTextToImage } from "../../packages/aquatint/src/pipelines/text-to-image/plan.ts";
import { textToImage } from "../../packages/aquatint/src/pipelines/text-to-image/text-to-image.ts";
import { nodeRuntime } from "../../packages/aquatint/src/runtime/runtime.node.ts";
import type { Runtime } from "../../packages/aquatint/src/runtime/types.ts";
import { adapterFiles } from "./adapters.ts";
import { guarded, judged, type Outcome, type ParityKind } from "./check.ts";
import { argumentNames, largestDifference, unitRows } from "./compare-images.ts";
import {
  canvasOf,
  foldersOf,
  type InputSite,
  inputArguments,
  missingFor,
  modelOf,
  type NamedCase,
  sharedDraws,
} from "./pipeline-inputs.ts";
import { compareVideo } from "./videos.ts";

const TOLERANCE = 1e-3;
const JSON_FILE = "pipelines.json";
const TENSORS_FILE = "pipelines.safetensors";
const ADAPTERS = "adapters";

/** One run of a pipeline, as pipelines.json lists it. */
interface Case extends NamedCase {
  /** The folder of its checkpoint; a single file of the same name may lie beside it. */
  readonly model: string;
  readonly scheduler: string;
  readonly scheduler_config: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

/** `pipelines.json` with its tensors: whole runs of diffusers' pipelines, from each layout of their checkpoints. */
export const pipelines: ParityKind = {
  claims: (entries) =>
    entries.includes(JSON_FILE)
      ? entries.filter((name) => {
          const stem = /^(.+)\.safetensors$/.exec(name)?.[1];
          return (
            name === JSON_FILE ||
            name === TENSORS_FILE ||
            name === ADAPTERS ||
            (stem !== undefined && entries.includes(stem))
          );
        })
      : [],
  async *run(folder, entries) {
    if (!entries.includes(TENSORS_FILE)) {
      yield { check: JSON_FILE, skipped: `${JSON_FILE} and ${TENSORS_FILE} belong together` };
      return;
    }
    const text = await readText(join(folder, JSON_FILE));
    const cases = parseJsonObject(`{"cases":${text}}`, { name: JSON_FILE })["cases"] as readonly Case[];
    const { tensors } = await readSafetensors(join(folder, TENSORS_FILE));
    const controlNets = await foldersOf("ControlNetModel", folder);
    const [motion] = await foldersOf("MotionAdapter", folder);
    await using runtime = await nodeRuntime();
    for (const run of cases) {
      const path = join(folder, run.model);
      const single = entries.includes(`${run.model}.safetensors`) ? `${path}.safetensors` : undefined;
      const check = `pipelines/${run.name}`;
      if ("num_frames" in run.args) {
        const video = { runtime, folder, tensors, check: `${check}/folder` };
        if (motion) yield* guarded(check, compareVideo(videoOf(run, motion), video));
        else yield { check, skipped: "there is no folder of a MotionAdapter" };
        continue;
      }
      for await (const [form, files] of adapterFiles(run, join(folder, ADAPTERS))) {
        const site = { runtime, check: [check, "folder", ...form].join("/"), path, tensors, files, controlNets };
        yield* guarded(site.check, compareCase(run, site));
        const other = { ...site, check: [check, "single-file", ...form].join("/"), single };
        if (single) yield* guarded(other.check, compareCase(run, other));
      }
    }
  },
};

interface Site extends InputSite {
  readonly runtime: Runtime;
  readonly check: string;
  readonly path: string;
  /** Takes the weights from this file, which has no configs: no shape says how many heads so small a model has. */
  readonly single?: string | undefined;
  /** What is loaded beside the checkpoint, or why that is not there. */
  readonly files: AdapterFiles | string;
}

/** A case with frames, whose adapter is the folder's first. */
const videoOf = ({ args, ...run }: Case, motion: string) => ({
  ...run,
  motion: basename(motion),
  args: args as Readonly<Record<string, string | number>>,
});

/** Why a case cannot be run, if it cannot. */
async function reasonAgainst(run: Case, site: Site): Promise<string | undefined> {
  const { args, model } = run;
  const { path, files } = site;
  const unknown = Object.keys(args).find((key) => !Object.hasOwn(argumentNames, key) && !inputArguments.includes(key));
  if (unknown !== undefined) return `the pipelines take no ${unknown}`;
  const missing = missingFor(run, site);
  if (missing !== undefined) return missing;
  if (typeof files === "string") return files;
  const hasIndex = await access(join(path, "model_index.json")).then(
    () => true,
    () => false,
  );
  return hasIndex ? undefined : `there is no ${model}/model_index.json`;
}

/** A case that text-to-image does not cover is skipped with its reason. */
async function* compareCase(run: Case, site: Site): AsyncGenerator<Outcome> {
  const { check } = site;
  const reason = await reasonAgainst(run, site);
  if (reason !== undefined) {
    yield { check, skipped: reason };
    return;
  }
  try {
    yield* compareRun(run, site);
  } catch (error) {
    if (!(error instanceof AquatintError) || error.code !== "model/unsupported") throw error;
    yield { check, skipped: error.message };
  }
}

/** A folder's checkpoint, its weights from the single file where one is given. */
async function checkpointOf({ path, single }: Site): Promise<Model> {
  const folder = await openModel(path);
  if (!single) return folder;
  const { components } = await openModel(single);
  const weights = (part: string) => components.get(part)?.weights ?? new Map<string, TensorLocation>();
  const merged = Array.from(
    folder.components,
    ([part, component]) => [part, { ...component, weights: weights(part) }] as const,
  );
  return { ...folder, components: new Map(merged) };
}

/** A case's arguments as options of a plan. */
const optionsOf = ({ args }: Case) =>
  Object.fromEntries(
    Object.entries(args).flatMap(([key, value]) => (argumentNames[key] ? [[argumentNames[key], value]] : [])),
  );

async function* compareRun(run: Case, site: Site): AsyncGenerator<Outcome> {
  const { runtime, check, tensors } = site;
  const scheduler = schedulerSettings({ _class_name: run.scheduler, ...run.scheduler_config });
  const model = await modelOf(run, site, await adaptedModel(await checkpointOf(site), site.files as AdapterFiles));
  const plan = await planTextToImage(
    { ...model, scheduler },
    { prompt: "", ...canvasOf(run, site), ...optionsOf(run), seed: run.seed },
  );
  const { modules } = model;
  await using network = textToImageNetwork({ runtime, modules, ...(await model.binding()) });
  const draws = sharedDraws(plan, Number(run.args["num_images_per_prompt"] ?? 1));
  const latents: Float32Array[] = [];
  for await (const event of textToImage(network, plan, { noiseStreams: draws })) {
    if (event.type === "evaluation") latents.push(Float32Array.from(event.latent));
  }
  const image: number[] = [];
  for (const data of latents.slice(-draws.length)) {
    image.push(...unitRows(await network.decode({ dtype: "float32", shape: [1, ...plan.latentShape], data })));
  }
  const actual = { latents: latents.flatMap((x) => [...x]), image };
  for (const [kind, values] of Object.entries(actual)) {
    const raw = tensors.get(`${run.name}/${kind}`);
    if (!raw) yield { check: `${check}/${kind}`, skipped: `${TENSORS_FILE} does not hold it` };
    else yield judged(`${check}/${kind}`, largestDifference(values, toFloat32(raw, { name: run.name })), TOLERANCE);
  }
}
