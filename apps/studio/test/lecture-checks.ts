import { promptWords, type UNetReading, unetObserver, wordMap } from "@aquatint/lab/inspect";
import {
  denoisedOnce,
  flowConvergence,
  pixelDenoiser,
  sparseElbo,
  toyMixture,
  trajectories,
  varianceConvergence,
} from "@aquatint/lab/theory";
import { planTextToImage, textToImage } from "aquatint";
import { addNoise, noised, posterior, samplers, schedules, singleStep } from "aquatint/diffusion";
import { torchCpu } from "aquatint/math";
import { defaultModelFolder, generate, nodeRuntime, openTextToImage } from "aquatint/node";
import { textToImageNetwork } from "aquatint/pipelines";
import { openPixelDenoiser } from "../../../packages/lab/src/theory/pixel-denoiser.node.ts";
import { defaultImage } from "../src/lecture/input/default-image.ts";
import { sized } from "../src/lecture/input/sized.ts";
import { comparisonChecks } from "./lecture-comparison-checks.ts";

/** Numbers of a figure that the library computes in Node. */
export interface NumberCheck {
  /** Where the figure is, with its state. */
  readonly address: string;
  readonly figure: string;
  /** By the names that the figure gives them. */
  readonly expected: () => Promise<Readonly<Record<string, number>>>;
  /** How far a number may be away. */
  readonly tolerance: number;
}

const x0 = defaultImage();
const { linear, cosine } = schedules;
const PIXEL = 64 * 64 + 32 * 64 + 32;

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

async function chainNumbers(): Promise<Readonly<Record<string, number>>> {
  const { level } = cosine();
  const stream = torchCpu(3);
  let x: Float32Array = x0;
  for (let t = 1; t <= 40; t++) x = addNoise(level(t - 1), level(t), x, stream.randn(x0.length));
  return { pixel: x[PIXEL]!, mean: mean(x) };
}

async function firstPath(): Promise<Readonly<Record<string, number>>> {
  const of = async (name: "dpmpp-2m" | "ddpm") =>
    (await trajectories(samplers[name], { steps: 5, points: 24, seed: 2, schedule: cosine() }))[0]!;
  const [first, second] = [await of("dpmpp-2m"), await of("ddpm")];
  return Object.fromEntries(
    first.flatMap(([x, y], i) => [
      [`${i} first x`, x],
      [`${i} first y`, y],
      [`${i} second x`, second[i]![0]],
      [`${i} second y`, second[i]![1]],
    ]),
  );
}

async function plane(): Promise<Readonly<Record<string, number>>> {
  const schedule = linear();
  const [from, to] = [schedule.level(300), schedule.level(260)];
  const point = [0.5, -1];
  const { x0: data, eps } = toyMixture.estimate(point, from);
  const score = toyMixture.score(point, from);
  const q = posterior(from, to);
  return Object.fromEntries(
    [0, 1].flatMap((axis) => [
      [`x0.${axis}`, data[axis]!],
      [`eps.${axis}`, eps[axis]!],
      [`score.${axis}`, score[axis]!],
      [`mean.${axis}`, q.x * point[axis]! + q.x0 * data[axis]!],
    ]),
  );
}

async function bound(): Promise<Readonly<Record<string, number>>> {
  await using model = await openPixelDenoiser();
  const denoise = await model.conditioned([""]);
  const { schedule } = model.settings;
  const numbers: Record<string, number> = {};
  const input = { denoise, schedule, x0: sized(x0, model.size), evaluations: 8, seed: 5 };
  for await (const { part, t, bits } of sparseElbo(input)) numbers[`${part} ${t} bits`] = bits;
  return numbers;
}

async function orders(): Promise<Readonly<Record<string, number>>> {
  const steps = [6, 12, 24, 48, 96, 192];
  const all = [...(await flowConvergence(steps)), ...(await varianceConvergence(steps))];
  return Object.fromEntries(
    all.flatMap(({ name, declared, fitted }) => [
      [`${name} declared`, declared],
      [`${name} measured`, fitted],
    ]),
  );
}

async function inside(): Promise<Readonly<Record<string, number>>> {
  const readings: UNetReading[] = [];
  const observer = unetObserver({ activations: true }, (reading) => void readings.push(reading));
  const model = await openTextToImage(await defaultModelFolder({ among: ["pixel"] }));
  await using denoiser = await pixelDenoiser({ name: "pixel", model, runtime: await nodeRuntime(), observer });
  const denoise = await denoiser.conditioned([""]);
  const image = sized(x0, denoiser.size);
  const level = denoiser.settings.schedule.level(400);
  await denoise(noised(level, { x0: image, eps: torchCpu(2).randn(image.length) }), level, singleStep);
  return Object.fromEntries(
    readings[0]!.activations.flatMap(({ part, values }) => {
      const center = mean(values);
      const deviation = Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
      return [
        [`${part.path} mean`, center],
        [`${part.path} deviation`, deviation],
      ];
    }),
  );
}

async function oneShot(): Promise<Readonly<Record<string, number>>> {
  await using model = await openPixelDenoiser();
  const denoise = await model.conditioned(["sun"]);
  const { schedule } = model.settings;
  const { psnr, t } = await denoisedOnce(denoise, { x0: sized(x0, model.size), sigma: 0.75, seed: 3, schedule });
  return { ...psnr, t };
}

