import type { ToolName } from "./versions.ts";

/** What rows work with. */
export interface Context {
  /** Absolute paths of the packed packages. */
  readonly archives: { readonly aquatint: string; readonly lab: string; readonly emoji: string };
  /** Folder of an installed tool. @throws NotRun where it cannot be had. */
  tool(name: ToolName): Promise<string>;
  /** A new folder of this row with these files. */
  folder(files?: Readonly<Record<string, string | object>>): Promise<string>;
  /** A folder into which npm has installed the packages; one for all rows, nothing may be written beside its programs. */
  installed(): Promise<string>;
}

/** One row of the table. */
export interface Row {
  readonly name: string;
  /** What is run, as the table says it. */
  readonly what: string;
  /** Whether it is cheap enough for every change. */
  readonly short?: boolean;
  /** Returns the versions of what was used, "Node 20.20.2". @throws Error where it fails, NotRun where it cannot be tried. */
  run(context: Context): Promise<string>;
}

/** The outcome of a row. */
export type Status = "passed" | "FAILED" | "not run";

/** A row of the table, run. */
export interface Result {
  readonly row: Row;
  readonly status: Status;
  /** Versions, or why it was not run. */
  readonly detail: string;
}

/** Thrown by a row whose tool cannot be had here. */
export class NotRun extends Error {}
