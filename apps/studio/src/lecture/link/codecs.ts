/** A value in the address. */
export interface Codec<T> {
  readonly initial: T;
  /** undefined for a text that is no value. */
  parse(text: string): T | undefined;
  format(value: T): string;
  /** What `parse` takes, for a message. */
  readonly expected: string;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

const within = (value: number, { min, max }: Bounds): boolean => value >= min && value <= max;
const isNumeral = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));

/** A number between bounds; with a step of 1, a whole one. */
export const number = ({
  initial,
  step = 0,
  ...bounds
}: Bounds & { readonly initial: number; readonly step?: number }): Codec<number> => ({
  initial,
  parse(text) {
    const value = Number(text);
    const fits = isNumeral(text) && within(value, bounds) && (step !== 1 || Number.isInteger(value));
    return fits ? value : undefined;
  },
  format: (value) => String(Number(value.toPrecision(6))),
  expected: `${step === 1 ? "a whole number" : "a number"} from ${bounds.min} to ${bounds.max}`,
});

/** One of some names. */
export const choice = <const Name extends string>({
  initial,
  among,
}: {
  readonly initial: NoInfer<Name>;
  readonly among: readonly Name[];
}): Codec<Name> => ({
  initial,
  parse: (text) => among.find((name) => name === text),
  format: (name) => name,
  expected: `one of ${among.join(", ")}`,
});

/** As many numbers as there are at first, each between the bounds. */
export const numbers = ({
  initial,
  ...bounds
}: Bounds & { readonly initial: readonly number[] }): Codec<readonly number[]> => ({
  initial,
  parse(text) {
    const parts = text.split(",");
    const fits =
      parts.length === initial.length && parts.every((part) => isNumeral(part) && within(Number(part), bounds));
    return fits ? parts.map(Number) : undefined;
  },
  format: (values) => values.map((value) => String(Number(value.toPrecision(4)))).join(","),
  expected: `${initial.length} numbers from ${bounds.min} to ${bounds.max}`,
});

/** Any text of at most `longest` characters. */
export const text = ({ initial, longest }: { readonly initial: string; readonly longest: number }): Codec<string> => ({
  initial,
  parse: (input) => (input.length <= longest ? input : undefined),
  format: (value) => value,
  expected: `at most ${longest} characters`,
});
