import { noiseRatio } from "../process/coordinates.ts";
import { lin } from "../process/latent.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluate, firstOrderStep, intervals, isEndpoint } from "./loop.ts";
import { etaOption } from "./methods/ancestral.ts";
import { dataIntegrator } from "./methods/exponential-integrator.ts";

/** SEEDS of two stages: an evaluation in the step's middle, whose noise is part of the step's. */
export const seeds2 = defineSampler({
  name: "seeds-2",
  title: "SEEDS-2",
  order: 2,
  stochastic: true,
  evaluations: 2,
  spacing: "trailing",
  aliases: {},
  reference: "Gonzalez et al. 2023, SEEDS-2 of the data with its middle at r = 1 / 2, arXiv:2305.14267",
  options: etaOption(1),
  create({ eta }) {
    const integrator = dataIntegrator(eta);
    return async function* (input) {
      let { x } = input;
      for (const interval of intervals(input)) {
        const { i, n, from, to } = interval;
        const first = await evaluate(input, x, from, interval);
        if (isEndpoint(interval)) {
          x = firstOrderStep(interval, first);
          yield { i, n, level: from, next: to, x, x0: first.x0, final: true };
          continue;
        }
        const middle = input.levelAt.ratio(Math.sqrt(noiseRatio(from) * noiseRatio(to)));
        const [k1, k2, k] = [
          integrator.coefficients(from, middle),
          integrator.coefficients(middle, to),
          integrator.coefficients(from, to),
        ];
        const z1 = eta > 0 ? input.noise(from, middle) : undefined;
        const inner = lin([k1.x, x], [k1.phi1, first.x0], ...(z1 ? [[k1.noise, z1] as const] : []));
        yield { i, n, level: from, next: middle, x: inner, x0: first.x0, final: false };
        const second = await evaluate(input, inner, middle, interval);
        const z2 = eta > 0 ? input.noise(middle, to) : undefined;
        const noise =
          z1 && z2
            ? ([
                [k2.x * k1.noise, z1],
                [k2.noise, z2],
              ] as const)
            : [];
        x = lin([k.x, x], [k.phi1, second.x0], ...noise);
        yield { i, n, level: middle, next: to, x, x0: second.x0, final: true };
      }
      return x;
    };
  },
});
