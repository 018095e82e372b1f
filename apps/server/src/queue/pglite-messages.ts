/** What is asked of the thread of PGlite; a query of a transaction names it. */
export type PgliteRequest =
  | {
      readonly type: "query";
      readonly text: string;
      readonly values: readonly unknown[];
      readonly transaction?: number | undefined;
    }
  | { readonly type: "begin"; readonly transaction: number }
  | { readonly type: "end"; readonly transaction: number; readonly commit: boolean }
  | { readonly type: "listen"; readonly channel: string }
  | { readonly type: "close" };

/** A request with the number that its answer has. */
export type NumberedRequest = PgliteRequest & { readonly call: number };

/** What the thread of PGlite sends: an answer, or a notice of a channel. */
export type PgliteMessage =
  | { readonly type: "rows"; readonly call: number; readonly rows: readonly unknown[] }
  | { readonly type: "failure"; readonly call: number; readonly message: string; readonly code: unknown }
  | { readonly type: "notice"; readonly channel: string; readonly payload: string };
