/** "area/kind", for programs to branch on: "shape/mismatch", "safetensors/truncated", "cli/unknown-option". */
export type ErrorCode = `${string}/${string}`;

/** Options of an error beside its code and message. */
export interface ErrorOptions {
  /** Advice to the caller, one sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** The one base class of every error that the library throws on purpose. */
export class AquatintError extends Error {
  override readonly name: string = "AquatintError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  /** @param message says what was found and what was expected. */
  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The message of anything that can be thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The code of an error of Node, such as "ENOENT", or of ours. */
export const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);
