import { expect, test } from "vitest";
import { torchCpu } from "../../math/random.ts";
import { checkedVariation, variedNoise } from "./variation.ts";

/** PyTorch's numbers for the noise [4, 3, 2] of seed 7 with that of seed 11, by the web UI's formula. */
const expected = {
  0.2: [
    ...[-0.893337, 0.716115, 0.72254, -1.306415, -0.203696, -0.207681, -0.606117, -0.833849, -0.844577, -1.025544],
    ...[0.210603, 1.303685, -1.00315, 0.40274, -1.899169, 0.322726, -0.230025, -0.553119, -1.824291, -0.186442],
    ...[0.882787, 0.763572, 1.33452, 1.294958],
  ],
  1: [
    ...[-0.510798, 1.028272, -0.353152, 0.122991, -0.181554, -1.497228, 0.142105, -0.524282, 0.074439, -0.184296],
    ...[0.796037, 0.959234, 0.778275, 0.482555, -1.829106, -0.55145, 1.911274, 0.297904, -0.704123, 0.4983],
    ...[-0.048813, 1.325152, 0.924006, 0.225527],
  ],
};

test.each(Object.entries(expected))("noise at strength %s is the web UI's", (strength, values) => {
  const noise = torchCpu(7).randn(24);
  const variation = { seed: 11, strength: Number(strength) };
  const varied = variedNoise(noise, { variation, rng: "torch-cpu", shape: [4, 3, 2] });
  for (const [i, value] of values.entries()) expect(varied[i]).toBeCloseTo(value, 5);
});

test("the noise of the same seed stays as it is", () => {
  const noise = torchCpu(7).randn(24);
  const varied = variedNoise(noise, { variation: { seed: 7, strength: 0.3 }, rng: "torch-cpu", shape: [4, 3, 2] });
  for (const [i, value] of noise.entries()) expect(varied[i]).toBeCloseTo(value, 5);
});

test("a strength of 0 is no variation, and one outside of 0 .. 1 is refused", () => {
  expect(checkedVariation({ seed: 1, strength: 0 })).toBeUndefined();
  expect(() => checkedVariation({ seed: 1, strength: 1.5 })).toThrow(
    "expected a variation's strength of 0 to 1, got 1.5",
  );
  expect(() => checkedVariation({ seed: 1, strength: Number.NaN })).toThrow("strength");
});
