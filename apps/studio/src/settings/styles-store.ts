import { z } from "zod";
import { readLocal, writeLocal } from "../state/local.ts";
import { createStore } from "../state/store.ts";
import { builtInStyles, type Style } from "./styles.ts";

const KEY = "aquatint-styles";
const schema = z.array(z.object({ name: z.string().min(1).max(100), prompt: z.string(), negative: z.string() }));

function stored(): readonly Style[] {
  try {
    return schema.parse(JSON.parse(readLocal(KEY) ?? "[]"));
  } catch {
    return [];
  }
}

/** The visitor's own styles, in the order of their names. */
export const stylesStore = createStore<readonly Style[]>(stored());

stylesStore.subscribe(() => writeLocal(KEY, JSON.stringify(stylesStore.get())));

/** Keeps styles; one of the same name is replaced. */
export function keepStyles(styles: readonly Style[]): void {
  const merged = new Map([...stylesStore.get(), ...styles].map((style) => [style.name, style]));
  stylesStore.set([...merged.values()].toSorted((a, b) => a.name.localeCompare(b.name)));
}

/** Forgets an own style. */
export const forgetStyle = (name: string): void =>
  stylesStore.set((styles) => styles.filter((style) => style.name !== name));

/** Every style by its name; an own one takes the place of a built-in one of its name. */
export const allStyles = (styles: readonly Style[] = stylesStore.get()): ReadonlyMap<string, Style> =>
  new Map([...builtInStyles, ...styles].map((style) => [style.name, style]));

/** The styles of these names; names of none are left out. */
export const stylesNamed = (names: readonly string[]): readonly Style[] => {
  const styles = allStyles();
  return names.flatMap((name) => styles.get(name) ?? []);
};
