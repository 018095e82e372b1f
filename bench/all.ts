import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { imageCoreSeconds } from "./full-size/whole-image.ts";

const run = promisify(execFile);

/** Command lines of the benches, the ones with a short form first. */
export interface Suite {
  readonly [name: string]: { readonly full: readonly string[]; readonly short?: readonly string[] };
}

export interface AllBenchesOptions {
  readonly suite: Suite;
  /** Only the short forms: they show that the benches work, and time nothing well. */
  readonly short: boolean;
  /** Arguments of every bench. */
  readonly args: readonly string[];
}

/** Every bench in a process of its own: the machine, each one's figures, and all ratios by their paths. One that fails is named. */
export async function allBenches({ suite, short, args }: AllBenchesOptions) {
  const figures: Record<string, unknown> = {};
  const failures: Record<string, string> = {};
  for (const [name, forms] of Object.entries(suite)) {
    const form = short ? forms.short : forms.full;
    if (!form) continue;
    console.error(`bench ${[name, ...form].join(" ")}`);
    try {
      figures[name] = await figuresOf([name, ...form, ...args]);
    } catch (error) {
      failures[name] = error instanceof Error ? error.message : String(error);
    }
  }
  const ratios = Object.fromEntries(ratiosIn(figures));
  return {
    ...machine(),
    ratios,
    imageCoreSeconds: imageCoreSeconds(figures),
    figures,
    ...(Object.keys(failures).length > 0 && { failures }),
  };
}

async function figuresOf(args: readonly string[]): Promise<unknown> {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const { stdout } = await run(process.execPath, ["--import", "tsx", main, ...args, "--json"], { maxBuffer: 1e8 });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

/** The numbers under keys that begin with "ratio", or end with it, by their paths. */
function ratiosIn(value: unknown, path: readonly string[] = []): readonly (readonly [path: string, ratio: unknown])[] {
  if (typeof value !== "object" || value === null)
    return path.some((key) => /^ratio|ratios?$/i.test(key)) ? [[path.join("."), value]] : [];
  return Object.entries(value).flatMap(([key, inner]) => ratiosIn(inner, [...path, key]));
}

function machine() {
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
  return {
    date: new Date().toISOString(),
    processor: cpus()[0]?.model,
    cores: cpus().length,
    features: processorFeatures(),
    memoryGB: Math.round(totalmem() / 1e9),
    node: process.version,
    onnxruntime: version,
  };
}

/** The instructions that decide about speed, where the system lists them. */
function processorFeatures(): readonly string[] {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.trim().split(/\s+/) ?? [];
    return flags.filter((flag) => /^(avx2|avx_vnni|avx512f|avx512_vnni|avx512_bf16|amx_.*)$/.test(flag));
  } catch {
    return [];
  }
}
