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
