import { AquatintError } from "../../errors.ts";

/** A refusal with a code "lora/kind". */
export const loraError = (kind: string, found: string, hint = "take the file as it was published") =>
  new AquatintError(`lora/${kind}`, found, { hint });
