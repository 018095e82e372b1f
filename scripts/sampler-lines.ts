/**
 * `npx tsx scripts/sampler-lines.ts`: lines of the algorithms of eleven classes of diffusers, with and without the reading
 * of their configurations.
 */
import { readFileSync } from "node:fs";

const folder = new URL("../packages/aquatint/src/diffusion/", import.meta.url);

/** The files that the classes' steps are made of. */
const algorithms = [
  ...["loop", "ddim", "ddpm", "euler", "euler-a", "heun", "dpmpp-2m", "pndm", "plms", "unipc", "lcm"],
  ...["ancestral", "churn", "heun-step", "dpm-multistep", "dpm-terms", "exponential-integrator", "pseudo-linear"].map(
    (name) => `methods/${name}`,
  ),
].map((name) => `samplers/${name}.ts`);

/** The files that read their configurations, those of the other classes' too. */
const configurations = ["scheduler-config", "classes", "fields", "ddpm-family", "k-diffusion", "dpm-family"]
  .concat("edm-and-flow")
  .map((name) => `diffusers/${name}.ts`);

const linesOf = (file: string): readonly string[] => readFileSync(new URL(file, folder), "utf8").trimEnd().split("\n");

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

const all = algorithms.flatMap(linesOf);
const steps = algorithms.flatMap((file) => withoutDeclarations(linesOf(file)));
const reading = configurations.flatMap(linesOf);
console.log(`algorithms, ${algorithms.length} files: ${all.length} lines`);
console.log(`without declarations: ${steps.length} lines, ${steps.filter(isCode).length} of them code`);
console.log(
  `with the reading of configurations, ${configurations.length} files more: ${all.length + reading.length} lines`,
);
