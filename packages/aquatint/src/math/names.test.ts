import { expect, test } from "vitest";
import { unknownName } from "./names.ts";

const names = ["ddpm", "ddim", "heun", "renoise"];

test("an unknown name is refused with the nearest, if there is one, and with all", () => {
  expect(unknownName("sampler/unknown", { name: "hune", kind: "sampler", names })).toMatchObject({
    code: "sampler/unknown",
    message: 'there is no sampler "hune"',
    hint: 'did you mean "heun"? the samplers are ddpm, ddim, heun, renoise',
  });
  expect(unknownName("sampler/unknown", { name: "bogosort", kind: "sampler", names }).hint).toBe(
    "the samplers are ddpm, ddim, heun, renoise",
  );
});
