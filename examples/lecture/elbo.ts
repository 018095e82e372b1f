import { type ElboTerm, elbo, elboOf, normalLogDensity, reverseStep } from "@aquatint/lab/elbo";
import { gaussianMixture, levels, schedules } from "aquatint/diffusion";
import { torchCpu } from "aquatint/math";

// #region
const model = gaussianMixture([{ mean: [0], covariance: 0.36 }]); // or a network
const x0 = Float32Array.from(model.sample(torchCpu(0), 500));
const stream = torchCpu(1);

const terms: ElboTerm[] = [];
for await (const term of elbo({
  levels: levels({ schedule: schedules.linear(), steps: 200 }), // from T down to 0
  reverse: reverseStep(model.denoise, { variance: "forward" }),
  x0,
  noise: () => stream.randn(x0.length),
  logLikelihood: normalLogDensity, // for images: 256 values
})) {
  terms.push(term);
}
const { reconstruction, priorMatching, denoisingMatching, total } = elboOf(terms);
// #endregion

const sums = [reconstruction, priorMatching, denoisingMatching, total];
console.log(sums.map((bits) => bits.toFixed(4)).join(" "));
