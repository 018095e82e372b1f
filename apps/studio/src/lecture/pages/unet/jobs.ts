import { type UNetPart, type UNetReading, unetObserver } from "@aquatint/lab/inspect";
import { denoisedOnce, type OneShot, pixelDenoiser } from "@aquatint/lab/theory";
import { type Latent, noised, singleStep } from "aquatint/diffusion";
import { torchCpu } from "aquatint/math";
import { statisticsOf } from "../../figure/statistics.ts";
import { sized } from "../../input/sized.ts";
import { once, openHosted } from "../../model/lecture-model.ts";

/** Input of the activations. */
export interface LookParams {
  /** The address of the site. */
  readonly root: string;
  /** The image, numbers in -1 .. 1. */
  readonly values: Float32Array;
  readonly t: number;
  readonly seed: number;
}

/** Input of one-shot denoising. */
export interface ShotParams extends Omit<LookParams, "t"> {
  readonly prompt: string;
  readonly sigma: number;
}

/** A part of the U-Net and what it gives. */
export interface Activation {
  readonly part: UNetPart;
  /** [channels, height, width] */
  readonly values: Float32Array;
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
}

/** The U-Net at work on one image. */
export interface LookState {
  readonly t: number;
  readonly side: number;
  readonly x: Latent;
  /** The estimate of x_0. */
  readonly x0: Latent;
  readonly activations: readonly Activation[];
}

/** The image in the model's size, noised and denoised. */
export interface ShotState extends OneShot {
  readonly side: number;
  readonly image: Latent;
}

let root = "";
let reading: UNetReading | undefined;
const observer = unetObserver({ activations: true }, (next) => {
  reading = next;
});
const opened = once(async () => pixelDenoiser({ name: "pixel", observer, ...(await openHosted("pixel", root)) }));

/** A part's activation with its statistics. */
export const activationOf = ({ part, values }: UNetReading["activations"][number]): Activation => ({
  ...{ part, values },
  ...statisticsOf([values]),
});

/** What the figures compute. */
export const jobs = {
  /** The activations of every part for x_t. */
  async *look(params: LookParams, signal: AbortSignal): AsyncGenerator<LookState> {
    root = params.root;
    const { size, settings, conditioned } = await opened();
    const denoise = await conditioned([""], signal);
    const x0 = sized(params.values, size);
    const level = settings.schedule.level(params.t);
    const x = noised(level, { x0, eps: torchCpu(params.seed).randn(x0.length) });
    const estimate = await denoise(x, level, singleStep);
    const activations = (reading?.activations ?? []).map(activationOf);
    yield { t: params.t, side: size, x, x0: estimate.x0, activations };
  },
  /** The image noised and denoised in one evaluation, as `aquatint denoise` does. */
  async *shot({ values, prompt, sigma, seed, ...params }: ShotParams, signal: AbortSignal): AsyncGenerator<ShotState> {
    root = params.root;
    const { size, settings, conditioned } = await opened();
    const denoise = await conditioned([prompt], signal);
    const image = sized(values, size);
    const shot = await denoisedOnce(denoise, { x0: image, sigma, seed, schedule: settings.schedule });
    yield { ...shot, side: size, image };
  },
};
