import { flowMatching, varianceExploding } from "../process/coordinates.ts";
import { defineSampler } from "./define-sampler.ts";
import { intervals } from "./loop.ts";
import { addChurn, churnOptions } from "./methods/churn.ts";
import { heunStep } from "./methods/heun-step.ts";
import { choice } from "./options.ts";

const coordinateSystems = { "variance-exploding": varianceExploding, "flow-matching": flowMatching } as const;

/** Heun's method on the probability flow. */
export const heun = defineSampler({
  name: "heun",
  title: "Heun",
  order: 2,
  stochastic: false,
  evaluations: 2,
  spacing: "trailing",
  automatic: "uniform",
  aliases: {
    HeunDiscreteScheduler: {},
    FlowMatchHeunDiscreteScheduler: { options: { coordinates: "flow-matching" } },
  },
  reference: "Karras et al. 2022, algorithm 1, arXiv:2206.00364",
  options: {
    ...churnOptions,
    coordinates: choice(
      ["variance-exploding", "flow-matching"],
      "The coordinates in which it draws straight lines.",
      "variance-exploding",
    ),
  },
  create: ({ coordinates, ...churn }) =>
    async function* (input) {
      let { x } = input;
      for (const interval of intervals(input)) {
        const start = addChurn(input, interval, x, churn);
        x = yield* heunStep(input, interval, start, coordinateSystems[coordinates]);
      }
      return x;
    },
});
