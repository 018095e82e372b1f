import { positive } from "../samplers/options.ts";
import { reuseUntil, size, windowOptions } from "./change.ts";
import { defineStepCache } from "./define-step-cache.ts";

/** EasyCache: how much the estimate changes follows from how much x does, at the rate of the last two evaluations. */
export const easy = defineStepCache({
  name: "easy",
  title: "EasyCache",
  adaptive: true,
  reference: "Zhou et al. 2025, algorithm 1, arXiv:2507.02860; applied to the estimated data",
  options: {
    threshold: positive("expected change of the data since the last evaluation, as a share of its size", 0.25),
    ...windowOptions,
  },
  create: (options) => reuseUntil(options, ({ moved, rate, evaluations: [last] }) => (rate * moved) / size(last.x0)),
});
