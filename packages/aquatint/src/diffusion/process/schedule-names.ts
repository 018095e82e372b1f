import { unknownName } from "../../math/names.ts";
import { edm, flow } from "./flow-schedules.ts";
import type { Schedule } from "./level.ts";
import { schedules } from "./schedules.ts";

const all: Readonly<Record<string, (options: { readonly steps?: number }) => Schedule>> = { ...schedules, flow, edm };

/** The names of every schedule, those of continuous models included. */
export const scheduleNames: readonly string[] = Object.keys(all);

/** The schedule of a name over T steps. @throws AquatintError "schedule/unknown" with the nearest name. */
export function scheduleNamed(name: string, options: { readonly steps?: number } = {}): Schedule {
  const create = Object.hasOwn(all, name) ? all[name] : undefined;
  if (create) return create(options);
  throw unknownName("schedule/unknown", { name: name, kind: "schedule", names: scheduleNames });
}
