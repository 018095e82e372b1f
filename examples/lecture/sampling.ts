import { gaussianMixture, levelFinder, levels, samplers, schedules, variancePreserving } from "aquatint/diffusion";
import { torchCpu } from "aquatint/math";

// #region
const schedule = schedules.linear();
const data = gaussianMixture([{ mean: [-1] }, { mean: [1] }].map((part) => ({ ...part, covariance: 0.01 })));
const stream = torchCpu(1);

const run = samplers.ddim.create()({
  x: torchCpu(0).randn(1000), // noise
  rows: 1,
  levels: levels({ schedule, steps: 50 }),
  denoise: data.denoise, // or a network
  noise: () => stream.randn(1000), // for samplers that add some
  levelAt: levelFinder({ schedule, coordinates: variancePreserving }),
});
let x: Float32Array | undefined;
for await (const step of run) x = step.x;
// #endregion

console.log(x!.filter((value) => value > 0).length, Math.abs(x![0]!).toFixed(2));
