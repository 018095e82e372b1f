import { AquatintError } from "../../errors.ts";

/** A refusal with a code "lora/kind". */
export const loraError = (kind: string, message: string, hint = "use the file as it was published") =>
  new AquatintError(`lora/${kind}`, message, { hint });
