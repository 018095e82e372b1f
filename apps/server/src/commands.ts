import type { Commands } from "aquatint/cli";

/** The commands that this package adds to `aquatint`. */
export const commands: Commands = {
  serve: async () => (await import("./commands/serve.ts")).addServe,
  worker: async () => (await import("./commands/worker.ts")).addWorker,
  users: async () => (await import("./commands/users.ts")).addUsers,
  mcp: async () => (await import("./commands/mcp.ts")).addMcp,
};
