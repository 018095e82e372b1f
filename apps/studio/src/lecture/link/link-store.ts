import { useEffect, useMemo } from "react";
import { createStore, useStore } from "../../state/store.ts";
import type { Codec } from "./codecs.ts";
import { type Place, parsePlace, placeHash, sharedValues } from "./place.ts";

/** The place that the page shows; its address follows. */
export const placeStore = createStore<Place>(parsePlace(location.hash));

/** What the address said that could not be read, by key. */
export const unreadStore = createStore<Readonly<Record<string, string>>>({});

addEventListener("hashchange", () => {
  if (location.hash !== placeHash(placeStore.get())) placeStore.set(parsePlace(location.hash));
});

/** Milliseconds between two changes of the address: browsers allow about a hundred in half a minute. */
const PAUSE = 350;
let waiting: ReturnType<typeof setTimeout> | undefined;

const writeAddress = () => {
  waiting = undefined;
  history.replaceState(null, "", placeHash(placeStore.get()));
};

/** Opens a page at a step, as a new entry of the browser's history. */
export function openPage(page: string, values: Place["values"] = {}): void {
  if (waiting !== undefined) {
    clearTimeout(waiting);
    writeAddress();
  }
  unreadStore.set({});
  placeStore.set({ page, values: { ...sharedValues(placeStore.get().values), ...values } });
  history.pushState(null, "", placeHash(placeStore.get()));
}

/** Changes a value of the address; undefined takes it out. */
export function changeValue(key: string, value: string | undefined): void {
  placeStore.set(({ page, values }) => {
    const { [key]: _, ...others } = values;
    return { page, values: value === undefined ? others : { ...others, [key]: value } };
  });
  waiting ??= setTimeout(writeAddress, PAUSE);
}

/** Keys of the values that the open page has. */
const known = new Set<string>();

/** Names the values of the address that no figure of the open page has. */
export function reportUnknown(): void {
  const unknown = Object.keys(placeStore.get().values).filter((key) => key.includes(".") && !known.has(key));
  if (unknown.length === 0) return;
  const entries = unknown.map((key) => [key, "not a value of this page"]);
  unreadStore.set((unread) => ({ ...unread, ...Object.fromEntries(entries) }));
}

/** A value that the address holds under `key`, and how to change it; the initial one has no place in the address. */
export function useLinkedValue<T>(key: string, codec: Codec<T>): [value: T, change: (next: T) => void] {
  const written = useStore(placeStore, ({ values }) => values[key]);
  const value = useMemo(() => (written === undefined ? undefined : codec.parse(written)), [written, codec]);
  useEffect(() => {
    known.add(key);
    return () => void known.delete(key);
  }, [key]);
  const isUnread = written !== undefined && value === undefined;
  useEffect(() => {
    if (isUnread) unreadStore.set((unread) => ({ ...unread, [key]: codec.expected }));
  }, [isUnread, key, codec]);
  const change = useMemo(() => {
    const initial = codec.format(codec.initial);
    return (next: T) => {
      const formatted = codec.format(next);
      changeValue(key, formatted === initial ? undefined : formatted);
    };
  }, [key, codec]);
  return [value ?? codec.initial, change];
}
