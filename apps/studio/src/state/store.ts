import { useSyncExternalStore } from "react";

/** A value that components watch. */
export interface Store<T> {
  get(): T;
  set(next: T | ((value: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

/** A store with its first value. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const changed = typeof next === "function" ? (next as (value: T) => T)(value) : next;
      if (Object.is(changed, value)) return;
      value = changed;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A part of a store's value; a component is drawn again where that part changes. */
export function useStore<T, Part = T>(
  store: Store<T>,
  part: (value: T) => Part = (value) => value as unknown as Part,
): Part {
  return useSyncExternalStore(store.subscribe, () => part(store.get()));
}