const prompt = "an astronaut riding a horse";

async function attention(): Promise<Readonly<Record<string, number>>> {
  const readings: UNetReading[] = [];
  const observer = unetObserver({ attention: true }, (reading) => void readings.push(reading));
  await using runtime = await nodeRuntime();
  const model = await openTextToImage(await defaultModelFolder());
  await using network = textToImageNetwork({ runtime, modules: model.modules, observer, ...(await model.binding()) });
  const plan = await planTextToImage(model, { prompt, sampler: "ddim", steps: 3, seed: 7 });
  for await (const _ of textToImage(network, plan));
  const layers = readings.flatMap((reading) => reading.attention.filter(({ width }) => width === 8));
  const words = promptWords(model.tokenizers[0]!, prompt);
  return Object.fromEntries(
    words.map((word, w) => {
      const weights = layers.map((layer) => layer.weights.slice(layer.weights.length / 2)); // the row of the prompt
      const maps = weights.map((half, i) => wordMap({ weights: half, tokens: layers[i]!.tokens }, word));
      return [`${w + 1} ${word.text} mean`, mean(maps.map(mean))];
    }),
  );
}

async function tokens(): Promise<Readonly<Record<string, number>>> {
  const { tokenizers } = await openTextToImage(await defaultModelFolder());
  return Object.fromEntries(tokenizers[0]!.encode(prompt).map((id, i) => [`token ${i}`, id]));
}

async function lastLatent(): Promise<Readonly<Record<string, number>>> {
  let latent = new Float32Array();
  for await (const event of generate({ prompt, seed: 7, steps: 3 })) {
    if (event.type === "evaluation") latent = Float32Array.from(event.latent);
  }
  return { first: latent[0]!, mean: mean(latent) };
}

/** The table of checks: every page that is there, against the library in Node. */
export const numberChecks: readonly NumberCheck[] = [
  {
    address: "forward?noise.t=250&noise.seed=4",
    figure: "noise",
    async expected() {
      const level = linear().level(250);
      const x = noised(level, { x0, eps: torchCpu(4).randn(x0.length) });
      return { pixel: x[PIXEL]!, mean: mean(x), alphaBar: level.alpha ** 2 };
    },
    tolerance: 1e-7,
  },
  {
    address: "forward?schedule=cosine&noise.t=40&noise.seed=3&noise.mode=steps",
    figure: "noise",
    expected: chainNumbers,
    tolerance: 1e-7,
  },
  {
    address: "schedules?drawn=1,0.9,0.8,0.7,0.6,0.4,0.3,0.2,0.1",
    figure: "curves",
    async expected() {
      const tenths = Array.from({ length: 11 }, (_, i) => i);
      const rows = Object.entries(schedules).flatMap(([name, create]) =>
        tenths.map((i) => [`${name} ${i / 10}`, create({}).alphaBar(100 * i)] as const),
      );
      return { ...Object.fromEntries(rows), "drawn 0.5": 0.6, "drawn 1": 0.1 };
    },
    tolerance: 1e-14, // the last bits of cos and exp are up to the engine
  },
  {
    address: "reverse?pixel.t=300&pixel.stride=1&pixel.x0=0.5&pixel.x=-1",
    figure: "pixel",
    async expected() {
      const q = posterior(linear().level(300), linear().level(299));
      return { fromX: q.x, fromX0: q.x0, mean: q.x * -1 + q.x0 * 0.5, deviation: Math.sqrt(q.variance) };
    },
    tolerance: 1e-15,
  },
  { address: "reverse?field.t=300&field.x=0.5&field.y=-1", figure: "field", expected: plane, tolerance: 1e-12 },
  { address: "elbo?elbo.evaluations=8&elbo.seed=5", figure: "elbo", expected: bound, tolerance: 1e-4 },
  {
    address: "sampling?schedule=cosine&paths.first=dpmpp-2m&paths.steps=5&paths.seed=2",
    figure: "paths",
    expected: firstPath,
    tolerance: 1e-6,
  },
  { address: "sampling", figure: "orders", expected: orders, tolerance: 1e-3 },
  { address: "unet?map.t=400&map.seed=2", figure: "map", expected: inside, tolerance: 1e-3 },
  { address: "unet?shot.seed=3&shot.prompt=sun", figure: "shot", expected: oneShot, tolerance: 1e-3 },
  { address: "unet?attention.steps=3", figure: "attention", expected: attention, tolerance: 1e-3 },
  { address: "stable-diffusion?make.steps=3", figure: "make", expected: tokens, tolerance: 0 },
  {
    address: "stable-diffusion?make.steps=3&make.part=latents&make.at=3",
    figure: "make",
    expected: lastLatent,
    tolerance: 0.01,
  },
  ...comparisonChecks,
];

/** The estimate of x_0 in the last step of the default model, its first number, by a sampler in Node. */
export async function lastEstimate(sampler: string, steps: number): Promise<number> {
  let estimate = Number.NaN;
  const options = { prompt: "an astronaut riding a horse", seed: 7, guidance: 4 };
  for await (const event of generate({ ...options, sampler, steps })) {
    if (event.type === "evaluation") estimate = event.x0[0] ?? Number.NaN;
  }
  return estimate;
}
