import { edm, flow } from "../diffusion/continuous.ts";
import type { Schedule } from "../diffusion/level.ts";
import { schedules } from "../diffusion/schedules.ts";
import { AquatintError } from "../errors.ts";
import { nearest } from "../math/nearest.ts";

const all: Readonly<Record<string, (options: { readonly steps?: number }) => Schedule>> = { ...schedules, flow, edm };

/** The names of every schedule, those of continuous models included. */
export const scheduleNames: readonly string[] = Object.keys(all);

/** The schedule of a name over T steps. @throws AquatintError "schedule/unknown" with the nearest name. */
export function scheduleNamed(name: string, options: { readonly steps?: number } = {}): Schedule {
  const create = Object.hasOwn(all, name) ? all[name] : undefined;
  if (create) return create(options);
  const close = nearest(name, scheduleNames);
  throw new AquatintError("schedule/unknown", `there is no schedule "${name}"`, {
    hint: `${close ? `did you mean "${close}"? ` : ""}the schedules are ${scheduleNames.join(", ")}`,
  });
}
