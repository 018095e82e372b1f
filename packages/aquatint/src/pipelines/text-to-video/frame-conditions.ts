import { AquatintError } from "../../errors.ts";
import { float32, float32Data } from "../../graph/host-tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { addScaled } from "../../math/vector.ts";
import { itemAt } from "../../util/items.ts";
import { type EncodedConditioningOptions, encodedConditioning } from "../conditioning/conditions.ts";
import type { Conditioning } from "../conditioning/plan.ts";
import type { Conditions, TextToImageNetwork } from "../network/network.ts";
import { keyWeights } from "./prompt-keys.ts";

/** A prompt's conditioning from a frame on. */
export interface FrameConditioning {
  readonly frame: number;
  readonly conditioning: Conditioning;
}

/** Encodes the prompts of a clip of `frames` frames; gives the conditions in a step: a row a clip, or a row a frame where the prompt changes. */
export async function clipConditions(
  network: Pick<TextToImageNetwork, "encode">,
  keys: readonly FrameConditioning[],
  { frames, ...options }: EncodedConditioningOptions & { readonly frames: number },
): Promise<(step: number) => Conditions> {
  const encoded: ((step: number) => Conditions)[] = [];
  for (const { conditioning } of keys) encoded.push(await encodedConditioning(network, conditioning, options));
  if (encoded.length === 1) return itemAt(encoded, 0);
  const mixed = new Map<string, Conditions>();
  return (step) => {
    const all = encoded.map((at) => at(step));
    const shapes = new Set(all.map(({ context }) => String(context.shape)));
    if (shapes.size > 1) throw unequalLengths();
    const key = JSON.stringify(
      keys.map(({ conditioning: { stages } }) => stages.findIndex(({ until }) => step < until)),
    );
    const conditions = mixed.get(key) ?? mixedConditions(all, keys, frames);
    mixed.set(key, conditions);
    return conditions;
  };
}

/** Refuses prompts of unequal numbers of chunks or other parts before anything is loaded. @throws AquatintError "video/prompt". */
export function checkEqualForms(keys: readonly FrameConditioning[]): void {
  const counts = keys.flatMap(({ conditioning: { stages } }) =>
    stages.flatMap(({ captions }) => captions.flatMap(({ chunks }) => chunks.map((list) => list.length))),
  );
  if (new Set(counts).size > 1) throw unequalLengths();
  if (new Set(keys.map(({ conditioning: { weights } }) => String(weights))).size === 1) return;
  throw new AquatintError(
    "video/prompt",
    "the prompts that change over the frames join other numbers of parts by AND",
    {
      hint: "give each of them as many parts, with the same weights",
    },
  );
}

const unequalLengths = () =>
  new AquatintError(
    "video/prompt",
    "one of the prompts that change over the frames is longer than 75 tokens, another is not",
    {
      hint: "write all of them within 75 tokens, or all longer",
    },
  );

/** Every tensor of the conditions as [rows * frames, ...], mixed between the prompts before and after each frame. */
function mixedConditions(all: readonly Conditions[], keys: readonly FrameConditioning[], frames: number): Conditions {
  const { loraScales, ...first } = itemAt(all, 0);
  const names = Object.keys(first) as (keyof typeof first)[];
  const mixed = names.map((name) => {
    const tensors = all.flatMap((conditions) => conditions[name] ?? []);
    return [name, mixedFrames(tensors, keys, frames)] as const;
  });
  return { ...first, ...Object.fromEntries(mixed), ...(loraScales && { loraScales }) };
}

function mixedFrames(tensors: readonly HostTensor[], keys: readonly FrameConditioning[], frames: number): HostTensor {
  const [rows = 1, ...rest] = itemAt(tensors, 0).shape;
  const values = tensors.map(float32Data);
  const size = itemAt(values, 0).length / rows;
  const out = new Float32Array(rows * frames * size);
  for (let row = 0; row < rows; row++) {
    for (let frame = 0; frame < frames; frame++) {
      const target = out.subarray((row * frames + frame) * size, (row * frames + frame + 1) * size);
      for (const [key, weight] of keyWeights(keys, frame)) {
        addScaled(target, weight, itemAt(values, key).subarray(row * size, (row + 1) * size));
      }
    }
  }
  return float32([rows * frames, ...rest], out);
}
