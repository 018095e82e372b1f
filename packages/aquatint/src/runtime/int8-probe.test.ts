import { expect, test } from "vitest";
import { int8ProbeLength, saturates } from "./int8-probe.ts";

test("sums that were cut off at 16 bits are told from whole ones", () => {
  const pairs = int8ProbeLength / 2;
  const exact = new Array(int8ProbeLength).fill(2 * pairs * 255 * 127);
  expect(saturates(exact)).toBe(false);
  expect(saturates(exact.fill(pairs * 32_767))).toBe(true);
});
