import { z } from "zod";

/** Texts and numbers that the web UI's Python reads as true and as false, in lower case. */
const words = new Map<unknown, boolean>([
  ...[1, "1", "true", "t", "yes", "y", "on"].map((word) => [word, true] as const),
  ...[0, "0", "false", "f", "no", "n", "off"].map((word) => [word, false] as const),
]);

/** True or false, also as the texts that clients in Python send. */
export const flag = z.union([z.boolean(), z.string(), z.number()]).transform((value, context) => {
  if (typeof value === "boolean") return value;
  const read = words.get(typeof value === "string" ? value.toLowerCase() : value);
  if (read !== undefined) return read;
  context.addIssue({ code: "custom", message: `expected true or false, got ${JSON.stringify(value).slice(0, 40)}` });
  return z.NEVER;
});
