import type { EngineDevice } from "../engine/device.ts";

/** Limits of this browser and device. */
export interface DeviceLimits {
  readonly device: EngineDevice;
  /** Bytes that a model may take. */
  readonly budget: number;
  /** The largest tensor of the graphics device, in bytes; undefined on the processor. */
  readonly binding: number | undefined;
  /** Places of the latent along a tile of the autoencoder at most; any when absent. */
  readonly maxTile: number | undefined;
  /** Whether the device computes in float16 ("shader-f16"). */
  readonly hasFloat16: boolean;
  /** True where the engine reads weights from the file on demand (JSPI). */
  readonly lazy: boolean;
}

/** WebAssembly addresses 4 GiB; some of it is the engine's own. */
const WASM_BYTES = 2 ** 32 * 0.94;
/** Share of the machine's memory that the page may take. */
const SHARE = 0.75;
const GIB = 2 ** 30;

/** Places of the latent along a tile: ONNX Runtime's attention overflows 32 bits in an autoencoder of 64 x 64 places on WebAssembly. */
const WASM_TILE = 32;

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
    maxTile: device === "wasm" ? WASM_TILE : undefined,
    hasFloat16: adapter?.features.has("shader-f16") ?? false,
    lazy: hasJspi(),
  };
}
