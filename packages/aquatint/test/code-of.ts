import { AquatintError } from "../src/errors.ts";

/** The code of the AquatintError that `run` throws, "read" where it throws nothing; throws on what else it throws. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AquatintError) return error.code;
    throw error;
  }
  return "read";
}
