import { AquatintError, messageOf } from "aquatint";
import type { RunFiles } from "aquatint/train";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

/** A part of a file: its path and the byte that it begins at. */
type PartKey = [path: string, offset: number];

interface Schema extends DBSchema {
  parts: { key: PartKey; value: Uint8Array<ArrayBuffer> };
}

type Database = IDBPDatabase<Schema>;

const NAME = "aquatint-lecture-training";
const END = Number.MAX_SAFE_INTEGER;
const partsOf = (path: string, from = 0) => IDBKeyRange.bound([path, from], [path, END]);
const below = (folder: string) => IDBKeyRange.bound([`${folder}/`, 0], [`${folder}/\uffff`, END]);

const bytesOf = (content: Uint8Array | string): Uint8Array<ArrayBuffer> =>
  typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);

const concat = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

/** A run's files in the browser's database. They are in parts, so that a line more in a log writes that line alone. */
export interface RunDatabase extends RunFiles {
  /** Paths of all files. */
  paths(): Promise<readonly string[]>;
  clear(): Promise<void>;
}

async function writeFailure(path: string, cause: unknown): Promise<never> {
  const isFull = cause instanceof DOMException && cause.name === "QuotaExceededError";
  throw new AquatintError(isFull ? "file/full" : "file/failed", `cannot write ${path}: ${messageOf(cause)}`, {
    hint: isFull ? "free space of this site in the browser's settings" : "reload the page",
    cause,
  });
}

/** Writing all or nothing: a transaction that is on disk when it ends. */
const transaction = (database: Database) => database.transaction("parts", "readwrite", { durability: "strict" });

function writers(database: Database): Pick<RunFiles, "write" | "replace" | "append" | "remove" | "rename"> {
  const attempt = <T>(path: string, work: () => Promise<T>) => work().catch((cause) => writeFailure(path, cause));
  type Parts = ReturnType<typeof transaction>["store"];
  const change = (path: string, work: (parts: Parts) => Promise<unknown>) =>
    attempt(path, async () => {
      const { store, done } = transaction(database);
      await Promise.all([work(store), done]);
    });
  return {
    write: (path, content) =>
      change(path, async (parts) => {
        await parts.delete(partsOf(path));
        await parts.put(bytesOf(content), [path, 0]);
      }),
    replace: (folder, files) =>
      change(folder, async (parts) => {
        await parts.delete(below(folder));
        for (const [path, content] of files) await parts.put(bytesOf(content), [`${folder}/${path}`, 0]);
      }),
    append: (path, text, size) =>
      change(path, async (parts) => {
        await parts.delete(partsOf(path, size));
        const [last] = (await parts.getAllKeys(partsOf(path))).slice(-1);
        const tail = last && (await parts.get(last));
        if (last && tail && last[1] + tail.length > size) await parts.put(tail.slice(0, size - last[1]), last);
        await parts.put(bytesOf(text), [path, size]);
      }),
    remove: (path) => change(path, (parts) => parts.delete(partsOf(path))),
    rename: (from, to) =>
      change(from, async (parts) => {
        const bytes = concat(await parts.getAll(partsOf(from)));
        await parts.delete(partsOf(from));
        await parts.put(bytes, [to, 0]);
      }),
  };
}

/** Opens the files of this browser's one run of the lecture. @throws AquatintError "file/failed" where the browser keeps nothing. */
export async function openRunDatabase(): Promise<RunDatabase> {
  const database = await openDB<Schema>(NAME, 1, { upgrade: (db) => void db.createObjectStore("parts") }).catch(
    (cause) => writeFailure("the run", cause),
  );
  const paths = async () => [...new Set((await database.getAllKeys("parts")).map(([path]) => path))];
  return {
    folder: "lecture-run",
    ...writers(database),
    paths,
    async read(path) {
      const parts = await database.getAll("parts", partsOf(path));
      if (parts.length > 0) return concat(parts);
      throw new AquatintError("file/missing", `there is no ${path} among the files of the run`);
    },
    async list(folder) {
      const prefix = folder === "." ? "" : `${folder}/`;
      const inside = (await paths()).filter((path) => path.startsWith(prefix));
      return [...new Set(inside.map((path) => path.slice(prefix.length).split("/")[0] ?? ""))];
    },
    clear: () => database.clear("parts"),
  };
}
