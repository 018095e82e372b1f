import type { PrecisionPass } from "../../compiler/onnx/emit.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensor, HostTensors } from "../../graph/types.ts";
import { guidanceEmbedding } from "../../models/blocks/timesteps.ts";
import type { FrameWindows } from "../../models/motion/index.ts";
import { input } from "../../ops/leaves.ts";
import { itemAt, lookup } from "../../util/items.ts";
import { mapValues } from "../../util/map-values.ts";
import { adapted, type NetworkAdapters, scaleFeeds } from "../adapters/adapters.ts";
import {
  type EncodedCaptions,
  type EncodeOptions,
  encodeCaptions,
  type TextEmbeddings,
  type TokenizedCaption,
} from "../conditioning/encode.ts";
import type { PipelineComponents } from "../model/components.ts";
import { frameRows } from "./clips.ts";
import { type ControlInput, controlFeeds, residualsOf } from "./controlnet-inputs.ts";
import { type ProgramCacheInput, programCache } from "./program-cache.ts";

/** Options of every call of a network. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The U-Net's inputs for n captions besides the time; what it has no use for is absent. */
export interface Conditions extends EncodedCaptions {
  /** Stable Diffusion XL: [n, 6] original height and width, crop's top and left, target's height and width; its refiner: [n, 5]. */
  readonly timeIds?: HostTensor;
  /** Latent consistency models: the scale of guidance [n]. */
  readonly guidance?: HostTensor;
  /** Strength of each LoRA. */
  readonly loraScales?: readonly number[];
}
/** Options of a call of the U-Net. */
export interface PredictOptions extends CallOptions {
  /** One for each of the model's ControlNets. */
  readonly controls?: readonly ControlInput[] | undefined;
  /** The conditions and the ControlNets' images are those of many calls: what depends on them alone is computed once. */
  readonly repeated?: boolean | undefined;
  /** Windows of frames that the motion modules look at together; all frames at once if absent. */
  readonly windows?: FrameWindows | undefined;
}

/** The networks of a text-to-image model, loaded: captions in, predictions and pixels out. */
export interface TextToImageNetwork extends AsyncDisposable {
  /** True if images are encoded by drawing from a distribution. */
  readonly posterior: boolean;
  /** Encodes captions, which all have the same number of chunks. */
  encode(captions: readonly TokenizedCaption[], options?: EncodeOptions): Promise<EncodedCaptions>;
  /**
   * The network's output for x [n, c, h, w] at timestep t under n captions; with motion modules for clips x [n, c, f, h, w], under
   * a caption each or one for each of their n f frames.
   */
  predict(x: HostTensor, t: number, conditions: Conditions, options?: PredictOptions): Promise<Float32Array>;
  /** Pixels [n, 3, factor h, factor w] in -1 .. 1 as what the U-Net works on; `noise`, of that shape, draws it from the posterior. */
  encodeImage(pixels: HostTensor, noise: HostTensor, options?: CallOptions): Promise<Float32Array>;
  /** Pixels of the U-Net's variable x [n, c, h, w] in about -1 .. 1: [n, 3, factor h, factor w]. */
  decode(x: HostTensor, options?: CallOptions): Promise<Float32Array>;
}

/** Branches beside the layers and vectors in place of tokens. */
export interface NetworkOptions {
  /** LoRAs, whose scales `Conditions` give. */
  readonly adapters?: NetworkAdapters | undefined;
  /** Textual inversions that captions may call. */
  readonly embeddings?: TextEmbeddings | undefined;
}

/** Parts of the networks, and where they run. */
export interface TextToImageNetworkInput extends ProgramCacheInput, NetworkOptions {
  readonly modules: PipelineComponents;
  /** `float16Pass` for the U-Net, its ControlNets and the text encoders; float32 if absent. */
  readonly float16?: PrecisionPass | undefined;
  /** `float16Pass` for the decoder, which may overflow: `decode` gives what is not finite as it is. */
  readonly decoderFloat16?: PrecisionPass | undefined;
}

