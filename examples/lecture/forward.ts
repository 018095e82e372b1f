import { addNoise, noised, schedules } from "aquatint/diffusion";
import { torchCpu } from "aquatint/math";

// #region
const { level } = schedules.linear();
const x0 = Float32Array.of(-1, -0.2, 0.4, 1); // an image of four values

// one jump to t = 300
const eps = torchCpu(0).randn(x0.length);
const jump = noised(level(300), { x0, eps });

// the chain: every step adds fresh noise
const stream = torchCpu(1);
let x: Float32Array = x0;
for (let t = 1; t <= 300; t++) x = addNoise(level(t - 1), level(t), x, stream.randn(x0.length));
// #endregion

const round = (values: Float32Array) => Array.from(values, (value) => value.toFixed(3)).join(" ");
console.log(round(jump));
console.log(round(x));
