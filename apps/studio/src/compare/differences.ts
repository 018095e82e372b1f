import type { GenerationParameters } from "aquatint/pipelines";

/** A setting in which two images differ. */
export type Difference = readonly [name: string, left: string, right: string];

const ignored = new Set(["model", "modelHash", "version"]);
const textOf = (value: unknown): string =>
  value === undefined ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);

/** The settings in which two recipes differ, in the order of the first. */
export function differences(left: GenerationParameters, right: GenerationParameters): readonly Difference[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((name) => !ignored.has(name));
  return names
    .map((name): Difference => [name, textOf(left[name]), textOf(right[name])])
    .filter(([, first, second]) => first !== second);
}
