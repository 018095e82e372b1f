import { expect, test } from "vitest";
import { int8ProbeLength, saturates } from "./int8-probe.ts";

test("sums that were cut off at 16 bits are told from whole ones", () => {
  const pairs = int8ProbeLength / 2;
  const whole = new Array(int8ProbeLength).fill(2 * pairs * 255 * 127);
  expect(saturates(whole)).toBe(false);
  expect(saturates(whole.fill(pairs * 32_767))).toBe(true);
});
