/** A place of a configuration, and what each of some runs has there; undefined where it has nothing. */
export interface Difference {
  readonly path: string;
  readonly values: readonly (string | undefined)[];
}

/** A configuration as one value a place: "training.batch_size" -> "32"; lists of plain values are one value. */
export function flattened(config: unknown, path = ""): ReadonlyMap<string, string> {
  const isLeaf = typeof config !== "object" || config === null || (Array.isArray(config) && config.every(isPlain));
  if (isLeaf) return new Map([[path, JSON.stringify(config)]]);
  const at = (key: string) => (Array.isArray(config) ? `${path}[${key}]` : path ? `${path}.${key}` : key);
  return new Map(Object.entries(config).flatMap(([key, value]) => [...flattened(value, at(key))]));
}

const isPlain = (value: unknown): boolean => typeof value !== "object" || value === null;

/** Differences between configurations. */
export function differences(configs: readonly unknown[]): readonly Difference[] {
  const flat = configs.map((config) => flattened(config));
  const paths = [...new Set(flat.flatMap((values) => [...values.keys()]))];
  return paths
    .map((path) => ({ path, values: flat.map((values) => values.get(path)) }))
    .filter(({ values }) => new Set(values).size > 1);
}
