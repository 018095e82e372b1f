import { planTextToImage, textToImage, textToImageNetwork } from "aquatint";
import { type Latent, type Level, noiseRatio } from "aquatint/diffusion";
import type { Image } from "aquatint/formats";
import { stepCount } from "aquatint/pipelines";
import { once, openHosted } from "../../model/lecture-model.ts";

/** Input of the figure. */
export interface DrawParams {
  /** The address of the site. */
  readonly root: string;
  readonly prompt: string;
  readonly first: string;
  readonly second: string;
  readonly steps: number;
  readonly guidance: number;
  readonly seed: number;
}

/** One step: x_t and the estimate of x_0, in variance-exploding coordinates. */
export interface DrawStep {
  readonly t: number;
  /** sigma of x = x_0 + sigma eps. */
  readonly sigma: number;
  /** One number of the latent: x_t and the estimate. */
  readonly number: { readonly x: number; readonly x0: number };
  readonly x: Image | undefined;
  readonly x0: Image | undefined;
}

/** The way of one sampler. */
export interface DrawRun {
  readonly sampler: string;
  readonly title: string;
  readonly steps: readonly DrawStep[];
  readonly n: number;
  readonly image: Image | undefined;
}

/** Both ways, as far as they are. */
export interface DrawState {
  readonly runs: readonly DrawRun[];
}

let root = "";
const opened = once(async () => {
  const { model, runtime } = await openHosted("model", root);
  return { model, network: textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) }) };
});

/** The number of the latent that the formula shows. */
const ELEMENT = 0;

const stepOf = (level: Level, x: Latent, x0: Latent): Pick<DrawStep, "t" | "sigma" | "number"> => ({
  t: level.t,
  sigma: noiseRatio(level),
  number: { x: (x[ELEMENT] ?? 0) / level.alpha, x0: x0[ELEMENT] ?? 0 },
});

/** What the figure computes. */
export const jobs = {
  /** The same noise through two samplers; the state after each step. */
  async *draw(params: DrawParams, signal: AbortSignal): AsyncGenerator<DrawState> {
    root = params.root;
    const { first, second, prompt, steps, guidance, seed } = params;
    yield { runs: [] };
    const { model, network } = await opened();
    const runs: DrawRun[] = [];
    for (const sampler of [first, second]) {
      const plan = await planTextToImage(model, { prompt, sampler, steps, guidance, seed });
      const previews = new Set(Array.from({ length: stepCount(plan) }, (_, i) => i));
      let run: DrawRun = { sampler, title: plan.scheduler.sampler.title, steps: [], n: steps, image: undefined };
      for await (const event of textToImage(network, plan, { signal, previews })) {
        if (event.type === "image") run = { ...run, image: event.image };
        else if (event.final) {
          const { images, level, x, x0, n } = event;
          run = { ...run, n, steps: [...run.steps, { ...stepOf(level, x, x0), x: images?.x, x0: images?.x0 }] };
        }
        yield { runs: [...runs, run] };
      }
      runs.push(run);
    }
  },
};