/** Loads the networks; a program is compiled for each size and number of images when it is first wanted. */
export function textToImageNetwork(parts: TextToImageNetworkInput): TextToImageNetwork {
  const { modules, adapters, embeddings, float16, decoderFloat16, ...rest } = parts;
  const programs = programCache(rest);
  const encoding = { encoders: modules.textEncoders, programs, adapters, embeddings, float16 };
  return {
    posterior: modules.posterior !== undefined,
    encode: (captions, options = {}) => encodeCaptions(encoding, captions, options),
    async predict(x, time, { loraScales = [], ...conditioning }, { signal, controls = [], windows, repeated } = {}) {
      const n = itemAt(x.shape, 0);
      const t: HostTensor = { dtype: "float32", shape: [n], data: new Float32Array(n).fill(time) };
      const feeds = { x, t, ...conditioning, ...controlFeeds(controls) };
      const trace = () => ({
        output: adapted(adapters, "unet", () => denoised(modules, feeds, { controls: controls.length, windows })),
      });
      const all = { ...feeds, ...scaleFeeds(loraScales) };
      const invariant = repeated ? Object.keys(all).filter((name) => !changing.test(name)) : [];
      const shapes = Object.entries(feeds).map(([name, { shape }]) => `${name} ${shape}`);
      const key = `unet ${JSON.stringify(windows) ?? ""} ${shapes}${repeated ? " repeated" : ""}`;
      const { output } = await programs.run({ key, trace, feeds: all, invariant, float16, signal });
      return float32Data(output);
    },
    async encodeImage(pixels, noise, { signal } = {}) {
      const { encode } = modules;
      if (!encode) return float32Data(pixels);
      const trace = () => ({ output: encode(feed("pixels", pixels), feed("noise", noise)) });
      const { output } = await programs.run({ key: `encode ${pixels.shape}`, trace, feeds: { pixels, noise }, signal });
      return float32Data(output);
    },
    async decode(x, { signal } = {}) {
      const { decode } = modules;
      if (!decode) return float32Data(x);
      const trace = () => ({ output: decode(feed("x", x)) });
      const computation = { key: `decode ${x.shape}`, trace, feeds: { x }, float16: decoderFloat16, signal };
      const { output } = await programs.run(computation);
      return float32Data(output);
    },
    [Symbol.asyncDispose]: () => programs[Symbol.asyncDispose](),
  };
}

/** The feeds of the U-Net that differ from step to step. */
const changing = /^(x|t|control\.\d+\.scale)$/;

const feed = (name: string, { shape }: HostTensor) => input({ name, dtype: "float32", shape });

interface DenoisedOptions extends Pick<PredictOptions, "windows"> {
  /** Number of ControlNets. */
  readonly controls: number;
}

/** The U-Net's output as a graph over inputs of these names. */
function denoised(modules: PipelineComponents, feeds: HostTensors, { controls, windows }: DenoisedOptions) {
  const { guidanceWidth } = modules.conditioning;
  const inputs = mapValues<string, HostTensor, Tensor>(feeds, (value, name) => feed(name, value));
  const { rows, frames, clips } = frameRows(inputs, windows);
  const { guidance, textEmbeds, timeIds } = rows;
  const [x, t, context] = [lookup(rows, "x"), lookup(rows, "t"), lookup(rows, "context")];
  const timestepCond = guidance && guidanceWidth && guidanceEmbedding(guidance, guidanceWidth);
  const added = { ...(textEmbeds && { textEmbeds }), ...(timeIds && { timeIds }) };
  const residuals = residualsOf(modules, { x, t, context, added }, { inputs: rows, count: controls });
  const output = modules.unet(x, t, context, {
    ...added,
    ...(timestepCond && { timestepCond }),
    ...(residuals && { residuals }),
    frames,
  });
  return clips(output);
}
