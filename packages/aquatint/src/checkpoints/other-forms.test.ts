import { expect, test } from "vitest";
import { otherForm } from "./other-forms.ts";

test("a form that is not read is named, by any of its tensors", () => {
  expect(otherForm(["model.diffusion_model.out.2.bias", "edm_vpred.sigma_max"])).toBe(
    "a CosXL model, which was trained by EDM",
  );
  expect(otherForm(["model.diffusion_model.out.2.bias"])).toBeUndefined();
});
