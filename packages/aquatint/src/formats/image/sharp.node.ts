import type { Sharp, SharpInput, SharpOptions } from "sharp";
import { AquatintError } from "../../errors.ts";

/** The function that opens an image. */
export interface SharpFactory {
  (input: SharpInput, options?: SharpOptions): Sharp;
  (options: SharpOptions): Sharp;
}

/** The optional package sharp. @throws AquatintError "image/no-sharp" that says `what` needs it. */
export async function importSharp(what: string): Promise<SharpFactory> {
  try {
    return (await import("sharp")).default;
  } catch (cause) {
    throw new AquatintError("image/no-sharp", `${what} needs the package sharp, which cannot be loaded`, {
      hint: "npm install sharp, or work with PNG files",
      cause,
    });
  }
}
