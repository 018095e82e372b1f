import { type ElboTerm, lin, networkDenoiser, samplerNamed, scheduler, withSampler } from "aquatint/diffusion";
import { sizeOf } from "aquatint/graph";
import { torchCpu } from "aquatint/math";
import {
  modelParameters,
  openModel,
  plainCaptions,
  type TextToImageModel,
  type TextToImageNetwork,
  textToImageNetwork,
} from "aquatint/pipelines";
import { concatFloat32 } from "aquatint/util";
import { filled, sparseElbo } from "../../theory/pixel-elbo.ts";
import type { BoundInput, Drawing, ModelKind, Sampling } from "../model-kind.ts";

const usualWalks = [1, 4, 16, 64].map((steps) => ({ sampler: "ddim", steps }));

/** Diffusion models of `"task": "denoising"`, of pixels or of latents. */
export const diffusionKind: ModelKind = {
  title: "diffusion",
  about: "a U-Net takes noise away in steps, from pure noise to the picture; it learned to do so at every noise level",
  likelihood:
    "The ELBO over all steps with the fixed variance of the reverse process; what is left out between evaluated terms is interpolated. A model of latents has none.",
  async open({ source, runtime, chunk, walks = usualWalks }) {
    const model = await openModel(source);
    const network = textToImageNetwork({
      runtime,
      modules: model.modules,
      ...(await model.binding()),
    });
    const { channels, sampleSize, factor, vae } = model.modules;
    const side = sampleSize / factor;
    const work: Work = { model, network, chunk, shape: [channels, side, side] };
    return {
      latentSize: sizeOf(work.shape),
      parameters: [...modelParameters(model.modules)]
        .filter(([name]) => !name.startsWith("vae.encoder."))
        .reduce((n, [, { shape }]) => n + sizeOf(shape), 0),
      walks: walks.map((walk) => walkOf(work, walk)),
      ...(!vae && { bound: (input: BoundInput) => boundOf(work, input) }),
      [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
    };
  },
};

interface Work {
  readonly model: TextToImageModel;
  readonly network: TextToImageNetwork;
  readonly chunk: number;
  /** [c, h, w] of what the U-Net works on. */
  readonly shape: readonly number[];
}

function walkOf(work: Work, { sampler, steps }: { readonly sampler: string; readonly steps: number }): Sampling {
  const settings = withSampler(work.model.scheduler, sampler);
  const { entry } = samplerNamed(sampler);
  return {
    label: `${entry.title} ${steps}`,
    evaluations: steps * entry.evaluations,
    async draw(drawing) {
      const size = sizeOf(work.shape);
      const batches: Float32Array[] = [];
      for (let from = 0; from < drawing.captions.length; from += work.chunk) {
        const to = Math.min(from + work.chunk, drawing.captions.length);
        const captions = drawing.captions.slice(from, to);
        batches.push(await drawBatch(work, { ...drawing, captions, z: drawing.z.slice(from * size, to * size) }));
      }
      return concatFloat32(batches);
    },
  };

  async function drawBatch({ model, network, shape }: Work, { z, captions, signal }: Drawing): Promise<Float32Array> {
    const process = scheduler(settings);
    const all = [captions.length, ...shape];
    const conditions = await network.encode(plainCaptions(model.tokenizers, captions), { signal });
    const noise = torchCpu(0); // asked for by samplers that add some; always the same
    let x = lin([process.initialNoiseScale(steps), z]);
    const run = process.run({
      steps,
      x,
      network: (data, t) => network.predict({ dtype: "float32", shape: all, data }, t, conditions, { signal }),
      noise: () => noise.randn(z.length),
      ...(signal && { signal }),
    });
    for await (const step of run) x = step.x;
    return network.decode({ dtype: "float32", shape: all, data: x }, { signal });
  }
}

/** The bound of a pixel model, all pictures in one batch. */
async function boundOf({ model, network, shape }: Work, { pictures, captions, evaluations, seed, signal }: BoundInput) {
  const { scheduler: settings } = model;
  const conditions = await network.encode(plainCaptions(model.tokenizers, captions), { signal });
  const all = [captions.length, ...shape];
  const denoise = settings.limit(
    networkDenoiser(settings, (data, t) =>
      network.predict({ dtype: "float32", shape: all, data }, t, conditions, { signal }),
    ),
  );
  const terms: ElboTerm[] = [];
  const { schedule } = settings;
  for await (const term of sparseElbo({ denoise, schedule, x0: pictures, evaluations, seed, signal })) terms.push(term);
  return { elbo: filled(terms) };
}
