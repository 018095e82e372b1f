import { AquatintError } from "../../packages/aquatint/src/errors.ts";
import type { RawTensors } from "../../packages/aquatint/src/formats/safetensors/safetensors.ts";
import type { Tensor } from "../../packages/aquatint/src/graph/tensor.ts";
import type { HostTensor } from "../../packages/aquatint/src/graph/types.ts";
import { latentsToUnit } from "../../packages/aquatint/src/models/autoencoder-tiny/index.ts";
import { guidanceEmbedding } from "../../packages/aquatint/src/models/blocks/timesteps.ts";
import { skipLayers, type TextEncoding } from "../../packages/aquatint/src/models/clip/index.ts";
import type { ControlNetConfig } from "../../packages/aquatint/src/models/controlnet/index.ts";
import { models } from "../../packages/aquatint/src/models/registry.ts";
import type { Residuals, UNet2DConditionConfig } from "../../packages/aquatint/src/models/unet/index.ts";
import type { Child } from "../../packages/aquatint/src/nn/module.ts";
import { input } from "../../packages/aquatint/src/ops/leaves.ts";
import { errorOfLargest, type maxError } from "./check.ts";

/** A model and what it computes from a reference's inputs, under the reference's names. */
export interface Traced {
  readonly model: Child;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** How an error is measured, where it is not element by element. */
  readonly measure?: typeof maxError;
}
interface Reference {
  /** An input of the reference, as a leaf. */
  readonly feed: (name: string) => Tensor;
  readonly names: readonly string[];
}
type Trace = (config: unknown, reference: Reference) => Traced;

/** How the parts of each class are called; names are those that bench/peers/parts.py writes. */
const traces: Readonly<Record<string, Trace>> = {
  AutoencoderKL: autoencoder,
  AutoencoderTiny: tinyAutoencoder,
  CLIPTextModel: textEncoder,
  CLIPTextModelWithProjection: projectedTextEncoder,
  ControlNetModel: controlnet,
  UNet2DConditionModel: unet,
};

/** A part traced over its reference's inputs. @throws AquatintError "config/…" where its kind is unknown or an input is missing. */
export function trace(config: unknown, reference: RawTensors): Traced {
  const { _class_name, architectures } = config as { _class_name?: string; architectures?: readonly string[] };
  const name = _class_name ?? architectures?.[0] ?? "a class that its config does not name";
  const traced = traces[name];
  if (!traced) throw new AquatintError("config/class", `no comparison is known for ${name}`);
  const fed = new Map<string, Tensor>();
  const feed = (key: string) => {
    const leaf = fed.get(key) ?? leafOf(key, reference);
    fed.set(key, leaf);
    return leaf;
  };
  return traced(config, { feed, names: [...reference.keys()] });
}

function leafOf(name: string, reference: RawTensors): Tensor {
  const raw = reference.get(name);
  if (!raw) throw new AquatintError("config/input", `the reference has no input "${name}"`);
  return input({ name, dtype: raw.dtype === "I64" ? "int32" : "float32", shape: raw.shape });
}

/** The names of outputs say at which time: "out_t981" is fed "t981". */
export const timeOf = (feed: string): HostTensor | undefined =>
  /^t\d+$/.test(feed) ? { dtype: "float32", shape: [1], data: Float32Array.of(Number(feed.slice(1))) } : undefined;
const timeIn = (output: string): Tensor => input({ name: /_(t\d+)/.exec(output)![1]!, dtype: "float32", shape: [1] });

function autoencoder(config: unknown, { feed }: Reference): Traced {
  const model = models.AutoencoderKL.create(models.AutoencoderKL.parseConfig(config));
  const { mean, logVariance } = model.encode(feed("image"));
  return { model, outputs: { mean, logvar: logVariance, decoded: model.decode(feed("z")) } };
}

function tinyAutoencoder(config: unknown, { feed }: Reference): Traced {
  const model = models.AutoencoderTiny.create(models.AutoencoderTiny.parseConfig(config));
  const latents = model.encode(feed("image"));
  const unit = latentsToUnit(latents, model.config);
  return { model, outputs: { latents, unit, decoded: model.decode(feed("z")) } };
}

function textEncoder(config: unknown, { feed }: Reference): Traced {
  const model = models.CLIPTextModel.create(models.CLIPTextModel.parseConfig(config));
  const encoding = model(feed("ids"));
  return { model, outputs: encodingOutputs(model, encoding, encoding.pooled) };
}
function projectedTextEncoder(config: unknown, { feed }: Reference): Traced {
  const { parseConfig, create } = models.CLIPTextModelWithProjection;
  const model = create(parseConfig(config));
  const encoding = model(feed("ids"));
  return { model, outputs: encodingOutputs(model, encoding, encoding.textEmbeds) };
}
const encodingOutputs = (model: Parameters<typeof skipLayers>[0], encoding: TextEncoding, pooled: Tensor) => ({
  last_hidden_state: encoding.lastHiddenState,
  penultimate: encoding.hiddenStates.at(-2)!,
  clip_skip_1: skipLayers(model, encoding, 1),
  pooled,
});

function unet(json: unknown, { feed, names }: Reference): Traced {
  const config = models.UNet2DConditionModel.parseConfig(json);
  const model = models.UNet2DConditionModel.create(config);
  const conditioning = conditions(config, feed);
  const { time_cond_proj_dim: width } = config;
  const timestepCond = width === null ? {} : { timestepCond: guidanceEmbedding(feed("guidance_scale"), width) };
  const residualsOf = (name: string) => (name.startsWith("steered") ? { residuals: residuals(names, feed) } : {});
  const at = (name: string) =>
    model(feed("sample"), timeIn(name), feed("context"), { ...conditioning, ...timestepCond, ...residualsOf(name) });
  const outputs = names.filter((name) => /^(out|steered)_t\d+$/.test(name));
  return { model, outputs: Object.fromEntries(outputs.map((name) => [name, at(name)])) };
}

const residuals = (names: readonly string[], feed: Reference["feed"]): Residuals => {
  const count = names.filter((name) => /^residual_\d+$/.test(name)).length;
  return { down: Array.from({ length: count }, (_, i) => feed(`residual_${i}`)), mid: feed("residual_mid") };
};

const conditions = (config: UNet2DConditionConfig | ControlNetConfig, feed: Reference["feed"]) => ({
  ...(config.class_embed_type || config.num_class_embeds ? { classLabels: feed("class_labels") } : {}),
  ...(config.addition_embed_type ? { textEmbeds: feed("text_embeds"), timeIds: feed("time_ids") } : {}),
});

function controlnet(json: unknown, { feed, names }: Reference): Traced {
  const config = models.ControlNetModel.parseConfig(json);
  const model = models.ControlNetModel.create(config);
  const [sample, context, image, conditioningScale] = ["sample", "context", "picture", "scale"].map(feed);
  const conditioning = { ...conditions(config, feed), conditioningScale: conditioningScale! };
  const kinds = new Set(names.flatMap((name) => /^(plain|guess)_t\d+/.exec(name)?.[0] ?? []));
  const outputs = Array.from(kinds, (kind) => {
    const guessMode = kind.startsWith("guess");
    const { down, mid } = model(sample!, timeIn(kind), context!, image!, { ...conditioning, guessMode });
    return { ...Object.fromEntries(down.map((x, i) => [`${kind}_${i}`, x])), [`${kind}_mid`]: mid };
  });
  // reference weights drawn at random make images of 1e6, whose small elements are round-off
  return { model, outputs: Object.assign({}, ...outputs), measure: errorOfLargest };
}
