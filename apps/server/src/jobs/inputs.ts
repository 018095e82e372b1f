import { AquatintError } from "aquatint";
import type { InputFile } from "./checks/messages.ts";
import type { StoredRequest } from "./types.ts";

/** Images of a request on their way into the file store. */
export interface RequestInputs {
  /** The request with keys in the place of its images. */
  readonly request: StoredRequest;
  /** Its images by key. */
  readonly files: ReadonlyMap<string, InputFile>;
}

/** Takes the images out of a request. @throws AquatintError "request/image" for what is no base64. */
export function requestInputs(
  request: StoredRequest,
  { id, paths }: { readonly id: string; readonly paths: readonly string[] },
): RequestInputs {
  const files = new Map<string, InputFile>();
  const replaced = paths.reduce<unknown>((value, path) => {
    return mapPath(value, path.split("."), (text) => {
      const key = `${id}/input-${files.size}`;
      files.set(key, { name: path, bytes: imageBytes(text, path) });
      return key;
    });
  }, request);
  return { request: replaced as StoredRequest, files };
}

/** The bytes of base64, with or without a data URL's beginning. @throws AquatintError "request/image". */
export function imageBytes(text: string, name: string): Uint8Array<ArrayBuffer> {
  const [, base64 = text] = /^data:[^,]*;base64,(.*)$/s.exec(text) ?? [];
  const bytes = new Uint8Array(Buffer.from(base64, "base64"));
  if (bytes.length > 0 && /^[\w+/=\s-]+$/.test(base64.slice(0, 1000))) return bytes;
  throw new AquatintError("request/image", `${name} is no image in base64`, {
    hint: "send the bytes of a PNG, JPEG or WebP file as base64, or as a data URL",
  });
}

/** A copy of JSON in which `change` replaced the texts at a path; "*" is every item of a list. */
function mapPath(value: unknown, path: readonly string[], change: (text: string) => string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === "string" ? change(value) : value;
  if (key === "*") return Array.isArray(value) ? value.map((item) => mapPath(item, rest, change)) : value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return value;
  return { ...value, [key]: mapPath((value as Readonly<Record<string, unknown>>)[key], rest, change) };
}
