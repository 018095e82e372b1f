import { AquatintError } from "../../errors.ts";
import { type Seed, smallSeed } from "../../math/random.ts";

/** Turns the text of an option into its value. @throws AquatintError "cli/option". */
export type Parser<T> = (text: string) => T;

/** The refusal of an option's value. */
export const wrong = (flag: string, expected: string, text: string, hint: string) =>
  new AquatintError(
    "cli/option",
    `${flag}: expected ${expected}, got "${text.length <= 100 ? text : `${text.slice(0, 99)}…`}"`,
    { hint },
  );

/** Limits of a number, both included, and an example for the hint. */
export interface Range {
  readonly min: number;
  readonly max?: number;
  readonly example: number | string;
  /** Hint for other values. */
  readonly hint?: string;
}

/** A whole number in decimal digits. */
export const integer =
  (flag: string, { min, max, example, hint }: Range): Parser<number> =>
  (text) => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text) && value >= min && value <= (max ?? value)) return value;
    const range = max === undefined ? `of ${min} or more` : `from ${min} to ${max}`;
    const advice = [`for example ${flag} ${example}`, ...(hint === undefined ? [] : [hint])].join("; ");
    throw wrong(flag, `a whole number ${range}`, text, advice);
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

/** A seed of 64 bits, a number where that is exact. */
export const seed =
  (flag: string): Parser<Seed> =>
  (text) => {
    const value = /^\+?\d{1,40}$/.test(text) ? BigInt(text.replace("+", "")) : undefined;
    if (value !== undefined && value < 2n ** 64n) return smallSeed(value);
    const hint = /^-\d+$/.test(text) ? `leave ${flag} out for a new one each time` : `for example ${flag} 42`;
    throw wrong(flag, `a whole number from 0 to ${2n ** 64n - 1n}`, text, hint);
  };

/** The range of a seed of training data. */
export const seeds: Range = { min: 0, max: Number.MAX_SAFE_INTEGER, example: 42 };

/** Numbers of 0 or more, separated by commas. */
export const times =
  (flag: string): Parser<readonly number[]> =>
  (text) =>
    text.split(",").map((part) => decimal(flag, { min: 0, example: "0,250,1000" })(part.trim()));

/** Two numbers of 0 or more, the second above the first, written "0.3..5". */
export const interval =
  (flag: string): Parser<readonly [low: number, high: number]> =>
  (text) => {
    const [, low = "", high = ""] = /^([\d.e+-]+?)\.\.([\d.e+-]+)$/i.exec(text) ?? [];
    const example = `for example ${flag} 0.3..5`;
    if (low === "" || high === "") throw wrong(flag, "low..high, two numbers of 0 or more", text, example);
    const number = decimal(flag, { min: 0, example: "0.3..5" });
    const [from, to] = [number(low), number(high)];
    if (from < to) return [from, to];
    throw wrong(flag, "low..high with the smaller number first", text, example);
  };

/** Width and height in pixels, written "32x32". */
export function size(text: string): { readonly width: number; readonly height: number } {
  const [, width = 0, height = 0] = /^(\d{1,6})x(\d{1,6})$/i.exec(text) ?? [];
  if (Number(width) > 0 && Number(height) > 0) return { width: Number(width), height: Number(height) };
  throw wrong("--size", "width x height in pixels", text, "for example --size 32x32");
}
