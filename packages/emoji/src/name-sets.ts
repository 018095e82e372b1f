import table from "./name-sets.json" with { type: "json" };

/**
 * Sets of names to draw: "common" has those that a model of 128 pixels can learn, "core" the part of them that the default
 * model was trained on.
 */
export const nameSets: Readonly<Record<NameSet, readonly string[]>> = table;

/** The name of a set. */
export type NameSet = keyof typeof table;

/** Names of the sets. */
export const nameSetNames = Object.keys(table) as NameSet[];
