/** What every part uses: errors, figures as text, and packages that may be installed or not. */
export { AquatintError, type ErrorCode, type ErrorOptions, messageOf } from "../errors.ts";
export { concatFloat32 } from "./concat.ts";
export { itemAt, lookup, required } from "./items.ts";
export { optionalPackage } from "./optional-package.ts";
export { duration, figureText } from "./words.ts";
