import { z } from "zod";

/** A field that may be left out; null and an empty text are the same, as clients and forms send them. */
export const maybe = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" || value === null ? undefined : value), schema.optional());

/** A number, or a text of one, as forms and clients send; other values are no number, an empty text neither. */
export const number = <T extends z.ZodType = z.ZodNumber>(schema: T = z.number() as unknown as T) =>
  z.preprocess((value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value), schema);
