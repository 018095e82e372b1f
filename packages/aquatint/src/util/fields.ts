import type { JsonObject } from "./json.ts";

/** A set of values. */
export interface ValueType<T> {
  /** The values in words: "a whole number of 1 or more". */
  readonly values: string;
  /** The type of a list's items. */
  readonly items?: ValueType<unknown>;
  accepts(value: unknown): value is T;
}

/** A key of a JSON object: its values, and its default. */
export interface Field<T> extends ValueType<T> {
  /** The value where the key is absent. */
  readonly standard: T;
  /** True if null stands for the default, too. */
  readonly nullIsStandard?: boolean;
}

/** The keys of a JSON object. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values of an object's keys. */
export type FieldValues<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** A value that a field does not take. */
export interface FieldProblem {
  /** The key; in a list the place as well: "block_out_channels.0". */
  readonly path: string;
  /** The value as JSON. */
  readonly actual: string;
  /** The values that the field takes, in words. */
  readonly expected: string;
}

/** Characters of a wrong value that a message shows. */
const EXCERPT_LENGTH = 200;

/** A value as a message shows it. */
export const excerpt = (value: unknown): string =>
  typeof value === "number" ? String(value) : (JSON.stringify(value)?.slice(0, EXCERPT_LENGTH) ?? "nothing");

/** Tells whether a value parsed from JSON is an object. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The values of `fields` in `json`, with defaults; other keys are not read. `fail` makes the error of the first wrong one. */
export function readFields<F extends Fields>(
  fields: F,
  json: JsonObject,
  fail: (problem: FieldProblem) => Error,
): FieldValues<F> {
  const entries = Object.entries(fields).map(([key, field]) => {
    const value = Object.hasOwn(json, key) ? json[key] : undefined;
    if (value === undefined || (value === null && field.nullIsStandard)) return [key, field.standard];
    if (!field.accepts(value)) throw fail(problemOf(key, field, value));
    return [key, value];
  });
  return Object.fromEntries(entries) as FieldValues<F>;
}

/** The first wrong item of a list, or the value itself. */
function problemOf(path: string, { items, values }: ValueType<unknown>, value: unknown): FieldProblem {
  if (items && Array.isArray(value)) {
    const i = value.findIndex((item) => !items.accepts(item));
    if (i >= 0) return problemOf(`${path}.${i}`, items, value[i]);
  }
  return { path, actual: excerpt(value), expected: values };
}

/** A key of some type, with its default. */
export const field = <T>(type: ValueType<T>, standard: NoInfer<T>): Field<T> => ({ ...type, standard });

/** A key that may be absent. */
export const optional = <T>(type: ValueType<T>): Field<T | undefined> => ({ ...type, standard: undefined });

/** A key whose default null stands for as well. */
export const nullish = <T>(type: ValueType<T>, standard: NoInfer<T>): Field<T> => ({
  ...field(type, standard),
  nullIsStandard: true,
});

/** Bounds of numbers: `from` and `to` are among them, `above` and `below` are not. */
export interface NumberBounds {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly below?: number;
}

const within = (value: number, { from = value, above = -Infinity, to = value, below = Infinity }: NumberBounds) =>
  value >= from && value > above && value <= to && value < below;

function bounded(noun: string, { from, above, to, below }: NumberBounds): string {
  if (from !== undefined && to !== undefined) return `${noun} from ${from} to ${to}`;
  const lower = above === undefined ? from !== undefined && ` of ${from} or more` : ` above ${above}`;
  const upper = below === undefined ? to !== undefined && ` of at most ${to}` : ` below ${below}`;
  return [noun, [lower, upper].filter(Boolean).join(" and")].join("");
}

/** Finite numbers. */
export const number = (bounds: NumberBounds = {}): ValueType<number> => ({
  values: bounded("a number", bounds),
  accepts: (value): value is number => typeof value === "number" && Number.isFinite(value) && within(value, bounds),
});

/** Whole numbers that a double holds exactly. */
export const integer = (bounds: NumberBounds = {}): ValueType<number> => ({
  values: bounded("a whole number", bounds),
  accepts: (value): value is number => Number.isSafeInteger(value) && within(value as number, bounds),
});

/** True and false. */
export const boolean: ValueType<boolean> = {
  values: "true or false",
  accepts: (value): value is boolean => typeof value === "boolean",
};

/** Texts. */
export const text: ValueType<string> = {
  values: "a text",
  accepts: (value): value is string => typeof value === "string",
};

/** Objects, whose keys are read elsewhere. */
export const object: ValueType<JsonObject> = { values: "an object", accepts: isJsonObject };

/** Everything that JSON has. */
export const anything: ValueType<unknown> = { values: "any value", accepts: (_): _ is unknown => true };

/** Some values. */
export const oneOf = <const T extends string | number | boolean | null>(...choices: readonly T[]): ValueType<T> => ({
  values: choices.map((choice) => JSON.stringify(choice)).join(" or "),
  accepts: (value): value is T => choices.some((choice) => choice === value),
});

/** The values of two types. */
export const either = <A, B>(a: ValueType<A>, b: ValueType<B>): ValueType<A | B> => ({
  values: `${a.values}, or ${b.values}`,
  accepts: (value): value is A | B => a.accepts(value) || b.accepts(value),
});

/** The values of a type, and null. */
export const nullable = <T>(type: ValueType<T>): ValueType<T | null> => ({
  ...type,
  values: `${type.values} or null`,
  accepts: (value): value is T | null => value === null || type.accepts(value),
});

/** Lists of a type, of `min` to `max` items. */
export const listOf = <T>(
  items: ValueType<T>,
  { min = 0, max = Number.POSITIVE_INFINITY } = {},
): ValueType<readonly T[]> => ({
  values: `${listSize(min, max)}, each ${items.values}`,
  items,
  accepts: (value): value is readonly T[] =>
    Array.isArray(value) && value.length >= min && value.length <= max && value.every((item) => items.accepts(item)),
});

function listSize(min: number, max: number): string {
  if (min === max) return `a list of ${min}`;
  if (max !== Number.POSITIVE_INFINITY) return `a list of ${min} to ${max}`;
  return min > 0 ? `a list of ${min} or more` : "a list";
}
