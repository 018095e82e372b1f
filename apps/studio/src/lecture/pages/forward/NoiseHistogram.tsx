import { Histogram } from "../../chart/Histogram.tsx";
import { Formula } from "../../text/formula.tsx";
import type { NoiseState } from "./jobs.ts";
import { histogramRange, standardDensity } from "./statistics.ts";

/** Top of the histogram, in density: N(0, 1) reaches 0.4. */
const TOP = 0.9;
const none = new Float64Array(64);

/** The values of x_t beside the normal distribution that they approach. */
export const NoiseHistogram = ({ state }: { readonly state: NoiseState | undefined }) => (
  <div className="captioned wide">
    <Histogram
      label={`Histogram of the values of xₜ at t = ${state?.t ?? 0}, with the density of N(0, 1)`}
      range={histogramRange}
      density={state?.density ?? none}
      curve={standardDensity}
      top={TOP}
    />
    <div className="captioned-name">
      values of <Formula tex="x_t" />, and <Formula tex="\N(0, 1)" />
    </div>
  </div>
);
