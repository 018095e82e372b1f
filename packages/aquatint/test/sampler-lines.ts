import { readFileSync } from "node:fs";

const folder = new URL("../src/diffusion/", import.meta.url);

/** The samplers of eleven classes of diffusers; flow matching's Euler and Heun are options of the others. */
const entries = ["ddim", "ddpm", "euler", "euler-a", "heun", "dpmpp-2m", "pndm", "plms", "unipc", "lcm"];

/** The files that read their configurations, those of the other classes' too. */
const configurations = ["scheduler-config", "load-scheduler", "read-config", "classes", "fields", "ddpm-family"]
  .concat("k-diffusion", "dpm-fields", "dpm-multistep", "dpm-singlestep", "deis", "unipc", "edm-and-flow")
  .map((name) => `diffusers/${name}.ts`);

/** What samplers declare themselves with. */
const declarations = new Set(["samplers/define-sampler.ts", "samplers/options.ts"]);

const textOf = (file: string): string => readFileSync(new URL(file, folder), "utf8").trimEnd();
const linesOf = (file: string): readonly string[] => textOf(file).split("\n");

/** A file of a sampler and all that it imports of the folder of samplers. */
function collect(file: string, files: Set<string>): void {
  if (files.has(file) || declarations.has(file)) return;
  files.add(file);
  for (const [, path = ""] of textOf(file).matchAll(/from "(\.[^"]+)"/g)) {
    const imported = new URL(path, new URL(file, folder)).href.slice(folder.href.length);
    if (imported.startsWith("samplers/")) collect(imported, files);
  }
}

/** The lines but those of declarations: what `defineSampler` is given before `create`, and the schemas of options. */
function withoutDeclarations(lines: readonly string[]): readonly string[] {
  let inside = false;
  return lines.filter((line) => {
    if (/^export const \w+ = defineSampler\(|^export const \w+Options? =/.test(line)) inside = true;
    if (/^ {2}create\b/.test(line)) inside = false;
    const isDeclaration = inside;
    if (/^\}/.test(line)) inside = false;
    return !isDeclaration;
  });
}

const isCode = (line: string): boolean => !/^\s*(\/\/|\/\*|\*|$)/.test(line);

/** Lines of the algorithms of eleven classes of diffusers. */
export interface SamplerLines {
  readonly files: number;
  /** All lines of those files. */
  readonly all: number;
  /** Those without the samplers' declarations. */
  readonly algorithms: number;
  /** Of the algorithms' lines, those that are neither comment nor blank. */
  readonly code: number;
  readonly readingFiles: number;
  /** All lines with the reading of configurations. */
  readonly withReading: number;
}

/** Counts the lines. */
export function samplerLines(): SamplerLines {
  const files = new Set<string>();
  for (const name of entries) collect(`samplers/${name}.ts`, files);
  const all = [...files].flatMap(linesOf);
  const algorithms = [...files].flatMap((file) => withoutDeclarations(linesOf(file)));
  return {
    files: files.size,
    all: all.length,
    algorithms: algorithms.length,
    code: algorithms.filter(isCode).length,
    readingFiles: configurations.length,
    withReading: all.length + configurations.flatMap(linesOf).length,
  };
}
