/** The schedule that "Automatic" stands for in AUTOMATIC1111's web UI 1.9 and later, by the sampler's label there (modules/sd_samplers_kdiffusion.py). */
const automatic: Readonly<Record<string, string>> = {
  "DPM++ 2M": "Karras",
  "DPM++ SDE": "Karras",
  "DPM++ 2M SDE": "Exponential",
  "DPM++ 2M SDE Heun": "Exponential",
  "DPM++ 2S a": "Karras",
  "DPM++ 3M SDE": "Exponential",
  "Euler a": "Normal",
  Euler: "Normal",
  LMS: "Normal",
  Heun: "Normal",
  DPM2: "Karras",
  "DPM2 a": "Karras",
  Restart: "Karras",
};

/** The schedule of "Automatic" for a sampler of the web UI; undefined for one that lays its own times (DDIM, PLMS, UniPC, LCM). */
export function automaticSchedule(sampler: string): string | undefined {
  const wanted = sampler.trim().toLowerCase();
  return Object.entries(automatic).find(([label]) => label.toLowerCase() === wanted)?.[1];
}
