import { AquatintError } from "../../errors.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { modelClasses } from "../../models/classes.ts";
import { textEncoderNetworks } from "../../models/clip/text-encoders.ts";
import { skipLayers, type TextEncoding } from "../../models/clip/text-model.ts";
import { type Children, type Module, wrapCalls } from "../../nn/module.ts";
import { add, mul } from "../../ops/elementwise.ts";

type TextEncoderName = keyof typeof textEncoderNetworks;
type ClipText = ReturnType<(typeof textEncoderNetworks)[TextEncoderName]["create"]>;

/** Vectors that stand where words of textual inversion are: those, and 1 where the token's own stays, 0 where one of those goes. */
export interface TokenVectors {
  /** [n, tokens, width], 0 where there is none. */
  readonly vectors: Tensor;
  /** [n, tokens, 1] */
  readonly tokenMask: Tensor;
}

/** The part that is used of a text encoder's output for ids [n, tokens]. */
export interface TextReading {
  /** Hidden states that the U-Net attends to, without the last `skipped` layers: [n, tokens, width]. */
  hidden(skipped: number): Tensor;
  /** [n, d], of an encoder with a projection. */
  readonly pooled?: Tensor;
}

/** One text encoder of a model and how it is read. */
export interface TextEncoder {
  /** Its folder: "text_encoder". */
  readonly name: string;
  readonly model: Module<(ids: Tensor) => TextEncoding, Children>;
  /** Width of its hidden states, and of a token's vector. */
  readonly width: number;
  /** Width of its pooled and projected vector; undefined where it has no projection. */
  readonly pooledWidth: number | undefined;
  /** Layers at the end that may be left out. */
  readonly skippable: number;
  /** Layers at the end that the U-Net was trained without: 1 in Stable Diffusion 2.x, whose file may lack it, and in XL. */
  readonly untrained: number;
  /** Reads int32 ids [n, tokens]. */
  read(ids: Tensor, tokenVectors?: TokenVectors): TextReading;
}

/** Which hidden state a U-Net was trained on. */
export interface TextState {
  /** Layers at the end that are never read. */
  readonly unread: number;
  take(model: ClipText, encoding: TextEncoding, skipped: number): Tensor;
}

/** Stable Diffusion 1.x and 2.x read the last layer, normalized. */
export const lastState: TextState = { unread: 0, take: skipLayers };
/** Stable Diffusion XL reads the last layer but one as it is (Podell et al. 2023). */
export const penultimateState: TextState = {
  unread: 1,
  take: (_, { hiddenStates }, skipped) => hiddenStates.at(-2 - skipped)!,
};

const classNames = Object.keys(textEncoderNetworks) as readonly TextEncoderName[];

/** The text encoders that are described, in the order that their answers are joined in. @throws AquatintError "config/…". */
export const textEncoders = (configs: Readonly<Record<string, unknown>>, state: TextState): readonly TextEncoder[] =>
  classNames.flatMap((name) => {
    const json = configs[modelClasses[name].component];
    return json === undefined ? [] : [textEncoder(name, json, state)];
  });

function textEncoder(className: TextEncoderName, json: unknown, state: TextState): TextEncoder {
  const { component: name } = modelClasses[className];
  const { parseConfig, create } = textEncoderNetworks[className];
  const config = parseConfig(json);
  const skippable = config.num_hidden_layers - 1 - state.unread;
  if (skippable < 0) {
    throw new AquatintError("config/value", `the ${name} has ${config.num_hidden_layers} layers, expected 2 or more`);
  }
  const model = create(config);
  return {
    name,
    model,
    width: config.hidden_size,
    pooledWidth: "text_projection" in model.children ? config.projection_dim : undefined,
    skippable,
    untrained: state.unread > 0 ? state.unread : Number(config.hidden_act === "gelu"), // OpenCLIP's
    read(ids, tokenVectors) {
      const encoding = tokenVectors ? withVectors(tokenVectors, () => model(ids)) : model(ids);
      return {
        hidden: (skipped) => state.take(model, encoding, skipped),
        ...("textEmbeds" in encoding && { pooled: encoding.textEmbeds as Tensor }),
      };
    },
  };
}

const TOKENS = "text_model.embeddings.token_embedding";

/** Runs `trace`; the vectors take the places of those that the token table has (Gal et al. 2022). */
const withVectors = <R>({ vectors, tokenMask }: TokenVectors, trace: () => R): R =>
  wrapCalls((path, forward) => {
    if (path !== TOKENS) return forward;
    const replaced = (ids: Tensor): Tensor => add(mul(forward(ids) as Tensor, tokenMask), vectors);
    return replaced as typeof forward;
  }, trace);
