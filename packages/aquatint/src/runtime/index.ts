/** Runtimes, which run programs: `nodeRuntime` is in aquatint/node, `webRuntime` in aquatint/web. */
export {
  describeNonFinite,
  type FindNonFiniteOptions,
  findNonFinite,
  type NonFinite,
  type Statistics,
} from "./non-finite.ts";
export type { Device, Program, RunOptions, Runtime, RuntimeOptions, State } from "./types.ts";
