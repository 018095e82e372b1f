import { AquatintError } from "../errors.ts";
import { excerpt, type FieldProblem, type Fields, type FieldValues, isJsonObject, readFields } from "../util/fields.ts";

/** Reader of the `config.json` of one kind of model. */
export interface ConfigSpec<F extends Fields> {
  /** The class that the file was written by, for messages. */
  readonly model: string;
  /** The keys that are read, with the defaults of the reference implementation. */
  readonly fields: F;
  /** Keys that may change the numbers, known at these values only. */
  readonly fixed: Readonly<Record<string, readonly unknown[]>>;
  /** Keys that do not change the numbers. */
  readonly inert: readonly string[];
  /** Check of the fields together: says what is wrong. */
  readonly check?: (config: FieldValues<F>) => string | undefined;
}

/**
 * Makes the parser of one kind of `config.json`; keys that begin with "_" pass.
 * @throws AquatintError "config/unknown-key", "config/unsupported" or "config/value", from the parser.
 */
export function configParser<F extends Fields>({ model, fields, fixed, inert, check }: ConfigSpec<F>) {
  const passed = new Set([...Object.keys(fields), ...inert]);
  return (json: unknown): FieldValues<F> => {
    if (!isJsonObject(json)) throw new AquatintError("config/value", `the config of ${model} is not a JSON object`);
    for (const [key, value] of Object.entries(json)) {
      if (key.startsWith("_") || passed.has(key)) continue;
      expectFixed(model, key, value, fixed[key]);
    }
    const config = readFields(fields, json, (problem) => valueError(model, problem));
    const wrong = check?.(config);
    if (wrong) throw new AquatintError("config/value", `the config of ${model}: ${wrong}`);
    return config;
  };
}

function expectFixed(model: string, key: string, value: unknown, allowed: readonly unknown[] | undefined): void {
  if (!allowed) {
    throw new AquatintError(
      "config/unknown-key",
      `the config of ${model} has an unknown key "${key}": ${excerpt(value)}`,
      {
        hint: "check the spelling; a key of your own may begin with an underscore",
      },
    );
  }
  if (allowed.some((item) => JSON.stringify(item) === JSON.stringify(value))) return;
  throw new AquatintError(
    "config/unsupported",
    `the config of ${model} has "${key}": ${excerpt(value)}, supported is ${allowed.map(excerpt).join(" or ")}`,
    { hint: "use a checkpoint without this option: leaving it out would change the images" },
  );
}

const valueError = (model: string, { path, actual, expected }: FieldProblem) =>
  new AquatintError("config/value", `the config of ${model} has "${path}": ${actual}, expected ${expected}`);
