import { torchCpu } from "aquatint/math";
import { expect, test } from "vitest";
import type { Estimate } from "../evaluate/distribution.ts";
import { nearestOf } from "../evaluate/nearest.ts";
import { claimsOf, judged } from "./claims.ts";
import { parseComparison } from "./config.ts";
import { type Measured, type MeasuredModel, type MeasuredPoint, mistimed, pointsOf } from "./measured.ts";
import { placeLabels } from "./place-labels.ts";
import { differentCaptions } from "./report-images.ts";
import { canonical } from "./same.ts";
import { sharpnessOf, slopeOf } from "./sharpness.ts";
import { spherical } from "./spherical.ts";
import { trilemma } from "./trilemma.ts";

const about = (value: number, room = 0.01): Estimate => ({ value, interval: [value - room, value + room] });

interface PointOf {
  readonly label?: string;
  readonly evaluations?: number;
  readonly seconds: number;
  readonly frechet: number;
  readonly precision: number;
  readonly coverage: number;
  readonly slope?: number;
}
const point = ({
  label = "",
  evaluations = 1,
  seconds,
  frechet,
  precision,
  coverage,
  slope = 0.1,
}: PointOf): MeasuredPoint => ({
  ...{ label, evaluations, seconds, secondsInBatch: seconds / 2, accuracy: about(0.9), sharpness: about(slope, 0.001) },
  distance: {
    ...{ frechet: about(frechet), precision: about(precision), coverage: about(coverage) },
    ...{ recall: about(coverage), density: about(0.5) },
  },
});
const model = (task: string, points: readonly MeasuredPoint[], bits?: number): MeasuredModel => ({
  ...{ name: task.toUpperCase(), task, parameters: 10, points, neighbors: [1] },
  training: { minutes: 1, steps: 10, batchSize: 2, parameters: 20, machine: null },
  bound:
    bits === undefined ? null : { elbo: { reconstruction: bits, priorMatching: 0, denoisingMatching: 0, total: bits } },
});
const measured = (models: readonly MeasuredModel[]): Measured => ({
  ...{ title: "test", images: 10, split: "held-out", size: [2, 2], models, floorNeighbors: [1] },
  floor: point({ seconds: 1, frechet: 0.1, precision: 0.9, coverage: 0.8, slope: 0.2 }),
});
const usual = measured([
  model("vae", [point({ seconds: 0.01, frechet: 4, precision: 0.3, coverage: 0.4 })], 2),
  model("gan", [point({ seconds: 0.01, frechet: 3, precision: 0.8, coverage: 0.3 })]),
  model(
    "denoising",
    [
      point({ label: "DDIM 1", seconds: 0.01, frechet: 9, precision: 0.1, coverage: 0.1 }),
      point({ label: "DDIM 64", evaluations: 64, seconds: 0.64, frechet: 1, precision: 0.8, coverage: 0.8 }),
    ],
    1,
  ),
]);

test("where numbers tell the usual story every claim shows, and turned round the opposite does", () => {
  const claims = claimsOf(usual);
  expect(claims.length).toBe(9);
  expect(claims.filter(({ verdict }) => verdict !== "shows")).toEqual([]);
  const [vae, gan, denoising] = usual.models as [MeasuredModel, MeasuredModel, MeasuredModel];
  const swapped = measured([
    { ...vae, points: denoising.points.slice(1), bound: denoising.bound },
    gan,
    { ...denoising, points: vae.points, bound: vae.bound },
  ]);
  const verdicts = new Map(claimsOf(swapped).map(({ story, verdict }) => [story, verdict]));
  expect(verdicts.get("Diffusion comes nearer to the data than a VAE")).toBe("the opposite shows");
  expect(verdicts.get("Diffusion's bound on the likelihood is better than a VAE's")).toBe("the opposite shows");
  expect(verdicts.get("Diffusion is slower than models of one pass")).toBe("the opposite shows");
  expect(verdicts.has("More steps bring diffusion nearer to the data")).toBe(false);
  expect(claimsOf(measured([vae, gan]))).toEqual([]);
});

test("a distilled model is held against as many steps of its teacher, where there are as many", () => {
  const story = "Distilled, diffusion comes nearer to the data in few steps than its teacher in as many";
  const verdict = (student: MeasuredPoint) =>
    claimsOf({ ...usual, models: [...usual.models, model("distillation", [student])] }).find(
      (claim) => claim.story === story,
    )?.verdict;
  const few = { label: "DDIM 1", seconds: 0.01, precision: 0.8, coverage: 0.8 };
  expect(verdict(point({ ...few, frechet: 2 }))).toBe("shows");
  expect(verdict(point({ ...few, frechet: 10 }))).toBe("the opposite shows");
  expect(verdict(point({ ...few, evaluations: 2, frechet: 2 }))).toBeUndefined();
});

test("a claim is told only where the intervals do not meet", () => {
  expect(judged(about(1), about(0.9))).toBe("shows");
  expect(judged(about(0.9), about(1))).toBe("the opposite shows");
  expect(judged(about(1, 0.1), about(0.9, 0.1))).toBe("cannot be told");
});

