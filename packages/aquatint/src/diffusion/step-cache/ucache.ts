import { positive } from "../samplers/options.ts";
import { distance, reuseUntil, size, windowOptions } from "./change.ts";
import { defineStepCache } from "./define-step-cache.ts";

/** Growth of the expected change with every further use of one evaluation. */
const HORIZON = 0.5;

/** UCache: like EasyCache, measured also against the change between evaluations, and stricter the longer one is used. */
export const ucache = defineStepCache({
  name: "ucache",
  title: "UCache",
  adaptive: true,
  reference: "the mode of that name in stable-diffusion.cpp, for U-Nets; applied to the estimated data",
  options: {
    threshold: positive(
      "expected change since the last evaluation, in units of the geometric mean of the data's size and its last change",
      0.7,
    ),
    ...windowOptions,
  },
  create: (options) =>
    reuseUntil(options, ({ moved, rate, reused, evaluations: [last, before] }) => {
      const unit = Math.sqrt(size(last.x0) * distance(last.x0, before.x0));
      return ((1 + HORIZON * reused) * rate * moved) / unit;
    }),
});
