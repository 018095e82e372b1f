import type { Commands } from "aquatint/cli";

/** The commands that this package adds to `aquatint`. */
export const commands: Commands = {
  compare: async () => (await import("./commands/compare.node.ts")).addCompare,
  theory: async () => (await import("./commands/theory.node.ts")).addTheory,
};
