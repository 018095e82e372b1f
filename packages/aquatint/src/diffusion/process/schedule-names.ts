import { unknownName } from "../../math/names.ts";
import { edm, flow } from "./flow-schedules.ts";
import type { Schedule } from "./level.ts";
import { betaSchedules } from "./schedules.ts";

/** Every schedule, those of continuous models included, by the name that commands take: `schedules.linear()`. */
export const schedules = { ...betaSchedules, flow, edm };

/** The name of a schedule in the registry. */
export type ScheduleName = keyof typeof schedules;

const all: Readonly<Record<string, (options: { readonly steps?: number }) => Schedule>> = schedules;

/** The names of every schedule, those of continuous models included. */
export const scheduleNames: readonly string[] = Object.keys(all);

/** The schedule of a name over T steps. @throws AquatintError "schedule/unknown" with the nearest name. */
export function scheduleNamed(name: string, options: { readonly steps?: number } = {}): Schedule {
  const create = Object.hasOwn(all, name) ? all[name] : undefined;
  if (create) return create(options);
  throw unknownName("schedule/unknown", { name: name, kind: "schedule", names: scheduleNames });
}
