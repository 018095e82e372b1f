import type { Commands } from "aquatint/cli";

/** The commands that this package adds to `aquatint`. */
export const commands: Commands = {
  schedule: async () => (await import("./commands/schedule.node.ts")).addSchedule,
  noise: async () => (await import("./commands/noise.node.ts")).addNoise,
  denoise: async () => (await import("./commands/denoise.node.ts")).addDenoise,
  elbo: async () => (await import("./commands/elbo.node.ts")).addElbo,
  compare: async () => (await import("./commands/compare.node.ts")).addCompare,
  theory: async () => (await import("./commands/theory.node.ts")).addTheory,
};
