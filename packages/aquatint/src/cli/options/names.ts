import { type StepCacheChoice, stepCacheOf } from "../../diffusion/step-cache/registry.ts";
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

/** A sampler's name or alias, which the plan of the images checks. */
export const sampler: Parser<string> = (text) => text;

/** A step cache, with options after its name: "easy,threshold=0.05". */
export function stepCache(text: string): StepCacheChoice {
  const [name = "", ...parts] = text.split(",");
  const options = parts.map((part) => {
    const [, key = "", value = ""] = /^(\w+)=([\d.e+-]+)$/i.exec(part.trim()) ?? [];
    if (key && Number.isFinite(Number(value))) return [key, Number(value)] as const;
    throw wrong("--step-cache", "a name and options name=number", text, "for example --step-cache easy,threshold=0.05");
  });
  const choice: StepCacheChoice = { name, ...Object.fromEntries(options.filter(([key]) => key !== "name")) };
  stepCacheOf(choice);
  return choice;
}

/** Devices of Node; what a machine offers of it, its runtime finds out. */
export const nodeDevices = ["cpu", "cuda", "webgpu", "coreml", "dml"] as const satisfies readonly Device[];

/** A device by its name. */
export function device(text: string): Device {
  const match = nodeDevices.find((name) => name === text);
  if (match) return match;
  throw unknownName("cli/device", { name: text, kind: "device", names: nodeDevices });
}
