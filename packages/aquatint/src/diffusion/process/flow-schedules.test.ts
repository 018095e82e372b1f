import { expect, test } from "vitest";
import { noiseRatio, toCoordinates, varianceExploding, variancePreserving } from "./coordinates.ts";
import { edm, flow } from "./flow-schedules.ts";
import { linear, sigmoid, zeroTerminalSnr } from "./schedules.ts";

test("a flow is a straight line, which its shift bends toward noise", () => {
  expect(flow().level(250)).toEqual({ t: 250, alpha: 0.75, sigma: 0.25 });
  expect(flow({ shift: 3 }).level(500)).toMatchObject({ alpha: 0.25, sigma: 0.75 });
  expect(flow({ shift: 3 }).timestep(500)).toBe(750);
  expect(flow().alphaBar(500)).toBe(0.5);
  expect(() => flow({ shift: 0 })).toThrow("above 0, got 0");
});

test("EDM's sigmas run from 0.002 at 1 to 80 at T, and the network is told ln(sigma) / 4", () => {
  const { level, timestep } = edm();
  expect(level(1).sigma).toBeCloseTo(0.002, 12);
  expect(level(1000).sigma).toBeCloseTo(80, 10);
  expect(level(0).sigma).toBe(0);
  expect(timestep(1000)).toBeCloseTo(Math.log(80) / 4, 10);
  expect(() => edm({ sigmaMin: 2, sigmaMax: 1 })).toThrow("got 2 and 1");
});

test("rescaling to zero terminal SNR keeps the first alphaBar and ends at 0, or at the least", () => {
  const [plain, zero] = [linear(), zeroTerminalSnr(linear())];
  expect(zero.alphaBar(1)).toBeCloseTo(plain.alphaBar(1), 12);
  expect(zero.alphaBar(1000)).toBe(0);
  expect(zero.alphaBar(500)).toBeLessThan(plain.alphaBar(500));
  expect(zeroTerminalSnr(linear(), { least: 2 ** -24 }).alphaBar(1000) * 2 ** 24).toBeCloseTo(1, 6);
});

test("the sigmoid's betas run between its ends", () => {
  const { alphaBar } = sigmoid();
  expect(1 - alphaBar(1)).toBeCloseTo(0.0001 + 0.0199 / (1 + Math.exp(6)), 8);
});

test("coordinates change the factor of a level and not its ratio", () => {
  const level = { t: 3, alpha: 0.5, sigma: 2 };
  expect(toCoordinates(varianceExploding, level)).toEqual({ t: 3, alpha: 1, sigma: 4 });
  const { alpha, sigma } = toCoordinates(variancePreserving, level);
  expect(alpha ** 2 + sigma ** 2).toBeCloseTo(1, 14);
  expect(noiseRatio({ t: 3, alpha, sigma })).toBeCloseTo(4, 14);
});
