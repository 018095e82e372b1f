import { AquatintError, messageOf } from "aquatint";

/** An error as it crosses from the worker. */
export interface EngineFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Hints for the command line, which help nobody on the page. */
const forCommandLine = /\baquatint \w|(^|\s)--\w/;

/** An error as a message to the page. */
export const asFailure = (error: unknown): EngineFailure =>
  error instanceof AquatintError
    ? {
        code: error.code,
        message: error.message,
        hint: error.hint && forCommandLine.test(error.hint) ? undefined : error.hint,
      }
    : { code: "studio/internal", message: messageOf(error) };
