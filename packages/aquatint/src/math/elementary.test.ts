import { expect, test } from "vitest";
import { fastLog, fastSine } from "./elementary.ts";

test("the logarithm is right to 1e-10 from 1/2 to 2^32", () => {
  for (let k = -1; k < 32; k++) {
    for (const part of [1, 1.1, 1.4, 1.42, 1.7, 1.999]) {
      const x = Math.max(part * 2 ** k, 0.5);
      expect(Math.abs(fastLog(x) - Math.log(x))).toBeLessThan(1e-10);
    }
  }
});

test("the sine is right to 1e-10 over a whole turn", () => {
  for (let q = -2; q <= 2; q += 1 / 64) expect(Math.abs(fastSine(q) - Math.sin((q * Math.PI) / 2))).toBeLessThan(1e-10);
});
