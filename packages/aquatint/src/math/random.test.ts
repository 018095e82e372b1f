import { expect, test } from "vitest";
import streams from "../../test/fixtures/parity/random.json" with { type: "json" };
import { type RandomState, restoreTorchCpu, torchCpu } from "./random.ts";

type Excerpt = { first: number[]; last: number[]; sum: number };
const seeds = Object.entries(streams as unknown as Record<string, Record<string, unknown>>);

/** The reference data's bound: |a - b| <= 1e-6 max(1, |b|). */
function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6) {
  expect(actual.length).toBe(expected.length);
  expected.forEach((b, i) => {
    expect(Math.abs(actual[i]! - b)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b)));
  });
}

const randn = seeds.flatMap(([seed, cases]) =>
  Object.entries(cases)
    .filter(([name]) => /^randn_\d+$/.test(name))
    .map(([name, excerpt]) => [seed, Number(name.slice("randn_".length)), excerpt as Excerpt] as const),
);

test.each(randn)("seed %s: randn(%i) equals torch's", (seed, n, { first, last, sum }) => {
  const x = torchCpu(BigInt(seed)).randn(n);
  expectClose(x.subarray(0, first.length), first);
  expectClose(x.subarray(n - last.length), last);
  expectClose([x.reduce((a, b) => a + b, 0)], [sum], 1e-5);
});

test.each(seeds)("seed %s: the other draws equal torch's", (seed, cases) => {
  const stream = () => torchCpu(BigInt(seed));
  const sequence = cases.sequence_256_256_3_20 as Record<"a" | "b" | "c" | "d", number[]>;
  const single = stream();
  expectClose(single.randn(256).subarray(0, 8), sequence.a);
  expectClose(single.randn(256).subarray(0, 8), sequence.b);
  expectClose(single.randn(3), sequence.c);
  expectClose(single.randn(20), sequence.d);
  expectClose(stream().rand(10), cases.rand_10 as number[], 0);
  expect(Array.from(stream().randint(0, 1000, 20))).toEqual(cases.randint_0_1000_20);
  expect(Array.from(stream().randperm(20))).toEqual(cases.randperm_20);
  expectClose(stream().randn64(20), cases.randn_float64_20 as number[], 1e-13);
});

test("a short draw in double precision follows the pairs of the float32 one", () => {
  expect(new Float32Array(torchCpu(5).randn64(7))).toEqual(torchCpu(5).randn(7));
});

test("a negative seed and one with high bits read as their low 32 bits, as in torch", () => {
  expect(torchCpu(-1).rand(3)).toEqual(torchCpu(0xffffffff).rand(3));
  expect(torchCpu(2n ** 40n + 7n).rand(3)).toEqual(torchCpu(7).rand(3));
});

test("randint shifts by low, negative ranges included", () => {
  const shifted = torchCpu(3).randint(-5, 5, 50);
  expect(shifted).toEqual(
    torchCpu(3)
      .randint(0, 10, 50)
      .map((k) => k - 5),
  );
});

test("a stream resumes from its snapshot through JSON, the spare normal included", () => {
  const stream = torchCpu(9);
  stream.randn(3);
  stream.rand(700);
  const state = JSON.parse(JSON.stringify(stream.snapshot())) as RandomState;
  expect(state.spareNormal).not.toBeNull();
  const rest = [stream.randn(5), stream.randn(1000)];
  const resumed = restoreTorchCpu(state);
  expect([resumed.randn(5), resumed.randn(1000)]).toEqual(rest);
});

test("normals have mean 0, variance 1 and kurtosis 3", () => {
  const x = torchCpu(1).randn(200_000);
  const moment = (k: number) => x.reduce((sum, v) => sum + v ** k, 0) / x.length;
  expect(Math.abs(moment(1))).toBeLessThan(0.01);
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.015);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
});

test("wrong seeds, ranges and states are refused", () => {
  expect(() => torchCpu(1.5)).toThrow("64-bit integer, got 1.5");
  expect(() => torchCpu(2 ** 53)).toThrow("64-bit integer");
  expect(() => torchCpu(2n ** 64n)).toThrow("64-bit integer");
  expect(() => torchCpu(0).randint(4, 4, 1)).toThrow("got 4 and 4");
  const { words: _, ...cut } = torchCpu(0).snapshot();
  expect(() => restoreTorchCpu({ ...cut, words: [1] })).toThrow("not a state");
});
