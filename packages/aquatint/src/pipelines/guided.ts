import type { NetworkOutput } from "../diffusion/denoiser.ts";
import { guidedOutput } from "../diffusion/guidance.ts";
import type { Latent } from "../diffusion/latent.ts";
import { type SamplerEntry, samplers } from "../diffusion/registry.ts";
import { type HostTensor, sizeOf } from "../graph/types.ts";
import type { Beginning } from "./beginning.ts";
import type { TextToImageNetwork } from "./network.ts";
import { steeringOf } from "./steering.ts";
import type { TextToImagePlan } from "./text-to-image.ts";

/** What is guided: pictures that are made together. */
export interface Guided {
  readonly beginnings: readonly Beginning[];
  /** The step that is walked next, of n. */
  readonly at: { readonly i: number; readonly n: number };
  readonly signal: AbortSignal | undefined;
}

/** Both branches of classifier-free guidance, and all pictures, in one call of the network. */
export async function guidedNetwork(
  network: TextToImageNetwork,
  plan: TextToImagePlan,
  { beginnings, at, signal }: Guided,
): Promise<(xs: readonly Latent[], timestep: number) => Promise<readonly NetworkOutput[]>> {
  const { prompt, negative, guidance, guidanceRescale, clipSkip, latentShape } = plan;
  const { unconditional = false }: SamplerEntry = samplers[plan.scheduler.sampler];
  const captions = guidance <= 1 && !unconditional ? [prompt] : [negative, prompt];
  const count = beginnings.length;
  const context = repeated(await contextOf(network, captions, { signal, clipSkip }), count);
  const steering = steeringOf(plan);
  const size = sizeOf(latentShape);
  const [channels, ...place] = latentShape;
  const beside = (beginnings[0]!.beside?.length ?? 0) / sizeOf(place);
  const shape = [captions.length * count, channels + beside, ...place];
  return async (xs, timestep) => {
    const rows = captions.flatMap(() => xs.flatMap((x, k) => [x, beginnings[k]!.beside ?? new Float32Array(0)]));
    const out = await network.predict({ dtype: "float32", shape, data: joined(rows) }, timestep, context, {
      signal,
      steering: steering(at.i, at.n),
    });
    const told = (caption: number, k: number) => out.subarray((caption * count + k) * size).subarray(0, size);
    const options = { scale: guidance, rescale: guidanceRescale };
    return xs.map((_, k) => (captions.length === 1 ? told(0, k) : guidedOutput(told(0, k), told(1, k), options)));
  };
}

/** Each row of a tensor `count` times. */
function repeated({ dtype, shape, data }: HostTensor, count: number): HostTensor {
  const size = data.length / shape[0]!;
  const rows = Array.from({ length: shape[0]! }, (_, i) => (data as Float32Array).subarray(i * size, (i + 1) * size));
  const all = rows.flatMap((row) => Array.from({ length: count }, () => row));
  return { dtype, shape: [all.length, ...shape.slice(1)], data: joined(all) };
}

/** What the U-Net is told, the prompt last; as in diffusers, layers are left out for the prompt alone. */
async function contextOf(
  network: TextToImageNetwork,
  captions: readonly string[],
  { signal, clipSkip }: { readonly signal: AbortSignal | undefined; readonly clipSkip: number },
): Promise<HostTensor> {
  if (clipSkip === 0) return network.encode(captions, { signal });
  const told = await network.encode(captions.slice(-1), { signal, clipSkip });
  if (captions.length === 1) return told;
  const away = await network.encode(captions.slice(0, -1), { signal });
  const data = joined([away.data as Float32Array, told.data as Float32Array]);
  return { dtype: "float32", shape: [captions.length, ...told.shape.slice(1)], data };
}

/** Flat tensors one after the other. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const data = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}
