import type { JsonObject } from "../../util/json.ts";
import { parseJsonObject } from "../json.ts";
import type { ImageMetadata } from "./types.ts";

/** Tells whether a value is an object of JSON. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whole numbers that a double rounds, outside of strings. */
const long = /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?$)|-?\d{16,40}(?![\d.eE])/g;

/** A JSON object, or undefined: what is too deep or repeats its keys was written by no program. Long integers become their digits. */
export function objectOf(text: string | undefined): JsonObject | undefined {
  if (text === undefined || !text.trimStart().startsWith("{")) return undefined;
  try {
    const exact = text.replace(long, (token) =>
      token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`,
    );
    return parseJsonObject(exact, { name: "the metadata" });
  } catch {
    return undefined;
  }
}

/** A number, or one that is written as text; undefined for everything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A seed: a safe integer, else its digits. */
export function seedOf(value: unknown): number | string | undefined {
  const number = numberOf(value);
  if (number === undefined || !Number.isInteger(number)) return undefined;
  if (Number.isSafeInteger(number)) return number;
  return typeof value === "string" && /^\d{1,20}$/.test(value.trim()) ? value.trim() : undefined;
}

/** A text; undefined for everything else. */
export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Width and height as "512x768", "512 x 768" or "(1152, 896)". */
export function sizeOf(value: unknown): { readonly width?: number; readonly height?: number } {
  const [, width, height] = /^\s*\(?\s*(\d{1,6})\s*[x×*,]\s*(\d{1,6})\s*\)?\s*$/i.exec(textOf(value) ?? "") ?? [];
  return Number(width) > 0 && Number(height) > 0 ? { width: Number(width), height: Number(height) } : {};
}

/** Sampler and schedule as one name; undefined where neither is named. */
export const samplerOf = (sampler: unknown, schedule?: unknown): string | undefined =>
  [sampler, schedule]
    .flatMap((word) => (typeof word === "string" && word.trim() !== "" ? [word.trim()] : []))
    .join(" ") || undefined;

/** The metadata without the keys whose value is undefined. */
export const compact = (metadata: { readonly [K in keyof ImageMetadata]: ImageMetadata[K] | undefined }) =>
  Object.fromEntries<unknown>(
    Object.entries(metadata).filter(([, value]) => value !== undefined),
  ) as Partial<ImageMetadata> as ImageMetadata;

/** "name value" for a setting that is not repeated; objects as JSON. */
export const phrase = (key: string, value: unknown): string =>
  `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`;

/** The settings that are in no list, as phrases; empty ones and those that are switched off say nothing. */
export const unrepeatedOf = (settings: JsonObject, readKeys: readonly string[]): readonly string[] => {
  const lower = new Set(readKeys.map((key) => key.toLowerCase()));
  return Object.entries(settings).flatMap(([key, value]) =>
    lower.has(key.toLowerCase()) || isOff(value) ? [] : [phrase(key, value)],
  );
};

/** Tells whether a setting says that nothing was done. */
export const isOff = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === "string" && /^(none|disabled?|false|off|)$/i.test(value.trim())) ||
  (Array.isArray(value) && value.length === 0);
