import { planTextToImage, type TextToImageModel, textToImage, textToImageModel, textToImageNetwork } from "aquatint";
import { memoryFiles, openModel } from "aquatint/checkpoints";
import type { Image } from "aquatint/formats";
import { stepCount } from "aquatint/pipelines";
import { webRuntime } from "aquatint/web";
import { engineThreads } from "../../../engine/device.ts";
import { once } from "../../model/lecture-model.ts";
import type { RunDatabase } from "./run-database.ts";

/** Input of Algorithm 2. */
export interface SampleParams {
  readonly prompt: string;
  readonly steps: number;
  readonly guidance: number;
  readonly seed: number;
  /** The step of the checkpoint: another one is read anew. */
  readonly savedStep: number;
}

/** Algorithm 2 after one of its lines. */
export interface SampleState {
  /** The line that was computed last, 1 to 6. */
  readonly line: number;
  /** Steps that the model was trained for. */
  readonly modelStep: number;
  readonly t: number;
  readonly step: number;
  readonly count: number;
  readonly x: Image | undefined;
  readonly x0: Image | undefined;
}

const runtime = once(() => webRuntime({ device: "wasm", threads: engineThreads(navigator.hardwareConcurrency) }));

async function newestModel(files: RunDatabase): Promise<TextToImageModel> {
  const paths = (await files.paths()).filter((path) => path.startsWith("model/"));
  const contents = await Promise.all(paths.map(async (path) => [path.slice(6), await files.read(path)] as const));
  return textToImageModel(await openModel(memoryFiles(new Map(contents), "model")));
}

/** Draws with the DDPM sampler from the model of the newest checkpoint. */
export async function* sample(
  files: RunDatabase,
  { prompt, steps, guidance, seed }: SampleParams,
  signal: AbortSignal,
): AsyncGenerator<SampleState> {
  const modelStep = Math.max(...(await files.list("checkpoints")).map((name) => Number(/\d+/.exec(name)?.[0])));
  const model = await newestModel(files);
  const parts = { runtime: await runtime(), modules: model.modules, ...(await model.binding()) };
  await using network = textToImageNetwork(parts);
  const plan = await planTextToImage(model, { prompt, sampler: "ddpm", steps, guidance, seed });
  const count = stepCount(plan);
  const previews = new Set(Array.from({ length: count }, (_, i) => i));
  let state: SampleState = { line: 1, modelStep, t: 1000, step: 0, count, x: undefined, x0: undefined };
  yield state;
  for await (const event of textToImage(network, plan, { signal, previews })) {
    if (event.type === "image") state = { ...state, line: 6, t: 0, x: event.image };
    else if (event.final)
      state = { ...state, line: 4, t: event.level.t, step: state.step + 1, x: event.images?.x, x0: event.images?.x0 };
    yield state;
  }
}
