import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type RandomStream, torchCpu } from "../../packages/aquatint/src/math/random.ts";
import { judged, maxError, type Outcome, type ParityKind, type Skipped } from "./check.ts";

const TOLERANCE = 1e-6;
type Reference = Readonly<Record<string, unknown>>;
interface Excerpt {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly sum: number;
}

/** The draws that an entry's name describes, "randint_0_1000_20" for example; none for a name that says nothing. */
const draws: readonly {
  readonly name: RegExp;
  readonly draw: (s: RandomStream, ...n: number[]) => ArrayLike<number>;
}[] = [
  { name: /^randn_(\d+)$/, draw: (s, n) => s.randn(n!) },
  { name: /^rand_(\d+)$/, draw: (s, n) => s.rand(n!) },
  { name: /^randint_(-?\d+)_(\d+)_(\d+)$/, draw: (s, low, high, n) => s.randint(low!, high!, n!) },
  { name: /^randperm_(\d+)$/, draw: (s, n) => s.randperm(n!) },
  { name: /^randn_float64_(\d+)$/, draw: (s, n) => s.randn64(n!) },
];

/** `random.json`: what torch's CPU generator gives for some seeds. */
export const random: ParityKind = {
  claims: (entries) => entries.filter((name) => name === "random.json"),
  async *run(folder, [file]) {
    const seeds = JSON.parse(await readFile(join(folder, file!), "utf8")) as Record<string, Reference>;
    for (const [seed, reference] of Object.entries(seeds)) {
      for (const [name, expected] of Object.entries(reference)) {
        yield compare(`random/${seed}/${name}`, BigInt(seed), name, expected);
      }
    }
  },
};

function compare(check: string, seed: bigint, name: string, expected: unknown): Outcome {
  const sizes = /^sequence_([\d_]+)$/.exec(name)?.[1]?.split("_").map(Number);
  if (sizes) return sequence(check, seed, sizes, expected as Record<string, readonly number[]>);
  for (const { name: pattern, draw } of draws) {
    const match = pattern.exec(name);
    if (!match) continue;
    const actual = Array.from(draw(torchCpu(seed), ...match.slice(1).map(Number)));
    return judged(check, excerptError(actual, expected as Excerpt | readonly number[]), TOLERANCE);
  }
  return { check, skipped: `no draw is known by the name ${name}` } satisfies Skipped;
}

/** Several draws of normals from one stream. */
function sequence(
  check: string,
  seed: bigint,
  sizes: readonly number[],
  expected: Record<string, readonly number[]>,
): Outcome {
  const stream = torchCpu(seed);
  const lists = Object.values(expected);
  const errors = sizes.map((n, i) => {
    const list = lists[i]!;
    return maxError(stream.randn(n).slice(0, list.length), list);
  });
  return judged(check, Math.max(...errors), TOLERANCE);
}

function excerptError(actual: readonly number[], expected: Excerpt | readonly number[]): number {
  if (Array.isArray(expected)) return maxError(actual, expected);
  const { first, last, sum } = expected as Excerpt;
  const total = actual.reduce((a, b) => a + b, 0);
  return Math.max(
    maxError(actual.slice(0, first.length), first),
    maxError(actual.slice(-last.length), last),
    Math.abs(total - sum) / Math.max(1, actual.length),
  );
}
