import { resolve } from "node:path";
import type { Command } from "commander";
import { AquatintError } from "../../errors.ts";
import { img2imgDefaults } from "../../pipelines/text-to-image/img2img.ts";
import { required } from "../../util/items.ts";
import type { Io } from "../io.ts";
import { decimal, type Parser, wrong } from "./parsers.ts";

/** The options of ControlNets, as they are parsed. */
export interface ControlFlags {
  readonly control?: readonly string[];
  readonly controlImage?: readonly string[];
  readonly controlScale?: readonly number[];
  readonly controlRange?: readonly (readonly [start: number, end: number])[];
}

/** An option that may be given several times. */
const each =
  <T>(parse: Parser<T>) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, parse(text)];
const path: Parser<string> = (text) => text;

const RANGE = "--control-range";
/** Two shares of the steps: "0-0.5". */
const range: Parser<readonly [number, number]> = (text) => {
  const [, from = "", to = ""] = /^([\d.]+)-([\d.]+)$/.exec(text) ?? [];
  const [start, end] = [Number(from || Number.NaN), Number(to || Number.NaN)];
  if (start >= 0 && start < end && end <= 1) return [start, end];
  throw wrong(RANGE, "two shares of the steps, from 0 to 1", text, `for example ${RANGE} 0-0.5`);
};

/** Adds the options of ControlNets; `input` is what their input images are. */
export const addControlFlags = (command: Command, input: string): Command =>
  command
    .option("--control <path>", "folder or .safetensors file of a ControlNet; may be given several times", each(path))
    .option("--control-image <file>", `${input} of a ControlNet; one for each --control, or one for all`, each(path))
    .option(
      "--control-scale <s>",
      `strength of a ControlNet; one for each --control, or one for all (default: ${img2imgDefaults.controlScale})`,
      each(decimal("--control-scale", { min: 0, example: 0.8 })),
    )
    .option(
      `${RANGE} <a-b>`,
      "steps at which a ControlNet acts, as fractions of all steps; one for each --control, or one for all (default: 0-1)",
      each(range),
    );

/** The input of one ControlNet, as it was read, and when and how strongly it acts. */
export interface ControlInputs<T> {
  readonly input: T;
  readonly scale: number | undefined;
  readonly start: number;
  readonly end: number;
}

/** Paths of the ControlNets, and their inputs by `read`. */
export async function controlInputs<T>(
  { control = [], controlImage = [], controlScale = [], controlRange = [] }: ControlFlags,
  { io, read }: { readonly io: Io; readonly read: (file: string) => Promise<T> },
): Promise<{ readonly controlNets: readonly string[]; readonly inputs: readonly ControlInputs<T>[] }> {
  const files: T[] = [];
  for (const file of controlImage) files.push(await read(file));
  const inputs = control.map((_, i) => {
    const [start, end] = valueAt(controlRange, i) ?? [0, 1];
    return { input: required(valueAt(files, i), "control image"), scale: valueAt(controlScale, i), start, end };
  });
  return { controlNets: control.map((folder) => resolve(io.cwd, folder)), inputs };
}

/** The i-th of several, or the only one. */
const valueAt = <T>(values: readonly T[], i: number): T | undefined => (values.length === 1 ? values[0] : values[i]);

/** @throws AquatintError "cli/option" for options of ControlNets that do not fit together. */
export function checkControlFlags(flags: ControlFlags): void {
  const { control, controlImage, controlScale, controlRange } = flags;
  checkNeeds([
    ["--control", control, "--control-image", controlImage],
    ["--control-image", controlImage, "--control", control],
    ["--control-scale", controlScale, "--control", control],
    [RANGE, controlRange, "--control", control],
  ]);
  const nets = control?.length ?? 0;
  for (const [flag, values = []] of [
    ["--control-image", controlImage],
    ["--control-scale", controlScale],
    [RANGE, controlRange],
  ] as const) {
    if (values.length <= 1 || values.length === nets) continue;
    const message = `${flag} is given ${values.length} times, --control ${nets} times`;
    throw new AquatintError("cli/option", message, { hint: "give it once, or once for each" });
  }
}

/** An option that means something beside another one alone. */
export type Need = readonly [flag: string, value: unknown, other: string, needed: unknown];

/** @throws AquatintError "cli/option" where an option is given without the one that it needs. */
export function checkNeeds(needs: readonly Need[]): void {
  for (const [flag, value, other, needed] of needs) {
    if (value === undefined || needed !== undefined) continue;
    throw new AquatintError("cli/option", `${flag}: there is no ${other}`, { hint: `give ${other}, too` });
  }
}
