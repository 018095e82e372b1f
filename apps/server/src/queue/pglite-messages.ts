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

/** A notice of a channel. */
export interface PgliteNotice {
  readonly channel: string;
  readonly payload: string;
}
