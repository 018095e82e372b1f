import { AquatintError, type Image } from "aquatint";
import { decodeImage } from "aquatint/node";
import type { KindContext } from "./kind.ts";
import type { StoredRequest } from "./types.ts";

/** Images of a request on their way into the file store. */
export interface RequestInputs {
  /** The request with keys in the place of its images. */
  readonly request: StoredRequest;
  /** Bytes by key. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The image of a key. */
  readonly image: KindContext["image"];
}

/** Takes the images out of a request. @throws AquatintError "image/…" or "png/…" for what is no image, or too large a one. */
export async function requestInputs(
  request: StoredRequest,
  { id, paths, maxPixels }: { readonly id: string; readonly paths: readonly string[]; readonly maxPixels: number },
): Promise<RequestInputs> {
  const files = new Map<string, Uint8Array>();
  const images = new Map<string, Promise<Image>>();
  const replaced = paths.reduce<unknown>((value, path) => {
    return mapPath(value, path.split("."), (text) => {
      const key = `${id}/input-${files.size}`;
      const bytes = imageBytes(text, path);
      files.set(key, bytes);
      images.set(key, decodeImage(bytes, { name: path, maxPixels }));
      return key;
    });
  }, request);
  await Promise.all(images.values());
  return { request: replaced as StoredRequest, files, image: async (key) => required(await images.get(key), key) };
}

const required = (image: Image | undefined, key: string): Image => {
  if (image) return image;
  throw new AquatintError("request/image", `there is no image "${key}"`, { hint: "submit the job again" });
};

/** The bytes of base64, with or without a data URL's beginning. @throws AquatintError "request/image". */
export function imageBytes(text: string, name: string): Uint8Array<ArrayBuffer> {
  const [, base64 = text] = /^data:[\w/+.-]*;base64,(.*)$/s.exec(text) ?? [];
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
