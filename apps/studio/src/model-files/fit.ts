import { AquatintError, planTextToImage } from "aquatint";
import { type MemoryPlan, planRun, rehearsedImages, type TextToImageModel } from "aquatint/pipelines";
import type { EngineDevice } from "../engine/device.ts";

/** Limits of this browser and device. */
export interface DeviceLimits {
  readonly device: EngineDevice;
  /** Bytes that a model may take. */
  readonly budget: number;
  /** The largest tensor of the graphics device, in bytes; undefined on the processor. */
  readonly binding: number | undefined;
  /** True where the engine reads weights from the file on demand (JSPI). */
  readonly lazy: boolean;
}

/** WebAssembly addresses 4 GiB; some of it is the engine's own. */
const WASM_BYTES = 2 ** 32 * 0.94;
/** Share of the machine's memory that the page may take. */
const SHARE = 0.75;
const GIB = 2 ** 30;

/** Whether this browser stops WebAssembly while a file is read, so that weights need no copy in JavaScript. */
export const hasJspi = (): boolean => "Suspending" in WebAssembly;

/** Limits of this browser and device. The browser says at most 8 GiB of memory, so that more than 4 GiB are never in doubt. */
export async function deviceLimits(device: EngineDevice): Promise<DeviceLimits> {
  const { deviceMemory } = navigator as { readonly deviceMemory?: number };
  const adapter = device === "webgpu" ? await navigator.gpu?.requestAdapter() : undefined;
  return {
    device,
    budget: Math.min(WASM_BYTES, (deviceMemory ?? 8) * GIB * SHARE),
    binding: adapter?.limits.maxStorageBufferBindingSize,
    lazy: hasJspi(),
  };
}

/** How one image of a model fits a device. */
export interface Fit {
  readonly width: number;
  readonly height: number;
  /** The way to compute; undefined where there is none. */
  readonly plan: MemoryPlan | undefined;
  /** What is too large, and what to do. */
  readonly problem?: { readonly message: string; readonly hint: string | undefined } | undefined;
}

/** Plans an image of the model's own size within the limits. */
export async function fitOf(model: TextToImageModel, limits: DeviceLimits): Promise<Fit> {
  const options = { prompt: "", ...blankControls(model) };
  const plan = await planTextToImage(model, options);
  const { width, height } = plan;
  const largest = largestTensor(model);
  if (limits.binding !== undefined && largest > limits.binding) {
    const message = `one of its tensors takes ${mebibytes(largest)}, the graphics device binds ${mebibytes(limits.binding)} at most`;
    return {
      width,
      height,
      plan: undefined,
      problem: { message, hint: "use the processor: press the engine's status" },
    };
  }
  const resized = (size: object) => planTextToImage(model, { ...options, ...size });
  try {
    const run = rehearsedImages({ model, plan, resized });
    const planned = await planRun(run, { budget: limits.budget, baseline: () => 0 });
    return { width, height, plan: limits.device === "wasm" ? inTiles(planned, model) : planned };
  } catch (error) {
    if (!(error instanceof AquatintError) || error.code !== "generate/memory") throw error;
    return { width, height, plan: undefined, problem: { message: error.message, hint: error.hint } };
  }
}

/** Places of the latent along a tile: ONNX Runtime's attention overflows 32 bits in an autoencoder of 64 x 64 places on WebAssembly. */
const WASM_TILE = 32;

const inTiles = (plan: MemoryPlan, { modules }: TextToImageModel): MemoryPlan =>
  modules.sampleSize / modules.factor > WASM_TILE
    ? { ...plan, tile: Math.min(plan.tile ?? WASM_TILE, WASM_TILE) }
    : plan;

/** Images for ControlNets that a plan wants before there are any. */
export const blankControls = ({ modules }: Pick<TextToImageModel, "modules">) => {
  const image = { width: 8, height: 8, channels: 3 as const, data: new Uint8Array(8 * 8 * 3) };
  return modules.controls.length > 0 ? { controls: modules.controls.map(() => ({ image })) } : {};
};

/** Bytes of the largest tensor as the device computes with it, in float32. */
const largestTensor = ({ locations }: TextToImageModel): number =>
  Math.max(...Array.from(locations.values(), ({ shape }) => 4 * shape.reduce((a, b) => a * b, 1)));

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
