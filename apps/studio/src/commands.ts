import type { Commands } from "aquatint/cli";

/** The commands that this package adds to `aquatint`. */
export const commands: Commands = {
  studio: async () => (await import("./command/studio.node.ts")).addStudio,
};
