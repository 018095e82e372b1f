import { elements, type Method, rolesBy } from "./method.ts";

/** A whole difference of weights, as LyCORIS ("full") and ComfyUI's extraction write it: y + s (dW x + db). */
export const difference: Method = {
  name: "whole differences",
  role: rolesBy([
    [/^diff$/, "weight"],
    [/^diff_b$/, "bias"],
  ]),
  fault: () => undefined,
  fits: ({ weight, bias }, shape) =>
    (!weight || elements(weight.shape) === elements(shape)) && (!bias || elements(bias.shape) === shape[0]),
  rank: () => undefined,
  branch: ({ weight, bias }, scale) => ({ weight, bias, scale }),
};
