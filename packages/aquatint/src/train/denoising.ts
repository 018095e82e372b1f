import type { Dataset, StreamState } from "../data/dataset.ts";
import type { Level, Schedule } from "../diffusion/level.ts";
import { checkSolvable, type Target } from "../diffusion/prediction.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { HostTensor, Shape } from "../graph/types.ts";
import { type RandomState, type RandomStream, restoreTorchCpu, torchCpu } from "../math/random.ts";
import { parameters } from "../nn/module.ts";
import { add, mul, square, sub } from "../ops/elementwise.ts";
import { input } from "../ops/leaves.ts";
import { mean } from "../ops/reduce.ts";
import { captionIds } from "../pipelines/caption-ids.ts";
import type { TextToImageModules } from "../pipelines/modules.ts";
import type { ClipTokenizer } from "../tokenizers/clip.ts";
import type { Objective, ObjectiveBatch } from "./objective.ts";

/** What is trained, and on what. */
export interface DenoisingOptions {
  readonly modules: TextToImageModules;
  readonly tokenizer: ClipTokenizer;
  readonly dataset: Dataset;
  readonly schedule: Schedule;
  readonly target: Target;
  readonly batchSize: number;
  /** Share of captions that are replaced by "", so that guidance has something to compare with. */
  readonly guidanceDropout: number;
  readonly seed: number;
}
interface DenoisingPosition {
  readonly data: StreamState;
  readonly draws: RandomState;
}

const float = (data: Float32Array, shape: Shape): HostTensor => ({ dtype: "float32", shape, data });

/**
 * The training algorithm of the lecture: x_0 from the data, t uniform in 1..T, eps from N(0, I), squared error of the
 * network's output at x_t = alpha_t x_0 + sigma_t eps from its target a x_0 + b eps.
 */
export function denoisingObjective(options: DenoisingOptions): Objective {
  const { modules, schedule, target } = options;
  const levels = Array.from({ length: schedule.steps }, (_, i) => schedule.level(i + 1));
  checkSolvable(target, levels);
  const stream = options.dataset.stream({ seed: options.seed });
  let draws = torchCpu(options.seed);
  return {
    loss: denoisingLoss(options),
    parameters: parameters({ unet: modules.unet, text_encoder: modules.textEncoder }),
    async next(): Promise<ObjectiveBatch> {
      const { pictures, captions } = await stream.next(options.batchSize);
      const feeds = { ...noiseFeeds(pictures, levels, draws, options), ids: captionFeed(captions, draws, options) };
      const position: DenoisingPosition = { data: stream.snapshot(), draws: draws.snapshot() };
      return { feeds, position };
    },
    restore(position) {
      const { data, draws: drawn } = position as DenoisingPosition;
      stream.restore(data);
      draws = restoreTorchCpu(drawn);
    },
  };
}

/** mean |network(alpha x0 + sigma eps, t, caption) - (a x0 + b eps)|² over a batch that is fed. */
function denoisingLoss({ modules, tokenizer, dataset, batchSize: n }: DenoisingOptions): Tensor {
  const picture = [n, 3, ...dataset.size];
  const feed = (name: string, shape: Shape) => input({ name, dtype: "float32", shape });
  const perSample = (name: string) => feed(name, [n, 1, 1, 1]);
  const [x0, eps] = [feed("x0", picture), feed("eps", picture)];
  const ids = input({ name: "ids", dtype: "int32", shape: [n, tokenizer.modelMaxLength] });
  const xt = add(mul(perSample("alpha"), x0), mul(perSample("sigma"), eps));
  const { lastHiddenState } = modules.textEncoder(ids);
  const output = modules.unet(xt, feed("t", [n]), lastHiddenState);
  return mean(square(sub(output, add(mul(perSample("a"), x0), mul(perSample("b"), eps)))));
}

function noiseFeeds(
  pictures: Float32Array,
  levels: readonly Level[],
  draws: RandomStream,
  { batchSize: n, dataset, schedule, target }: DenoisingOptions,
): Record<string, HostTensor> {
  const shape = [n, 3, ...dataset.size];
  const chosen = Array.from(draws.randint(0, levels.length, n), (i) => levels[i]!);
  const column = (f: (level: Level) => number) => float(Float32Array.from(chosen, f), [n, 1, 1, 1]);
  return {
    x0: float(pictures, shape),
    eps: float(draws.randn(pictures.length), shape),
    alpha: column((level) => level.alpha),
    sigma: column((level) => level.sigma),
    a: column((level) => target(level)[0]),
    b: column((level) => target(level)[1]),
    t: float(
      Float32Array.from(chosen, (level) => schedule.timestep(level.t)),
      [n],
    ),
  };
}

/** Captions, some of them dropped at random. */
function captionFeed(
  captions: readonly string[],
  draws: RandomStream,
  { tokenizer, guidanceDropout }: DenoisingOptions,
): HostTensor {
  const chances = draws.rand(captions.length);
  return captionIds(
    tokenizer,
    captions.map((caption, i) => (chances[i]! < guidanceDropout ? "" : caption)),
  );
}
