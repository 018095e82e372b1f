import { samplerNamed } from "../../diffusion/registry.ts";
import { didYouMean, unknownName } from "../../math/names.ts";
import type { Device } from "../../runtime/types.ts";
import { type Parser, wrong } from "./parsers.ts";

export { decimal, integer as whole, interval, type Range, seed, seeds, size, times } from "./parsers.ts";

/** One of some words. */
export const choice =
  <T extends string>(flag: string, words: readonly T[]): Parser<T> =>
  (text) => {
    const match = words.find((word) => word === text);
    if (match) return match;
    throw wrong(flag, `one of ${words.join(", ")}`, text, didYouMean(text, words) ?? `for example ${flag} ${words[0]}`);
  };

/** A sampler's name or alias, as it was given. */
export function sampler(text: string): string {
  samplerNamed(text);
  return text;
}

/** Devices of Node; what a machine offers of it, its runtime finds out. */
export const nodeDevices = ["cpu", "cuda", "webgpu", "coreml", "dml"] as const satisfies readonly Device[];

/** A device by its name. */
export function device(text: string): Device {
  const match = nodeDevices.find((name) => name === text);
  if (match) return match;
  throw unknownName("cli/device", { name: text, kind: "device", names: nodeDevices });
}
