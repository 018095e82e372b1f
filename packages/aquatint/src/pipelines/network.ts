import type { Tensor } from "../graph/tensor.ts";
import type { HostTensor, HostTensors, Shape } from "../graph/types.ts";
import { skipLayers } from "../models/clip/index.ts";
import { input } from "../ops/leaves.ts";
import { executableOf, type ParameterBinding } from "../runtime/compile.ts";
import type { Program, Runtime, State, WeightMemory } from "../runtime/types.ts";
import type { ClipTokenizer } from "../tokenizers/clip.ts";
import { captionIds } from "./caption-ids.ts";
import type { TextToImageModules } from "./modules.ts";

interface Cancelled {
  readonly signal?: AbortSignal | undefined;
}
interface EncodeOptions extends Cancelled {
  /** Layers at the text encoder's end that are left out; 0 when absent. */
  readonly clipSkip?: number | undefined;
}

/** The networks of a text-to-image model, loaded: captions in, predictions and pixels out. */
export interface TextToImageNetwork extends AsyncDisposable {
  /** What the U-Net is told of each caption: [n, tokens, width]. */
  encode(captions: readonly string[], options?: EncodeOptions): Promise<HostTensor>;
  /** The network's output for x [n, c, h, w] at timestep t, given n encoded captions. */
  predict(x: HostTensor, t: number, context: HostTensor, options?: Cancelled): Promise<Float32Array>;
  /** What the U-Net works on, x [n, c, h, w], as pixels in about -1 .. 1: [n, 3, factor h, factor w]. */
  decode(x: HostTensor, options?: Cancelled): Promise<Float32Array>;
}

/** What the networks are made of, and where they run. */
export interface TextToImageNetworkInput {
  readonly runtime: Runtime;
  readonly modules: TextToImageModules;
  readonly tokenizer: ClipTokenizer;
  /** Constants read from a checkpoint, or a state that a training run shares. */
  readonly parameters: ParameterBinding;
  readonly state?: State;
  /** Folder of the weights that are mapped from their files. */
  readonly weightsFolder?: string;
  /** How constant weights are held; "packed" when absent. */
  readonly weightMemory?: WeightMemory | undefined;
  /** The most bytes of attention scores at a time; no limit when absent. */
  readonly scoreBytes?: number | undefined;
}

const feed = (name: string, shape: Shape) => input({ name, dtype: "float32", shape });

/** Loads the networks; a program is compiled for each size and number of pictures when it is first wanted. */
export function textToImageNetwork(parts: TextToImageNetworkInput): TextToImageNetwork {
  const { modules, tokenizer, state } = parts;
  const programs = programCache(parts);
  const run = async (loaded: Promise<Program>, feeds: HostTensors, signal: AbortSignal | undefined) => {
    const { output } = await (await loaded).run(feeds, { ...(state && { state }), ...(signal && { signal }) });
    return output!;
  };
  const encoder = (n: number, skipped: number) => () => {
    const ids = input({ name: "ids", dtype: "int32", shape: [n, tokenizer.modelMaxLength] });
    return skipLayers(modules.textEncoder, modules.textEncoder(ids), skipped);
  };
  const denoiser = (shape: Shape, contextShape: Shape) => () =>
    modules.unet(feed("x", shape), feed("t", [shape[0]!]), feed("context", contextShape));
  return {
    encode(captions, { signal, clipSkip = 0 } = {}) {
      const n = captions.length;
      return run(
        programs.get(`text ${n} ${clipSkip}`, encoder(n, clipSkip)),
        { ids: captionIds(tokenizer, captions) },
        signal,
      );
    },
    async predict(x, time, context, { signal } = {}) {
      const loaded = programs.get(`unet ${x.shape} ${context.shape}`, denoiser(x.shape, context.shape));
      const n = x.shape[0]!;
      const t: HostTensor = { dtype: "float32", shape: [n], data: new Float32Array(n).fill(time) };
      return (await run(loaded, { x, t, context }, signal)).data as Float32Array;
    },
    async decode(x, { signal } = {}) {
      const { decode } = modules;
      if (!decode) return x.data as Float32Array;
      const loaded = programs.get(`decode ${x.shape}`, () => decode(feed("x", x.shape)));
      return (await run(loaded, { x }, signal)).data as Float32Array;
    },
    [Symbol.asyncDispose]: programs.dispose,
  };
}

/** Programs by key, loaded once; a load that fails is tried again by the next call. */
function programCache({ runtime, parameters, weightsFolder, weightMemory, scoreBytes }: TextToImageNetworkInput) {
  const weights = { parameters, weightMemory, scoreBytes, ...(weightsFolder !== undefined && { weightsFolder }) };
  const programs = new Map<string, Promise<Program>>();
  return {
    get(key: string, trace: () => Tensor): Promise<Program> {
      const known = programs.get(key);
      if (known) return known;
      const loading = runtime.load(executableOf({ outputs: { output: trace() }, ...weights }));
      programs.set(key, loading);
      loading.catch(() => programs.delete(key));
      return loading;
    },
    async dispose() {
      const loaded = await Promise.allSettled(programs.values());
      await Promise.all(loaded.map((p) => (p.status === "fulfilled" ? p.value[Symbol.asyncDispose]() : undefined)));
    },
  };
}
