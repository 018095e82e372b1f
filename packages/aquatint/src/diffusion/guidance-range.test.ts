import { expect, test } from "vitest";
import { isGuided } from "./guidance.ts";
import { checkedGuidanceRange } from "./guidance-range.ts";

const levels = [3, 1, 0.5, 0].map((sigma) => ({ t: 0, alpha: 1, sigma }));
const run = { levels, cfg: true };

test("guidance acts above the lower end and up to the higher one, whatever the coordinates", () => {
  const within = (sigma: number, alpha = 1) => isGuided({ t: 0, alpha, sigma }, [0.5, 3]);
  expect([within(0.5), within(0.51), within(3), within(3.1), within(0.6, 0.2), within(1, 0)]).toEqual([
    false,
    true,
    true,
    false,
    true,
    false,
  ]);
  expect(isGuided({ t: 0, alpha: 0, sigma: 1 }, undefined)).toBe(true);
});

test.each([
  [[1, 1], run, "low..high, got 1..1"],
  [[-1, 1], run, "low..high, got -1..1"],
  [[0, Number.POSITIVE_INFINITY], run, "got 0..Infinity"],
  [[0.5, 2], { ...run, cfg: false }, "without guidance"],
  [[0.5, 2], { ...run, unconditionalSampler: "ddim-cfgpp" }, 'the sampler "ddim-cfgpp" reads'],
  [[4, 9], run, "no step lies in the guidance range 4..9: they go from 3.00 to 0.500"],
] as const)("a range that would change nothing or cannot be kept is refused: %j", (range, check, message) => {
  const refused = expect.objectContaining({
    code: "generate/guidance-range",
    message: expect.stringContaining(message),
  });
  expect(() => checkedGuidanceRange([range[0], range[1]], check)).toThrow(refused);
});

test("a range that some step lies in is kept", () => {
  expect(checkedGuidanceRange([0.5, 2], run)).toEqual([0.5, 2]);
});
