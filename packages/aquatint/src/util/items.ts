import { AquatintError } from "../errors.ts";

/** An array or a typed array. */
export interface List<T> {
  readonly length: number;
  readonly [i: number]: T;
}

/** The item `i` of a list, counted from the end where `i` is negative. @throws AquatintError "internal/index" where there is none. */
export function itemAt<T>(list: List<T>, i: number): T {
  const item = list[i < 0 ? list.length + i : i];
  if (item === undefined) throw new AquatintError("internal/index", `a list of ${list.length} items has no item ${i}`);
  return item;
}

/** The value under a key of a map or a record. @throws AquatintError "internal/key" where there is none. */
export function lookup<K, V>(map: ReadonlyMap<K, V>, key: K): V;
/** The value under a key of a record. @throws AquatintError likewise. */
export function lookup<V>(record: Readonly<Record<string, V>>, key: string | number): V;
/** Either. */
export function lookup<V>(values: ReadonlyMap<unknown, V> | Readonly<Record<string, V>>, key: string | number): V {
  const value = values instanceof Map ? values.get(key) : ownValue(values as Readonly<Record<string, V>>, key);
  if (value === undefined) throw absent(key);
  return value;
}

/** A value that must be there. @throws AquatintError "internal/key" with its name where it is not. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw absent(name);
  return value;
}

const ownValue = <V>(record: Readonly<Record<string, V>>, key: string | number): V | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

const absent = (key: unknown) => new AquatintError("internal/key", `there is no value under "${String(key)}"`);
