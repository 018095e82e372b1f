import type { z } from "zod";
import { didYouMean } from "../../math/names.ts";
import { itemAt } from "../../util/items.ts";

/** Parts of a schema that are read, whatever its kind. */
interface Definition {
  readonly type: string;
  readonly innerType?: Schema;
  readonly element?: Schema;
  readonly options?: readonly Schema[];
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly discriminator?: string;
}
interface Schema {
  readonly _zod: { readonly def: unknown };
}

const definition = (schema: Schema): Definition => schema._zod.def as Definition;

/** The objects that may stand at a schema's place: unions and defaults are looked through. */
function alternatives(schema: Schema): readonly Definition[] {
  const node = definition(schema);
  if (node.innerType) return alternatives(node.innerType);
  if (node.options) return node.options.flatMap(alternatives);
  return [node];
}

/** The schemas at a path below a schema. */
function below(schema: Schema, path: readonly PropertyKey[]): readonly Definition[] {
  const [key, ...rest] = path;
  const options = alternatives(schema);
  if (key === undefined) return options;
  return options.flatMap(({ shape, element }) => {
    const next = element ?? shape?.[String(key)];
    return next ? below(next, rest) : [];
  });
}

/** Names that were possible where a configuration has an issue: keys, or the values of an enumeration. */
function possible(schema: Schema, issue: z.core.$ZodIssue): readonly string[] {
  const options = below(schema, issue.path);
  if (issue.code === "unrecognized_keys") return options.flatMap(({ shape }) => Object.keys(shape ?? {}));
  const parent = below(schema, issue.path.slice(0, -1));
  const key = String(issue.path.at(-1));
  const values = parent.flatMap(({ shape }) => (shape?.[key] ? alternatives(shape[key]) : []));
  return [
    ...new Set(values.flatMap(({ values = [], entries = {} }) => [...values.map(String), ...Object.keys(entries)])),
  ];
}

/** Message about a configuration, and a hint with the nearest name that there is. */
export interface ConfigProblem {
  readonly message: string;
  readonly hint: string | undefined;
}

/** Describes an issue of a schema in one sentence: its place, what was expected and what `json` holds there. */
export function configProblem(schema: z.ZodType, issue: z.core.$ZodIssue, json: unknown): ConfigProblem {
  const names = possible(schema, issue);
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key],
    json,
  );
  const wrong = issue.code === "unrecognized_keys" ? itemAt(issue.keys, 0) : value;
  const candidates = names.filter((name) => name !== wrong);
  const hint = typeof wrong === "string" ? didYouMean(wrong, candidates) : undefined;
  const where = issue.path.length ? `"${issue.path.join(".")}": ` : "";
  const expected = issue.code === "invalid_union" && names.length ? `expected ${listed(names)}` : issue.message;
  const actual = issue.code === "unrecognized_keys" ? "" : `; found ${quoted(value)}`;
  return { message: `${where}${expected}${actual}`, hint };
}

const listed = (names: readonly string[]): string =>
  [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" or ");

const LONGEST_QUOTE = 60;
function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}
