import { samplerNamed } from "../diffusion/registry.ts";
import { AquatintError } from "../errors.ts";
import { nearest } from "../math/nearest.ts";
import type { Device } from "../runtime/types.ts";

/** Turns the text of an option into its value. @throws AquatintError "cli/option". */
type Parser<T> = (text: string) => T;

const wrong = (flag: string, expected: string, text: string, hint: string) =>
  new AquatintError("cli/option", `${flag}: expected ${expected}, got "${text}"`, { hint });

/** Limits of a number, both included, and an example for the hint. */
export interface Range {
  readonly min: number;
  readonly max?: number;
  readonly example: number | string;
}

/** A whole number in decimal digits. */
export const whole =
  (flag: string, { min, max, example }: Range): Parser<number> =>
  (text) => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text) && value >= min && value <= (max ?? value)) return value;
    const range = max === undefined ? `of ${min} or more` : `from ${min} to ${max}`;
    throw wrong(flag, `a whole number ${range}`, text, `for example ${flag} ${example}`);
  };

/** A decimal number. */
export const decimal =
  (flag: string, { min, max, example }: Range): Parser<number> =>
  (text) => {
    const value = Number(text);
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && value >= min && value <= (max ?? Number.MAX_VALUE))
      return value;
    throw wrong(
      flag,
      max === undefined ? `a number of ${min} or more` : `a number from ${min} to ${max}`,
      text,
      `for example ${flag} ${example}`,
    );
  };

/** The range of a seed, as every command takes it. */
export const seeds: Range = { min: 0, max: Number.MAX_SAFE_INTEGER, example: 42 };

/** Numbers of 0 or more, separated by commas. */
export const times =
  (flag: string): Parser<readonly number[]> =>
  (text) =>
    text.split(",").map((part) => decimal(flag, { min: 0, example: "0,250,1000" })(part.trim()));

/** One of some words. */
export const choice =
  <T extends string>(flag: string, words: readonly T[]): Parser<T> =>
  (text) => {
    const known = words.find((word) => word === text);
    if (known) return known;
    const close = nearest(text, words);
    throw wrong(
      flag,
      `one of ${words.join(", ")}`,
      text,
      close ? `did you mean "${close}"?` : `for example ${flag} ${words[0]}`,
    );
  };

/** Width and height in pixels, written "32x32". */
export function size(text: string): { readonly width: number; readonly height: number } {
  const [, width = 0, height = 0] = /^(\d{1,6})x(\d{1,6})$/i.exec(text) ?? [];
  if (Number(width) > 0 && Number(height) > 0) return { width: Number(width), height: Number(height) };
  throw wrong("--size", "width x height in pixels", text, "for example --size 32x32");
}

/** A sampler's name or alias, as it was given. */
export function sampler(text: string): string {
  samplerNamed(text);
  return text;
}

/** Where Node can run a model; what a machine offers of it, its runtime finds out. */
export const nodeDevices = ["cpu", "cuda", "webgpu", "coreml", "dml"] as const satisfies readonly Device[];

/** A device by its name. */
export function device(text: string): Device {
  const known = nodeDevices.find((name) => name === text);
  if (known) return known;
  const close = nearest(text, nodeDevices);
  throw new AquatintError("cli/device", `there is no device "${text}"`, {
    hint: `${close ? `did you mean "${close}"? ` : ""}the devices are ${nodeDevices.join(", ")}`,
  });
}
