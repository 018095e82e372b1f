import { openDB } from "idb";
import { newId } from "./new-id.ts";

const ID = "aquatint-tab";

const opened = open();
opened.catch(() => {}); // who reads or writes knows

async function open() {
  const database = await openDB("aquatint-tabs", 1, { upgrade: (db) => void db.createObjectStore("values") });
  if ((await database.count("values")) > 40) await database.clear("values"); // of tabs long closed
  const tab = sessionStorage.getItem(ID) ?? newId();
  sessionStorage.setItem(ID, tab);
  return { database, tab };
}

/** What this tab kept before its page was loaded again, or ended to free memory; undefined where the browser keeps nothing. */
export async function readTab<T>(key: string): Promise<T | undefined> {
  const store = await opened.catch(() => undefined);
  return store?.database.get("values", `${store.tab} ${key}`);
}

/** Keeps a value for this tab, nothing where it is undefined; a browser without room keeps none, and the page begins without it. */
export async function writeTab(key: string, value: unknown): Promise<void> {
  const store = await opened.catch(() => undefined);
  if (!store) return;
  try {
    const writing = store.database.transaction("values", "readwrite");
    const id = `${store.tab} ${key}`;
    const write = value === undefined ? writing.store.delete(id) : writing.store.put(value, id);
    writing.commit(); // a page that ends before the browser's answer would otherwise lose it
    await Promise.all([write, writing.done]);
  } catch {}
}
