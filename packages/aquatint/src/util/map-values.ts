/** A record with the same names, and `f` of each value. */
export const mapValues = <K extends string, V, W>(
  record: Readonly<Record<K, V>>,
  f: (value: V, name: K) => W,
): Record<K, W> => {
  const entries = Object.entries<V>(record) as [K, V][];
  return Object.fromEntries(entries.map(([name, value]) => [name, f(value, name)])) as Record<K, W>;
};
