import { checkedFinite, checkedOutput, outputOrigin, stepAt } from "../../diffusion/finite.ts";
import { guidedOutput } from "../../diffusion/guidance.ts";
import type { NetworkOutput } from "../../diffusion/process/denoiser.ts";
import type { Latent } from "../../diffusion/process/latent.ts";
import { float32, float32Data } from "../../graph/host-tensor.ts";
import { type HostTensor, sizeOf } from "../../graph/types.ts";
import { concatFloat32 } from "../../util/concat.ts";
import { encodedConditioning } from "../conditioning/plan.ts";
import { steeringOf } from "../network/controlnet-inputs.ts";
import type { Conditions, TextToImageNetwork } from "../network/network.ts";
import type { Beginning } from "./initial-latents.ts";
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
  const { conditioning, guidance, guidanceRescale, latentShape, begin } = plan;
  const { branches } = conditioning;
  const count = beginnings.length;
  const told = repeatedBy(count, await encodedConditioning(network, conditioning, { signal }));
  const steering = steeringOf(plan);
  const size = sizeOf(latentShape);
  const [channels, ...place] = latentShape;
  const beside = (beginnings[0]!.beside?.length ?? 0) / sizeOf(place);
  const shape = [branches * count, channels + beside, ...place];
  return async (xs, timestep) => {
    const one = xs.flatMap((x, k) => [x, beginnings[k]!.beside ?? new Float32Array(0)]);
    const data = concatFloat32(Array.from({ length: branches }, () => one).flat());
    const options = { signal, steering: steering(at.i, at.n) };
    const out = await network.predict({ dtype: "float32", shape, data }, timestep, told(begin + at.i), options);
    const where = stepAt(at.i, at.n, timestep);
    checkedFinite(out, () => outputOrigin(where, data));
    const row = (branch: number, k: number) => out.subarray((branch * count + k) * size).subarray(0, size);
    const guided = { scale: guidance, rescale: guidanceRescale };
    const what = `guidance at scale ${guidance} ${where}`;
    return xs.map((_, k) => {
      if (branches === 1) return row(0, k);
      return checkedOutput(guidedOutput(row(0, k), row(1, k), guided), () => ({ cause: "guidance", what }));
    });
  };
}

/** What holds in a step for `count` pictures: each row that often. */
function repeatedBy(count: number, told: (step: number) => Conditions): (step: number) => Conditions {
  if (count === 1) return told;
  const known = new Map<Conditions, Conditions>();
  return (step) => {
    const { loraScales, ...tensors } = told(step);
    const made = known.get(told(step)) ?? {
      ...(Object.fromEntries(
        Object.entries(tensors).flatMap(([name, value]) => (value ? [[name, repeated(value, count)]] : [])),
      ) as unknown as Conditions),
      ...(loraScales && { loraScales }),
    };
    known.set(told(step), made);
    return made;
  };
}

/** Each row of a tensor `count` times. */
function repeated(tensor: HostTensor, count: number): HostTensor {
  const [shape, data] = [tensor.shape, float32Data(tensor)];
  const size = data.length / shape[0]!;
  const rows = Array.from({ length: shape[0]! }, (_, i) => data.subarray(i * size, (i + 1) * size));
  const all = rows.flatMap((row) => Array.from({ length: count }, () => row));
  return float32([all.length, ...shape.slice(1)], concatFloat32(all));
}
