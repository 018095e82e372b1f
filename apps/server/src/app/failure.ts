import { AquatintError } from "aquatint";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ZodError } from "zod";
import { failureOf, RetryLater } from "../jobs/errors.ts";

/** An error as surfaces write it in their own shapes. */
export interface HttpFailure {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  /** Seconds after which another try makes sense. */
  readonly retryAfter?: number | undefined;
}

/** Statuses by the code of an error, or by the area before its slash. */
const statuses: Readonly<Record<string, ContentfulStatusCode>> = {
  "auth/token": 401,
  auth: 403,
  "job/unknown": 404,
  "job/file": 404,
  "job/none": 404,
  "job/unfinished": 409,
  "job/favorites": 422,
  "request/route": 404,
  "request/method": 405,
  "request/size": 413,
  "request/idempotency": 422,
  "request/budget": 422,
  "generate/memory": 422,
  storage: 503,
  "server/internal": 500,
  server: 503,
};

/** Seconds after which another try makes sense where the server cannot answer now. */
const RETRY_AFTER = 5;

/** An error as a status and a message; an error that was not thrown on purpose is only "internal error". */
export function httpFailure(error: unknown): HttpFailure {
  const failure = failureWithStatus(error);
  return failure.status === 503 ? { ...failure, retryAfter: RETRY_AFTER } : failure;
}

function failureWithStatus(error: unknown): HttpFailure {
  if (error instanceof RetryLater) {
    return { status: 429, code: error.code, message: error.message, hint: error.hint, retryAfter: error.retryAfter };
  }
  if (error instanceof AquatintError && "status" in error && typeof error.status === "number") {
    const { code, message, hint } = error;
    return { status: error.status as ContentfulStatusCode, code, message, hint };
  }
  if (error instanceof ZodError) {
    const { path = [], message = "" } = error.issues[0] ?? {};
    const where = path.join(".");
    return { status: 422, code: "request/invalid", message: where ? `${where}: ${message}` : message, hint: undefined };
  }
  if (error instanceof HTTPException && error.status === 415) {
    const message = "the body has another content type than this route reads";
    return { status: 415, code: "request/invalid", message, hint: "send the header content-type: application/json" };
  }
  if (error instanceof HTTPException) {
    const code = error.status === 413 ? "request/size" : "request/invalid";
    return { status: error.status as ContentfulStatusCode, code, message: error.message, hint: undefined };
  }
  const { code, message, hint } = failureOf(error);
  return { status: statuses[code] ?? statuses[code.split("/")[0] ?? ""] ?? 400, code, message, hint };
}
