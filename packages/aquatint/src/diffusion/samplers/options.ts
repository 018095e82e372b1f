import { AquatintError } from "../../errors.ts";

/** An option of a sampler: what it means, what it may be, and its default. */
export interface SamplerOption<T> {
  /** One sentence for documents. */
  readonly about: string;
  /** The values that it takes, in words: "0 .. 1". */
  readonly values: string;
  /** The default in words, where it is not `standard` as it is written. */
  readonly standardText?: string | undefined;
  /** The default. */
  readonly standard: T;
  accepts(value: unknown): boolean;
}

/** The options of a sampler by their names. */
export type OptionSchema = Readonly<Record<string, SamplerOption<unknown>>>;

/** The values of a schema's options. */
export type OptionValues<O extends OptionSchema> = {
  readonly [K in keyof O]: O[K] extends SamplerOption<infer T> ? T : never;
};

/** Some of the values of a schema's options; what is absent takes its default. */
export type OptionChoice<O extends OptionSchema> = { readonly [K in keyof O]?: OptionValues<O>[K] | undefined };

/** Options of some sampler, whose schema is not known where they are passed on. */
export type SamplerOptions = Readonly<Record<string, unknown>>;

const isNumber = (value: unknown): value is number => typeof value === "number" && !Number.isNaN(value);

/** A share, 0 .. 1. */
export const share = (about: string, standard: number): SamplerOption<number> => ({
  about,
  values: "0 .. 1",
  standard,
  accepts: (value) => isNumber(value) && value >= 0 && value <= 1,
});

/** A number of at least `min`. */
export const numberFrom = (min: number, about: string, standard: number): SamplerOption<number> => ({
  about,
  values: `${min} or more`,
  standard,
  accepts: (value) => isNumber(value) && value >= min,
});

/** A number above 0. */
export const positive = (about: string, standard: number): SamplerOption<number> => ({
  about,
  values: "above 0",
  standard,
  accepts: (value) => isNumber(value) && value > 0,
});

/** A whole number of `min` .. `max`. */
export const integer = (
  { min, max = Number.POSITIVE_INFINITY }: { readonly min: number; readonly max?: number },
  about: string,
  standard: number,
): SamplerOption<number> => ({
  about,
  values: Number.isFinite(max) ? `${min} .. ${max}` : `a whole number of ${min} or more`,
  standard,
  accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
});

/** The same option without a default: `standardText` says what happens where it is absent. */
export const optional = <T>(option: SamplerOption<T>, standardText: string): SamplerOption<T | undefined> => ({
  ...option,
  standard: undefined,
  standardText,
});

/** True or false. */
export const flag = (about: string, standard: boolean): SamplerOption<boolean> => ({
  about,
  values: "true, false",
  standard,
  accepts: (value) => typeof value === "boolean",
});

/** One of some words. */
export const choice = <const T extends string>(
  words: readonly T[],
  about: string,
  standard: NoInfer<T>,
): SamplerOption<T> => ({
  about,
  values: words.join(", "),
  standard,
  accepts: (value) => words.some((word) => word === value),
});

/** Numbers of steps, the first step being 0. */
export const stepList = (about: string): SamplerOption<readonly number[]> => ({
  about,
  values: "a list of whole numbers of 0 or more",
  standardText: "none",
  standard: [],
  accepts: (value) => Array.isArray(value) && value.every((step) => Number.isInteger(step) && step >= 0),
});

/** An owner of options. */
export interface OptionOwner<O extends OptionSchema> {
  /** The kind of thing, in words. */
  readonly kind: "sampler" | "step cache";
  readonly name: string;
  readonly options: O;
}

/** The value of every option. @throws AquatintError "sampler/option" for an option that is not there or a value that it does not take. */
export function optionValues<O extends OptionSchema>(
  { kind, name, options: schema }: OptionOwner<O>,
  options: SamplerOptions,
): OptionValues<O> {
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(schema, key));
  if (unknown !== undefined) {
    const names = Object.keys(schema);
    throw new AquatintError("sampler/option", `the ${kind} "${name}" takes no option "${unknown}"`, {
      hint: names.length > 0 ? `it takes ${names.join(", ")}` : "it takes none",
    });
  }
  const values = Object.entries(schema).map(([key, { standard, values, accepts }]) => {
    const value = options[key];
    if (value === undefined) return [key, standard];
    if (accepts(value)) return [key, value];
    const message = `the option "${key}" of the ${kind} "${name}" is ${JSON.stringify(value)}, expected ${values}`;
    throw new AquatintError("sampler/option", message);
  });
  return Object.fromEntries(values) as OptionValues<O>;
}
