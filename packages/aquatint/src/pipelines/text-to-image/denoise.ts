import { checkedFinite } from "../../diffusion/finite.ts";
import type { Latent } from "../../diffusion/process/latent.ts";
import { type SchedulerRun, scheduler } from "../../diffusion/scheduler.ts";
import { type Picture, tensorToPictures } from "../../formats/image/image.ts";
import { type HostTensor, sizeOf } from "../../graph/types.ts";
import { concatFloat32 } from "../../util/concat.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import { guidedNetwork } from "./classifier-free-guidance.ts";
import { type Beginning, beginningOf } from "./initial-latents.ts";
import { drawsOf } from "./noise.ts";
import type { EvaluationEvent, TextToImageEvent, TextToImagePlan, TextToImageRun } from "./text-to-image.ts";
import { askedTogether, inStep } from "./together.ts";

/** How one walk down a plan's levels is made. */
export interface Walk extends TextToImageRun {
  /** The picture that each begins with, [3, height, width] in -1 .. 1; the plan's when absent. */
  readonly inits?: readonly Float32Array[] | undefined;
}

/** Walks a plan's levels once, without its refinement; yields every evaluation, then the pictures. */
export async function* walk(
  network: TextToImageNetwork,
  plan: TextToImagePlan,
  options: Walk = {},
): AsyncGenerator<TextToImageEvent, void, void> {
  const { signal, previews, seeds = [plan.seed] } = options;
  const { beginnings, noises } = await begun(network, plan, options);
  const at = { i: 0, n: plan.steps - plan.begin };
  const asked: { x: Latent; timestep: number }[] = [];
  const predict = await guidedNetwork(network, plan, { beginnings, at, signal });
  const ask = askedTogether(beginnings.length, async (xs, timestep) => {
    for (const [k, x] of xs.entries()) asked[k] = { x, timestep };
    return predict(xs, timestep);
  });
  const pictures = picturesBy(network, plan, signal);
  const loops = beginnings.map(({ x, project }, k) => {
    const { steps, begin } = plan;
    const walked: SchedulerRun = { steps, begin, x, rows: 1, project, network: ask[k]!, noise: noises[k]!, signal };
    return scheduler(plan.scheduler).run(walked);
  });
  let last = beginnings.map(({ x }) => x);
  for await (const found of inStep(loops)) {
    last = found.map(({ x }) => x);
    for (const [picture, { level, x: reached, x0, final, ...step }] of found.entries()) {
      const [i, n] = [step.i - plan.begin, step.n - plan.begin];
      Object.assign(at, { i: final ? i + 1 : i, n });
      const told = asked[picture]!;
      const shown = previews?.has(i) ? await pictures([told.x, x0]) : undefined;
      const preview: Pick<EvaluationEvent, "pictures"> = shown ? { pictures: { x: shown[0]!, x0: shown[1]! } } : {};
      yield { type: "evaluation", picture, i, n, level, ...told, x0, reached, final, ...preview };
    }
  }
  for (const [k, x] of last.entries()) {
    yield { type: "image", seed: seeds[k] ?? plan.seed, picture: (await pictures([x]))[0]! };
  }
}

/** The beginning of each picture, and where the noise of its sampler comes from. */
async function begun(network: TextToImageNetwork, plan: TextToImagePlan, options: Walk) {
  const { signal, inits, seeds = [plan.seed] } = options;
  const streams = options.draws ?? seeds.map((seed) => drawsOf({ ...plan, seed }, sizeOf(plan.latentShape)));
  const beginnings: Beginning[] = [];
  for (const [k, { start }] of streams.entries()) {
    const init = inits?.[k] ?? plan.init;
    beginnings.push(await beginningOf({ ...plan, ...(init && { init }) }, { network, start, signal }));
  }
  return { beginnings, noises: streams.map(({ noise }) => noise) };
}

/** Latents of a plan as pictures. */
const picturesBy =
  (network: TextToImageNetwork, { latentShape, width, height }: TextToImagePlan, signal: AbortSignal | undefined) =>
  async (latents: readonly Latent[]): Promise<readonly Picture[]> => {
    const x: HostTensor = { dtype: "float32", shape: [latents.length, ...latentShape], data: concatFloat32(latents) };
    for (const latent of latents) checkedFinite(latent, () => ({ cause: "step", what: "the latent to be decoded" }));
    const decoded = await network.decode(x, { signal });
    checkedFinite(decoded, () => ({ cause: "decoder", what: "the decoded image of a finite latent" }));
    return tensorToPictures(decoded, { width, height });
  };
