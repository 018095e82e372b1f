import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { poolFiles } from "../packages/aquatint/src/data/pool/pool.ts";
import type { Program, Runtime } from "../packages/aquatint/src/runtime/types.ts";
import { diskFiles } from "../packages/aquatint/src/train/run/folder.node.ts";
import { readTrainConfig } from "../packages/aquatint/src/train/run/run.node.ts";
import { openDataset, openRuntime, openTask, recordRun } from "../packages/aquatint/src/train/run/start-run.node.ts";
import { root } from "../test/tree.ts";

export interface TrainRunBenchOptions {
  /** Steps that are timed, each with a repetition. */
  readonly steps?: number;
  readonly threads?: number;
}

/** Steps before the clock starts. */
const WARM_UP = 4;

/** Configurations of runs, by what they train on; `folder` takes what they need. */
const subjects = { "stored latents": storedLatents, "composed scenes": composedScenes };

/**
 * What `aquatint train` takes for a step, beside the same program on the same feeds again: stored latents with captions,
 * and scenes that are composed while it trains. Steps and repetitions take turns. Times are medians, and so is the ratio of a step to
 * the repetition after it.
 */
export async function trainRunBench({ steps = 24, threads = 2 }: TrainRunBenchOptions = {}): Promise<object> {
  const rows: Record<string, object> = {};
  for (const [name, configOf] of Object.entries(subjects)) {
    const folder = await mkdtemp(join(tmpdir(), "aquatint-train-run-"));
    try {
      const path = join(folder, "train.json");
      await writeFile(path, JSON.stringify({ ...(await configOf(folder)), output: join(folder, "run") }));
      rows[name] = await timed(path, { steps, threads });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

async function timed(path: string, { steps, threads }: Required<TrainRunBenchOptions>): Promise<object> {
  const config = await readTrainConfig(path);
  await using runtime = await openRuntime({ threads });
  await using dataset = await openDataset(config.dataset);
  const recorded = recordedRuntime(runtime);
  const task = await openTask(config, { dataset, runtime: recorded.runtime });
  const pairs: { readonly run: number; readonly bare: number }[] = [];
  let start = performance.now();
  for await (const event of recordRun({ config, task, runtime: recorded.runtime, files: diskFiles(config.output) })) {
    if (event.type !== "step") continue;
    const run = performance.now() - start;
    const bare = await recorded.repeat();
    if (event.step > WARM_UP) pairs.push({ run, bare });
    if (pairs.length === steps) return summary(pairs);
    start = performance.now();
  }
  throw new Error(`${path} ended before ${WARM_UP + steps} steps`);
}

function summary(pairs: readonly { readonly run: number; readonly bare: number }[]): object {
  const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
  return {
    runMs: Math.round(median(pairs.map(({ run }) => run))),
    bareMs: Math.round(median(pairs.map(({ bare }) => bare))),
    ratio: Number(median(pairs.map(({ run, bare }) => run / bare)).toFixed(3)),
  };
}

/** A runtime that can make its last update of a state again, which takes the milliseconds it answers with. */
function recordedRuntime(runtime: Runtime) {
  let last = () => Promise.resolve<unknown>(undefined);
  const recorded = <R extends string>(program: Program<R>): Program<R> => ({
    executable: program.executable,
    run(feeds, options) {
      if (options?.state) last = () => program.run(feeds, { state: options.state });
      return program.run(feeds, options);
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  });
  return {
    runtime: { ...runtime, load: async (executable) => recorded(await runtime.load(executable)) } satisfies Runtime,
    async repeat(): Promise<number> {
      const start = performance.now();
      await last();
      return performance.now() - start;
    },
  };
}

const recipe = async (path: string) => JSON.parse(await readFile(join(root, "recipes", path), "utf8"));

/** The recipe of the default model on a pool of latents: entries are alike, their captions are not. */
async function storedLatents(folder: string): Promise<object> {
  const { $schema: _, samples: __, evaluation: ___, ...config } = await recipe("emoji-128/latent.json");
  const models = join(root, "packages/model-emoji");
  const { scaling_factor: scalingFactor, latent_channels: channels } = JSON.parse(
    await readFile(join(models, "latent/vae/config.json"), "utf8"),
  );
  const shape = [channels, 16, 16];
  const facts = { dataset: config.dataset, seed: 0, size: [128, 128], shape, scalingFactor };
  await writeFile(join(folder, poolFiles.facts), JSON.stringify(facts));
  for (const [split, count] of Object.entries({ train: 1024, "held-out": 16 } as const)) {
    const halves = Uint16Array.from({ length: count * channels * 256 }, (_, i) => 0x3000 + ((i * 7919) % 0x800));
    const captions = Array.from({ length: count }, (_, i) => `${JSON.stringify(`${i} red apples, blue background`)}\n`);
    await writeFile(join(folder, poolFiles.latents(split as "train")), halves);
    await writeFile(join(folder, poolFiles.captions(split as "train")), captions.join(""));
  }
  const folders = { vae: join(models, "latent/vae"), text_encoder: join(models, "judge/clip") };
  const model = { ...config.model, ...folders, train_text_encoder: true };
  return {
    ...config,
    model,
    dataset: { name: "latent-pool", folder },
    objective: { ...config.objective, latents: "mean" },
  };
}

/** The recipe of the pixel model, whose images are drawn while it trains. */
async function composedScenes(): Promise<object> {
  const { $schema: _, samples: __, ...config } = await recipe("emoji/pixel.json");
  const { names: ___, ...dataset } = config.dataset;
  return { ...config, dataset: { ...dataset, name: "emoji-scenes" } };
}
