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

/** An error as it is kept with a job: its message where it was thrown on purpose, else only that there was one. */
export function failureOf(error: unknown): JobFailure {
  if (error instanceof AquatintError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: "server/internal", message: "internal error", hint: "the server's log has the reason" };
}

/** The error of a job that failed, to throw to its owner. */
export const jobError = ({ code, message, hint }: JobFailure): AquatintError =>
  new AquatintError(code as `${string}/${string}`, message, { hint });

/** An error as the log has it. */
export const errorText = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
