import { AquatintError } from "aquatint";
import { AwsClient } from "aws4fetch";
import { type FileStore, isKey } from "./types.ts";

/** An S3-compatible store. */
export interface S3Options {
  /** "https://s3.example.org" */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Before every key; "aquatint/" if absent. */
  readonly prefix?: string | undefined;
}

/** Files in a bucket of an S3-compatible store, by path-style addresses. */
export function s3Store({ endpoint, bucket, region, prefix = "aquatint/", ...keys }: S3Options): FileStore {
  const client = new AwsClient({ ...keys, region, service: "s3" });
  const base = `${endpoint.replace(/\/$/, "")}/${encodeURIComponent(bucket)}`;
  const urlOf = (key: string): string => {
    if (isKey(key)) return `${base}/${prefix}${key}`;
    throw new AquatintError("storage/key", `"${key}" is no key of a file`, { hint: "give a key that the server made" });
  };
  const request = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const response = await client.fetch(url, init);
    if (response.ok || response.status === 404) return response;
    throw new AquatintError("storage/failed", `the S3 store answers ${init.method ?? "GET"} with ${response.status}`, {
      hint: "check the S3_* variables, and that the bucket is there",
    });
  };
  const keysOf = async (id: string): Promise<readonly string[]> => {
    const list = `${base}?list-type=2&prefix=${encodeURIComponent(`${prefix}${id}/`)}`;
    const text = await (await request(list)).text();
    return Array.from(text.matchAll(/<Key>([^<]+)<\/Key>/g), ([, key = ""]) => key.slice(prefix.length)).filter(isKey);
  };
  return {
    async put(key, bytes, type) {
      const body = new Uint8Array(bytes);
      await request(urlOf(key), { method: "PUT", body, headers: { "content-type": type } });
    },
    async get(key) {
      const response = await request(urlOf(key));
      return response.status === 404 ? undefined : new Uint8Array(await response.arrayBuffer());
    },
    async remove(key) {
      await request(urlOf(key), { method: "DELETE" });
    },
    async removeJob(id) {
      for (const key of await keysOf(id)) await request(urlOf(key), { method: "DELETE" });
    },
    async check() {
      await request(`${base}?list-type=2&max-keys=1`);
    },
  };
}
