import { AquatintError, messageOf } from "aquatint";
import type { JobFailure } from "./types.ts";

/** A refusal for now: too many jobs or requests. */
export class RetryLater extends AquatintError {
  override readonly name = "RetryLater";
  /** Seconds after which another try makes sense. */
  readonly retryAfter: number;
  constructor(code: "queue/full" | "queue/user-full" | "request/rate", message: string, retryAfter: number) {
    super(code, message, { hint: `try again in ${retryAfter} s` });
    this.retryAfter = retryAfter;
  }
}

/** Codes of a full disk: of `fileError`, Node and PostgreSQL. */
const diskFull = new Set(["file/full", "ENOSPC", "53100"]);

/** Codes about the operator's folders, whose messages name them. */
const operatorCodes = /^(file\/|model\/(missing|name|none)$)/;

/** An error as users see it: its message if it was thrown on purpose and names no file of the server, else only its kind. */
export function failureOf(error: unknown): JobFailure {
  const code = String((error as { readonly code?: unknown } | null)?.code);
  if (diskFull.has(code)) {
    const hint = "try again later; its operator has to free some space";
    return { code: "server/full", message: "the server's disk is full", hint };
  }
  if (error instanceof AquatintError && !operatorCodes.test(code)) {
    return { code, message: error.message, hint: error.hint };
  }
  return { code: "server/internal", message: "internal error", hint: "the server's log has the reason" };
}

/** The error of a job that failed, to throw to its owner. */
export const jobError = ({ code, message, hint }: JobFailure): AquatintError =>
  new AquatintError(code as `${string}/${string}`, message, { hint });

/** An error as the log has it, with what caused it. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error);
  const text = error.stack ?? error.message;
  return error.cause === undefined ? text : `${text}\nCause: ${errorText(error.cause)}`;
}
