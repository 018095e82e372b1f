import { casual } from "./casual.ts";
import { plain } from "./plain.ts";
import { varied } from "./varied.ts";
import type { Wording } from "./wording.ts";

/** Every wording, by the name that configs call it. */
export const wordings = { plain, varied, casual } as const satisfies Readonly<Record<string, Wording>>;

/** The name of a wording. */
export type WordingName = keyof typeof wordings;

/** Names of the wordings. */
export const wordingNames = Object.keys(wordings) as WordingName[];
