import { AquatintError } from "aquatint";
import { type S3Options, s3Client } from "./s3-client.ts";
import { checkKey, type FileStore } from "./types.ts";

/** Name of the object that a check writes, and its bytes. */
const PROBE = ".check";
const PROBE_BYTES = new Uint8Array(16);
/** Milliseconds until a store that does not answer the check counts as away. */
const CHECK_TIMEOUT = 5000;

/** Files in a bucket of an S3-compatible store. @throws AquatintError "server/s3" where the options cannot be right. */
export function s3Store({ prefix = "aquatint/", ...options }: S3Options): FileStore {
  if (/^\/|(^|\/)\.{1,2}(\/|$)/.test(prefix)) {
    throw new AquatintError("server/s3", `"${prefix}" is no prefix of keys`, {
      hint: 'S3_PREFIX is a text such as "aquatint/", without a slash at its beginning and without "." or ".." as a part',
    });
  }
  const request = s3Client(options);
  const pathOf = (key: string): string => `${prefix}${checkKey(key)}`;
  const list = async (query: Readonly<Record<string, string>>, tries = {}): Promise<string> =>
    new TextDecoder().decode(await request({ query: { "list-type": "2", ...query }, ...tries }));
  const remove = async (key: string): Promise<void> => {
    await request({ method: "DELETE", path: pathOf(key) });
  };
  return {
    async put(key, bytes, type) {
      await request({ method: "PUT", path: pathOf(key), body: new Uint8Array(bytes), type });
    },
    get: (key) => request({ path: pathOf(key) }),
    remove,
    async removeJob(id) {
      for (let isMore = true; isMore; ) {
        const text = await list({ prefix: `${prefix}${id}/` });
        const keys = namesIn(text).map((name) => `${id}/${name}`);
        for (const key of keys) await remove(key);
        isMore = keys.length > 0 && text.includes("<IsTruncated>true</IsTruncated>");
      }
    },
    async check() {
      const tries = { attempts: 1, timeout: CHECK_TIMEOUT };
      const path = `${prefix}${PROBE}`;
      await request({ method: "PUT", path, body: PROBE_BYTES, type: "application/octet-stream", ...tries });
      await list({ prefix, "max-keys": "1" }, tries);
      await request({ method: "DELETE", path, ...tries });
    },
  };
}

/** The last parts of the keys in a list: the parts before may be written with entities. */
const namesIn = (xml: string): readonly string[] =>
  Array.from(xml.matchAll(/<Key>(?:[^<]*\/)?(\w[\w.-]{0,80})<\/Key>/g), ([, name = ""]) => name);
