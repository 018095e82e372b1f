import { float32, float32Data } from "aquatint/graph";
import { average, torchCpu } from "aquatint/math";
import { input } from "aquatint/ops";
import { captionIds } from "aquatint/pipelines";
import { inChunks } from "aquatint/train";
import { itemAt } from "aquatint/util";
import { discretized, elboOf, importanceBound, logImportance, variationalElbo } from "../../elbo/index.ts";
import { type OnePassModel, type VariationalAutoencoder, vaeFolder } from "../../models/index.ts";
import type { Bound, BoundInput, ModelKind, OpenModelInput } from "../model-kind.ts";
import { bindingOf, openOnePass } from "./one-pass.ts";

/** Variational autoencoders of `"task": "vae"`. */
export const vaeKind: ModelKind = {
  title: "VAE",
  about: "a decoder makes the image of a vector in one pass; an encoder taught it which vectors mean what",
  likelihood: "The ELBO in its two terms, one draw of z an image; importance weighting of several draws is tighter.",
  async open({ files, ...where }) {
    const model = await vaeFolder.open(files);
    const family = await openOnePass(model, where, (name) => !name.startsWith("vae.encoder."));
    const coder = await coderOf(model, where);
    return {
      ...family,
      bound: (options) => boundOf(coder, options),
      async [Symbol.asyncDispose]() {
        await family[Symbol.asyncDispose]();
        await coder[Symbol.asyncDispose]();
      },
    };
  },
};

interface Coder extends AsyncDisposable {
  readonly latentSize: number;
  /** The posterior of images, and the likelihood of a draw of it. */
  code(images: Float32Array, captions: readonly string[]): Promise<Posterior>;
  decode(z: Float32Array, captions: readonly string[]): Promise<Likelihood>;
}
interface Posterior {
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
}
interface Likelihood {
  readonly mean: Float32Array;
  readonly logScale: Float32Array;
}

const feed = (name: string, shape: readonly number[]) => input({ name, dtype: "float32", shape });

async function coderOf(
  model: OnePassModel<VariationalAutoencoder>,
  { runtime, chunk }: Pick<OpenModelInput, "runtime" | "chunk">,
): Promise<Coder> {
  const { network: vae, textEncoder, tokenizer } = model;
  const { latent_size: latentSize, in_channels, sample_size: side } = vae.config;
  const image = [in_channels, side, side];
  const parameters = await bindingOf(model);
  const embedding = (n: number) =>
    textEncoder(input({ name: "ids", dtype: "int32", shape: [n, tokenizer.modelMaxLength] })).pooled;
  const encoder = inChunks({
    ...{ runtime, parameters, chunk },
    trace: (n) => ({ ...vae.encode(feed("images", [n, ...image]), embedding(n)) }),
  });
  const decoder = inChunks({
    ...{ runtime, parameters, chunk },
    trace: (n) => ({ ...vae.decode(feed("z", [n, latentSize]), embedding(n)) }),
  });
  return {
    latentSize,
    async code(images, captions) {
      const ids = captionIds(tokenizer, captions);
      const { mean, logVariance } = await encoder.run({ images: float32([captions.length, ...image], images), ids });
      return { mean: float32Data(mean), logVariance: float32Data(logVariance) };
    },
    async decode(z, captions) {
      const ids = captionIds(tokenizer, captions);
      const { mean, logScale } = await decoder.run({ z: float32([captions.length, latentSize], z), ids });
      return { mean: float32Data(mean), logScale: float32Data(logScale) };
    },
    async [Symbol.asyncDispose]() {
      await encoder[Symbol.asyncDispose]();
      await decoder[Symbol.asyncDispose]();
    },
  };
}

const logLikelihood = discretized({ interval: "logistic" });

/** Both bounds: of the first draw of each image's posterior, and of all draws together. */
async function boundOf(coder: Coder, { images, captions, importance, seed }: BoundInput): Promise<Bound> {
  const n = captions.length;
  const [size, width] = [images.length / n, coder.latentSize];
  const posterior = await coder.code(images, captions);
  const random = torchCpu(seed);
  const draws: (Likelihood & { readonly z: Float32Array })[] = [];
  for (let k = 0; k < importance; k++) {
    const e = random.randn(n * width);
    const z = e.map((v, i) => itemAt(posterior.mean, i) + Math.exp(itemAt(posterior.logVariance, i) / 2) * v);
    draws.push({ z, ...(await coder.decode(z, captions)) });
  }
  const row = (values: Float32Array, i: number, of: number) => values.subarray(i * of, (i + 1) * of);
  const bounds = captions.map((_, i) => {
    const q = { mean: row(posterior.mean, i, width), logVariance: row(posterior.logVariance, i, width) };
    const weighed = draws.map((draw) => {
      const logVariance = row(draw.logScale, i, size).map((v) => 2 * v);
      const nats = logLikelihood(row(images, i, size), { mean: row(draw.mean, i, size), logVariance });
      return { posterior: q, z: row(draw.z, i, width), logLikelihood: nats };
    });
    const terms = variationalElbo({ ...itemAt(weighed, 0), latents: width });
    return { terms, weighted: importanceBound(weighed.map(logImportance)) };
  });
  const totals = bounds.map(({ terms }) => elboOf(terms).total);
  const elbo = elboOf(bounds.flatMap(({ terms }) => terms.map((term) => ({ ...term, bits: term.bits / n }))));
  const weighted = -average(bounds.map((bound) => bound.weighted)) / size / Math.LN2;
  return { elbo, images: totals, importanceWeighted: weighted };
}
