import { scheduleFromAlphaBar, schedules, snr } from "aquatint/diffusion";

// #region
const linear = schedules.linear();
const cosine = schedules.cosine();
const mine = scheduleFromAlphaBar((u) => (1 - u) ** 2); // any falling function of u = t / T

for (const { name, alphaBar, level } of [linear, cosine, mine]) {
  console.log(name, alphaBar(500).toFixed(4), snr(level(500)).toFixed(4));
}
// #endregion
