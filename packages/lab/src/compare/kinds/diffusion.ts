import { openModel } from "aquatint/checkpoints";
import { lin, networkDenoiser, samplerNamed, scheduler, withSampler } from "aquatint/diffusion";
import { sizeOf } from "aquatint/graph";
import { torchCpu } from "aquatint/math";
import {
  denoise,
  modelParameters,
  plainCaptions,
  type TextToImageModel,
  type TextToImageNetwork,
  textToImageModel,
  textToImageNetwork,
} from "aquatint/pipelines";
import { concatFloat32 } from "aquatint/util";
import type { ElboTerm } from "../../elbo/index.ts";
import { filled, sparseElbo } from "../../theory/pixel-elbo.ts";
import type { BoundInput, Drawing, ModelKind, Sampling } from "../model-kind.ts";

const usualWalks = [1, 4, 16, 64].map((steps) => ({ sampler: "ddim", steps }));

/** Diffusion models of `"task": "denoising"`, of pixels or of latents. */
export const diffusionKind: ModelKind = {
  title: "diffusion",
  about: "a U-Net takes noise away in steps, from pure noise to the image; it learned to do so at every noise level",
  likelihood:
    "The ELBO over all steps with the fixed variance of the reverse process; what is left out between evaluated terms is interpolated. A model of latents has none.",
  async open({ files, runtime, chunk, walks = usualWalks }) {
    const model = await textToImageModel(await openModel(files));
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
      walks: walks.map((sampling) => walkOf(work, sampling)),
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
    const rows = captions.length;
    const conditions = await network.encode(plainCaptions(model.tokenizers, captions), { signal });
    const stream = torchCpu(0); // the same noise for every chunk
    let x = lin([scheduler(settings).initialNoiseScale(steps), z]);
    const loop = denoise(network, {
      ...{ scheduler: settings, steps, x, rows, latentShape: shape, signal },
      cfgBatch: 1,
      conditions: () => conditions,
      noise: () => stream.randn(z.length),
    });
    for await (const step of loop) x = step.x;
    return network.decode({ dtype: "float32", shape: [rows, ...shape], data: x }, { signal });
  }
}

/** The bound of a pixel model, all images in one batch. */
async function boundOf({ model, network, shape }: Work, { images, captions, evaluations, seed, signal }: BoundInput) {
  const { scheduler: settings } = model;
  const conditions = await network.encode(plainCaptions(model.tokenizers, captions), { signal });
  const all = [captions.length, ...shape];
  const rows = captions.length;
  const predict = (data: Float32Array, t: number) =>
    network.predict({ dtype: "float32", shape: all, data }, t, conditions, { signal });
  const denoise = settings.x0Transform(networkDenoiser(settings, { network: predict, rows }), rows);
  const terms: ElboTerm[] = [];
  const { schedule } = settings;
  for await (const term of sparseElbo({ denoise, schedule, x0: images, evaluations, seed, signal })) terms.push(term);
  return { elbo: filled(terms) };
}