test("in the triangle a point lies where its scores pull it", () => {
  const placed = trilemma(pointsOf(usual), usual.floor.distance);
  expect(placed.map(({ region }) => region)).toEqual(["speed", "speed", "speed", "coverage"]);
  const slow = placed.at(-1)!;
  expect(slow.scores.speed).toBeCloseTo(0, 9);
  expect(slow.scores.coverage).toBeCloseTo(1, 9);
  expect(slow.scores.quality).toBeCloseTo(0.8 / 0.9, 9);
  for (const { x, y } of placed) {
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(Math.sqrt(3) * Math.min(x, 1 - x) + 1e-9);
  }
});

test("times that fall where evaluations rise are told as such", () => {
  expect(mistimed(usual)).toEqual([]);
  const [few, many] = usual.models[2]!.points as [MeasuredPoint, MeasuredPoint];
  const turned = model("denoising", [{ ...few, seconds: 2 }, many]);
  expect(mistimed(measured([usual.models[0]!, turned]))).toEqual([turned]);
});

test("a way along the sphere keeps the length of its ends, and of equal ends it is a point", () => {
  const random = torchCpu(1);
  const [a, b] = [random.randn(3000), random.randn(3000)];
  const length = (x: Float32Array) => Math.hypot(...x);
  expect(spherical(a, b, 0)).toEqual(a);
  expect(length(spherical(a, b, 0.5)) / length(a)).toBeCloseTo(1, 1);
  expect(length(a.map((v, i) => (v + b[i]!) / 2)) / length(a)).toBeLessThan(0.75);
  expect([...spherical(a, a, 0.3)].every((v, i) => Math.abs(v - a[i]!) < 1e-6)).toBe(true);
});

test("sharp edges have the larger slope", () => {
  const gray = (values: readonly number[]) => ({
    ...{ width: 4, height: 1, channels: 3 as const },
    data: Uint8Array.from(values.flatMap((v) => [v, v, v])),
  });
  const [sharp, soft, flat] = [gray([0, 0, 255, 0]), gray([0, 100, 200, 100]), gray([9, 9, 9, 9])];
  expect(slopeOf(sharp)).toBeCloseTo(2 / 4, 9);
  expect(slopeOf(soft)).toBeLessThan(slopeOf(sharp));
  expect(slopeOf(flat)).toBe(0);
  const { value, interval } = sharpnessOf([sharp, flat]);
  expect(value).toBeCloseTo(0.25, 9);
  expect(interval[0]).toBeLessThan(interval[1]);
});

test("the nearest neighbor is found by pixels", () => {
  const references = Float32Array.of(0, 0, 1, 1, -1, 1);
  const [a, b] = nearestOf(Float32Array.of(0.9, 1, -1, 0.5), references, 2);
  expect([a!.index, b!.index]).toEqual([1, 2]);
  expect(b!.distance).toBeCloseTo(Math.sqrt(0.25 / 2), 6);
});

test("ways are shown of captions that ask for different things", () => {
  expect(differentCaptions(["a one", "one", "a two", "three", "four"], ["1", "1", "2", "3", "4"])).toEqual([
    "a one",
    "a two",
    "three",
  ]);
});

test("words keep clear of dots, of each other and of the edge", () => {
  const placed = (
    labels: Parameters<typeof placeLabels>[0],
    obstacles: Parameters<typeof placeLabels>[1]["obstacles"] = [],
  ) => placeLabels(labels, { width: 200, fontSize: 10, obstacles });
  const dot = (x: number, text = "DDIM 1") => ({ x, y: 50, r: 4, text });
  expect(placed([dot(50)])).toEqual([{ dx: 8, dy: 0, anchor: "start" }]);
  expect(placed([dot(190)])[0]!.anchor).toBe("end");
  expect(placed([dot(100), dot(112)]).map(({ anchor }) => anchor)).toEqual(["end", "start"]);
  const above = { left: 0, right: 200, top: 0, bottom: 45 };
  const sides = [60, 140].map((x) => ({ left: x - 39, right: x + 39, top: 45, bottom: 55 }));
  const [below] = placed([dot(100, "DDIM")], [above, ...sides]);
  expect(below).toMatchObject({ dx: 0, anchor: "middle" });
  expect(below!.dy).toBeGreaterThan(0);
});

test("equal configurations are equal whatever the order of their keys", () => {
  expect(canonical({ a: 1, b: { c: [1, 2], d: 3 } })).toBe(canonical({ b: { d: 3, c: [1, 2] }, a: 1 }));
  expect(canonical([1, 2])).not.toBe(canonical([2, 1]));
});

test("a wrong configuration is refused with its place", () => {
  const models = [
    { name: "one", config: "a.json" },
    { name: "one", config: "b.json" },
  ];
  const refused = (json: unknown, message: RegExp) =>
    expect(() => parseComparison(json, { name: "c.json" })).toThrow(
      expect.objectContaining({ code: "config/invalid", message: expect.stringMatching(message) }),
    );
  refused({ title: "t", judge: "j.json", models }, /two are called "one"/);
  refused({ title: "t", judge: "j.json", models: models.slice(1) }, /"models"/);
  refused({ title: "t", judge: "j.json", models, measure: { images: 3 } }, /"measure.images"/);
  refused([], /c\.json/);
});
