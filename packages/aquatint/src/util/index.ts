/** Shared helpers: errors, figures as text, and packages that may be installed or not. */
export { AquatintError, type ErrorCode, type ErrorOptions, messageOf } from "../errors.ts";
export { concatFloat32 } from "./concat.ts";
export {
  anything,
  boolean,
  either,
  excerpt,
  type Field,
  type FieldProblem,
  type Fields,
  type FieldValues,
  field,
  integer,
  isJsonObject,
  listOf,
  type NumberBounds,
  nullable,
  nullish,
  number,
  object,
  oneOf,
  optional,
  readFields,
  text,
  type ValueType,
} from "./fields.ts";
export type { GenerationDefaults } from "./generation-defaults.ts";
export { itemAt, type List, lookup, required } from "./items.ts";
export type { JsonObject } from "./json.ts";
export { type OptionalPackage, optionalPackage } from "./optional-package.ts";
export { duration, figureText } from "./words.ts";
