/** What is asked of the thread of PGlite; a query of a transaction names it, and the first one begins it. */
export type PgliteRequest =
  | {
      readonly type: "query";
      readonly text: string;
      readonly values: readonly unknown[];
      readonly transaction?: number | undefined;
      readonly begins?: boolean | undefined;
    }
  | { readonly type: "end"; readonly transaction: number; readonly commit: boolean }
  | { readonly type: "listen"; readonly channel: string }
  | { readonly type: "close" };

/** A notice of a channel. */
export interface PgliteNotice {
  readonly channel: string;
  readonly payload: string;
}
