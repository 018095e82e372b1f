import { AquatintError, type ErrorCode } from "../errors.ts";
import { nearest } from "./nearest.ts";

/** A hint that names the candidate nearest to `word`; undefined where none is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const close = nearest(word, candidates);
  return close === undefined ? undefined : `did you mean "${close}"?`;
}

/** A name that nothing of its kind has. */
export interface UnknownName {
  readonly name: string;
  /** "sampler" */
  readonly kind: string;
  /** The kind in the plural; with an s if absent. */
  readonly kinds?: string;
  /** Every name. */
  readonly names: readonly string[];
  /** All that may have been meant, such as aliases; the names if absent. */
  readonly candidates?: readonly string[];
}

/** The error of a name that is unknown: its hint has the nearest, and all. */
export function unknownName(
  code: ErrorCode,
  { name, kind, kinds = `${kind}s`, names, candidates = names }: UnknownName,
): AquatintError {
  const hints = [didYouMean(name, candidates), `the ${kinds} are ${names.join(", ")}`];
  return new AquatintError(code, `there is no ${kind} "${name}"`, { hint: hints.filter(Boolean).join(" ") });
}
