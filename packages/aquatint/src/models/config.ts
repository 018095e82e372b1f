import { z } from "zod";
import { AquatintError } from "../errors.ts";
import { itemAt } from "../util/items.ts";

/** Reader of the `config.json` of one kind of model. */
export interface ConfigSpec<Fields extends z.ZodRawShape> {
  /** The class that the file was written by, for messages. */
  readonly model: string;
  /** The keys that are read, with the defaults of the reference implementation. */
  readonly fields: Fields;
  /** Keys that may change the numbers, known at these values only. */
  readonly fixed: Readonly<Record<string, readonly unknown[]>>;
  /** Keys that do not change the numbers. */
  readonly inert: readonly string[];
  /** Check of the fields together: says what is wrong. */
  readonly check?: (config: z.output<z.ZodObject<Fields>>) => string | undefined;
}

/**
 * Makes the parser of one kind of `config.json`; keys that begin with "_" pass.
 * @throws AquatintError "config/unknown-key", "config/unsupported" or "config/value", from the parser.
 */
export function configParser<Fields extends z.ZodRawShape>({ model, fields, fixed, inert, check }: ConfigSpec<Fields>) {
  const schema = z.object(fields);
  const passed = new Set([...Object.keys(fields), ...inert]);
  return (json: unknown): z.output<z.ZodObject<Fields>> => {
    const object = z.record(z.string(), z.unknown()).safeParse(json);
    if (!object.success) throw new AquatintError("config/value", `the config of ${model} is not a JSON object`);
    for (const [key, value] of Object.entries(object.data)) {
      if (key.startsWith("_") || passed.has(key)) continue;
      expectFixed(model, key, value, fixed[key]);
    }
    const config = schema.safeParse(object.data);
    if (!config.success) throw valueError(model, itemAt(config.error.issues, 0), object.data);
    const wrong = check?.(config.data);
    if (wrong) throw new AquatintError("config/value", `the config of ${model}: ${wrong}`);
    return config.data;
  };
}

function expectFixed(model: string, key: string, value: unknown, allowed: readonly unknown[] | undefined): void {
  if (!allowed) {
    throw new AquatintError(
      "config/unknown-key",
      `the config of ${model} has an unknown key "${key}": ${show(value)}`,
      {
        hint: "check the spelling; a key of your own may begin with an underscore",
      },
    );
  }
  if (allowed.some((item) => show(item) === show(value))) return;
  throw new AquatintError(
    "config/unsupported",
    `the config of ${model} has "${key}": ${show(value)}, supported is ${allowed.map(show).join(" or ")}`,
    { hint: "use a checkpoint without this option: leaving it out would change the images" },
  );
}

function valueError(model: string, { path, message }: z.core.$ZodIssue, json: Record<string, unknown>): AquatintError {
  const value = show(json[String(path[0])]);
  return new AquatintError("config/value", `the config of ${model} has "${path.join(".")}": ${value}. ${message}`);
}

const show = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));
