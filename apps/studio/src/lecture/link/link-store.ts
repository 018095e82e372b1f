import { useEffect, useMemo } from "react";
import { createStore, useStore } from "../../state/store.ts";
import { type Address, addressHash, parseAddress, sharedValues } from "./address.ts";
import type { Codec } from "./codecs.ts";

/** The place that the page shows; its address follows. */
export const addressStore = createStore<Address>(parseAddress(location.hash));

/** What the address said that could not be read, by key. */
export const unreadStore = createStore<Readonly<Record<string, string>>>({});

addEventListener("hashchange", () => {
  if (location.hash !== addressHash(addressStore.get())) addressStore.set(parseAddress(location.hash));
});

/** Milliseconds between two changes of the address: browsers allow about a hundred in half a minute. */
const PAUSE = 350;
let waiting: ReturnType<typeof setTimeout> | undefined;

const writeAddress = () => {
  waiting = undefined;
  history.replaceState(null, "", addressHash(addressStore.get()));
};

/** Opens a page at a step, as a new entry of the browser's history. */
export function openPage(page: string, values: Address["values"] = {}): void {
  if (waiting !== undefined) {
    clearTimeout(waiting);
    writeAddress();
  }
  unreadStore.set({});
  addressStore.set({ page, values: { ...sharedValues(addressStore.get().values), ...values } });
  history.pushState(null, "", addressHash(addressStore.get()));
}

/** Changes a value of the address; undefined takes it out. */
export function changeValue(key: string, value: string | undefined): void {
  addressStore.set(({ page, values }) => {
    const { [key]: _, ...rest } = values;
    return { page, values: value === undefined ? rest : { ...rest, [key]: value } };
  });
  waiting ??= setTimeout(writeAddress, PAUSE);
}

/** Keys of the values that the open page has. */
const registered = new Set<string>();

/** Names the values of the address that no figure of the open page has. */
export function reportUnknown(): void {
  const unknown = Object.keys(addressStore.get().values).filter((key) => key.includes(".") && !registered.has(key));
  if (unknown.length === 0) return;
  const entries = unknown.map((key) => [key, "not a value of this page"]);
  unreadStore.set((unread) => ({ ...unread, ...Object.fromEntries(entries) }));
}

/** Names a value of the address that cannot be used, and what is expected in its place. */
export const reportUnread = (key: string, expected: string): void =>
  unreadStore.set((unread) => ({ ...unread, [key]: expected }));

/** A value that the address holds under `key`, and how to change it; the initial one has no place in the address. */
export function useLinkedValue<T>(key: string, codec: Codec<T>): [value: T, change: (next: T) => void] {
  const text = useStore(addressStore, ({ values }) => values[key]);
  const value = useMemo(() => (text === undefined ? undefined : codec.parse(text)), [text, codec]);
  useEffect(() => {
    registered.add(key);
    return () => void registered.delete(key);
  }, [key]);
  const isUnread = text !== undefined && value === undefined;
  useEffect(() => {
    if (isUnread) reportUnread(key, codec.expected);
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
