/**
 * `npm run mutate -- FOLDER... --sample N --seed S`: changes one thing in a source file, N times in each folder, and runs
 * the tests that import it. Prints what became of every mutant; `docs/testing.md` says how to judge the survivors.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { torchCpu } from "../packages/aquatint/src/math/index.ts";
import { root } from "../test/tree.ts";
import { type Mutant, mutantsOf } from "./mutation/mutants.ts";
import { createRelatedTests, type RelatedTests } from "./mutation/related-tests.ts";
import { createTestRunner, type TestRunner } from "./mutation/test-runner.ts";

type Outcome = "killed" | "timeout" | "survived" | "uncovered";

const USAGE = "usage: npm run mutate -- FOLDER... [--sample N] [--seed S], FOLDER is below packages/aquatint/src";

interface Options {
  readonly folders: readonly string[];
  readonly sample: number;
  readonly seed: number;
}

function readOptions(): Options {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { sample: text, seed: text } });
  const [sample, seed] = [Number(values.sample ?? 20), Number(values.seed ?? 0)];
  if (positionals.length === 0 || !(Number.isSafeInteger(sample) && sample > 0) || !Number.isSafeInteger(seed)) {
    throw new Error(USAGE);
  }
  return { folders: positionals, sample, seed };
}

const notMutated = ["**/*.test.ts", "**/*.test-d.ts", "**/*.cases.ts", "**/*.web.ts", "**/generated/**"];

const filesOf = (folder: string): string[] =>
  ts.sys
    .readDirectory(root, [".ts"], notMutated, [
      `packages/aquatint/src/${folder}`,
      `packages/aquatint/src/${folder}/**/*`,
    ])
    .map((path) => path.slice(root.length))
    .toSorted();

/** `count` mutants of some files: files in random order, one mutant of each, until there are enough. */
export function sampleMutants(files: readonly string[], count: number, seed: number): Mutant[] {
  const random = torchCpu(seed);
  const shuffled = <T>(values: readonly T[]): T[] => Array.from(random.randperm(values.length), (i) => values[i]!);
  const queues = shuffled(files).map((file) => shuffled(mutantsOf(file, readFileSync(join(root, file), "utf8"))));
  const sample: Mutant[] = [];
  for (let round = 0; sample.length < count && queues.some((queue) => queue.length > round); round++) {
    sample.push(...queues.flatMap((queue) => queue.slice(round, round + 1)));
  }
  return sample.slice(0, count);
}

const unchanged = new Map<string, boolean>();

/** Whether tests pass without any mutant: else their failure says nothing about one. */
async function passesUnchanged(tests: readonly string[], file: string, run: TestRunner): Promise<boolean> {
  const key = tests.join();
  const source = readFileSync(join(root, file), "utf8");
  const passed = unchanged.get(key) ?? (await run(tests, { file, source })) === true;
  if (!passed && !unchanged.has(key)) console.log(`fails without a mutant, not counted: ${tests.join(" ")}`);
  unchanged.set(key, passed);
  return passed;
}

/** The nearest tests first; those that are farther away only where these notice nothing. */
async function outcomeOf(mutant: Mutant, { first, second }: RelatedTests, run: TestRunner): Promise<Outcome> {
  const rounds = [first, second].filter((tests) => tests.length > 0);
  for (const tests of rounds) {
    const passed = await run(tests, mutant);
    if (passed === undefined) return "timeout";
    if (!passed && (await passesUnchanged(tests, mutant.file, run))) return "killed";
  }
  return rounds.length === 0 ? "uncovered" : "survived";
}

async function main(): Promise<void> {
  const { folders, sample, seed } = readOptions();
  const mutants = folders.flatMap((folder) => sampleMutants(filesOf(folder), sample, seed));
  const relatedTests = createRelatedTests("packages/aquatint");
  const run = createTestRunner();
  const counts: Record<Outcome, number> = { killed: 0, timeout: 0, survived: 0, uncovered: 0 };
  for (const mutant of mutants) {
    const outcome = await outcomeOf(mutant, relatedTests(mutant.file), run);
    counts[outcome]++;
    const { file, line, operator, before, after } = mutant;
    console.log(`${outcome.padEnd(9)} ${file}:${line} ${operator}: ${before} -> ${after}`);
  }
  const summary = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  console.log(`${mutants.length} mutants: ${summary.join(", ")}`);
}

if (process.argv[1] === import.meta.filename) await main();
