import { walkCases, walkFault } from "../packages/aquatint/test/sampler-walk.ts";

/** Every sampler on every published schedule: how many walks were made, and those that are at fault. */
export async function samplerWalk(): Promise<object> {
  const faults: Record<string, string> = {};
  for (const walkCase of walkCases) {
    const fault = await walkFault(walkCase).catch((error: unknown) => String(error));
    if (fault === undefined) continue;
    const { config, sampler, steps, begin } = walkCase;
    faults[`${config} | ${sampler || "its own"} | ${steps} steps from ${begin}`] = fault;
  }
  return { walks: walkCases.length, faults: Object.keys(faults).length, ...faults };
}
