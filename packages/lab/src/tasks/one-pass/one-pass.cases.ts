import type { Runtime } from "aquatint";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  openSession,
  type TrainConfig,
  type TrainingCheckpoint,
} from "aquatint/train";
import { tinyTask } from "../../../../aquatint/src/train/tiny.cases.ts";
import { tasks } from "../../tasks.ts";

/** The parts of a configuration that all such models share. */
export const tinyText = {
  text_encoder: { hidden_size: 16, intermediate_size: 32, num_hidden_layers: 1, num_attention_heads: 2 },
  tokenizer: { merges: 20, context: 8 },
};
/** The sizes of a decoder of images of 8 x 8. */
export const tinyDecoder = { block_out_channels: [8, 16], latent_size: 4, norm_num_groups: 4 };

/** Results of a short run. */
export interface ShortRun {
  readonly losses: readonly number[];
  readonly metrics: Readonly<Record<string, number>>;
  /** After each step, through its file form. */
  readonly checkpoints: readonly TrainingCheckpoint[];
  readonly files: ReadonlyMap<string, Uint8Array | string>;
  readonly evaluation: Readonly<Record<string, number>> | undefined;
  readonly images: number;
}

/** Trains a configuration on color plates, from a checkpoint if there is one. */
export async function shortRun(
  config: TrainConfig,
  runtime: Runtime,
  checkpoint?: TrainingCheckpoint,
): Promise<ShortRun> {
  const task = await tinyTask(config, { runtime, ...(checkpoint && { assets: checkpoint.assets }) }, tasks);
  await using session = await openSession({ config, task, runtime, checkpoint });
  const losses: number[] = [];
  const checkpoints: TrainingCheckpoint[] = [];
  let metrics: Readonly<Record<string, number>> = {};
  for await (const event of session.steps()) {
    losses.push(event.loss);
    metrics = event.metrics;
    const { step, position } = event;
    const bytes = await encodeCheckpoint({ step, seconds: 1, position, ...(await session.remembered()) });
    checkpoints.push(await decodeCheckpoint(bytes, { name: "test" }));
  }
  const { outputs } = session;
  const evaluation = await outputs.evaluate?.();
  const images = (await outputs.samples?.())?.length ?? 0;
  return { losses, metrics, checkpoints, files: await outputs.modelFiles(), evaluation, images };
}
