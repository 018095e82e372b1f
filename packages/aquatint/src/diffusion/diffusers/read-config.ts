import { AquatintError } from "../../errors.ts";
import { didYouMean } from "../../math/names.ts";
import { isJsonObject, readFields } from "../../util/fields.ts";
import type { JsonObject } from "../../util/json.ts";
import type { SchedulerSettings } from "../scheduler.ts";
import type { SchedulerClass } from "./fields.ts";

/** Finds the class that a configuration names in a table by class names. @throws AquatintError */
export function namedClass<T>(
  json: unknown,
  table: Readonly<Record<string, T>>,
): { readonly entry: T; readonly config: JsonObject } {
  if (!isJsonObject(json)) throw new AquatintError("config/invalid", "a scheduler's configuration is a JSON object");
  const name = json["_class_name"];
  const entry = typeof name === "string" && Object.hasOwn(table, name) ? table[name] : undefined;
  if (entry) return { entry, config: json };
  throw new AquatintError("config/scheduler-class", `cannot read a scheduler of class ${JSON.stringify(name)}`, {
    hint: `its "_class_name" is one of ${Object.keys(table).join(", ")}`,
  });
}

/** The keys of a configuration that its class does not read; those that begin with "_" pass. */
export const foreignKeys = ({ fields }: SchedulerClass, config: JsonObject): readonly string[] =>
  Object.keys(config).filter((key) => !key.startsWith("_") && !Object.hasOwn(fields, key));

/** The settings of a configuration; `otherKeys` are those of other classes, which pass. @throws AquatintError */
export function classSettings(
  schedulerClass: SchedulerClass,
  config: JsonObject,
  otherKeys: ReadonlySet<string>,
): SchedulerSettings {
  const { fields, settings } = schedulerClass;
  const unknown = foreignKeys(schedulerClass, config).find((key) => !otherKeys.has(key));
  if (unknown !== undefined) {
    const otherwise = "remove it if it changes no numbers; otherwise it is not supported";
    throw new AquatintError(
      "config/unknown-option",
      `the scheduler's configuration has an unknown option "${unknown}"`,
      {
        hint: didYouMean(unknown, Object.keys(fields)) ?? otherwise,
      },
    );
  }
  const values = readFields(
    fields,
    config,
    ({ path, expected, actual }) =>
      new AquatintError("config/invalid", `the scheduler's "${path}": expected ${expected}, got ${actual}`),
  );
  return settings(values);
}
