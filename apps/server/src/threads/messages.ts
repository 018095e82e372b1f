/** An error on its way between threads. */
export interface ThreadFailure {
  readonly message: string;
  /** "model/unknown" of an error that was thrown on purpose, PostgreSQL's code of one of the database. */
  readonly code?: unknown;
  /** Given with every AquatintError, be it empty. */
  readonly hint?: string | undefined;
  readonly stack?: string | undefined;
}

/** What a thread is asked. */
export interface ThreadCall {
  readonly call: number;
  readonly request: unknown;
}

/** What a thread sends: the answer to a call, or a notice that nobody asked for. */
export type ThreadMessage =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly failure: ThreadFailure }
  | { readonly notice: unknown };

/** What a thread is started with. */
export interface ThreadData {
  /** URL of its script, where another one starts it from TypeScript. */
  readonly script: string;
  readonly data: unknown;
}
