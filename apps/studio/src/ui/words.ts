/** Bytes in megabytes: "22 MB". */
export const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MB`;

/** A time: "0.8 s", "12 s", "3 min". */
export function seconds(value: number): string {
  if (value >= 90) return `${Math.round(value / 60)} min`;
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} s`;
}

/** A number with its noun: "1 image", "3 images". */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** A name for a file, of a prompt's first words and the seed. */
export function fileName(prompt: string, seed: unknown, extension = "png"): string {
  const words = prompt.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return `${[...words.slice(0, 8), String(seed)].join("-").slice(0, 80) || "image"}.${extension}`;
}
