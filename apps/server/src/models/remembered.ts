/** Results that are kept. */
const MAX_RESULTS = 10_000;

/** The result for a key, made where it is new; the oldest are forgotten. */
export const remembered = <T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
  const value = map.get(key) ?? make();
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_RESULTS && oldest !== undefined) map.delete(oldest);
  return value;
};
