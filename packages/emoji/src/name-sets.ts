import table from "./name-sets.json" with { type: "json" };

/**
 * Names that are drawn together, by the name of the set: "common" is what a model of 128 pixels can learn in time, "core"
 * the part of it that the default model was trained on.
 */
export const nameSets: Readonly<Record<NameSet, readonly string[]>> = table;

/** The name of a set. */
export type NameSet = keyof typeof table;

/** Names of the sets. */
export const nameSetNames = Object.keys(table) as NameSet[];
