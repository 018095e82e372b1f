import type { RunFiles } from "../train/run/run-folder.ts";
import { optionalPackage } from "../util/optional-package.ts";
import { packageParts } from "../util/packages.ts";
import type { RunEntry } from "./find.node.ts";
import type { RunData } from "./run.ts";

/** Input of a run's report. */
export interface RunReportInput {
  readonly run: RunData;
  /** Reads the grids of samples. */
  readonly files: RunFiles;
  readonly name: string;
  /** True if a process trains in the folder. */
  readonly locked: boolean;
  /** Who made it: "aquatint 1.2.3". */
  readonly maker: string;
}

/** Drawings of `@aquatint/lab` for the commands of this package. */
export interface Drawings {
  /** The report of a run: one self-contained HTML file. */
  runReport(input: RunReportInput): Promise<string>;
  /** Several runs side by side: one self-contained HTML file. */
  comparisonReport(runs: readonly RunEntry[], options: { readonly maker: string }): Promise<string>;
}

/** The drawings of `@aquatint/lab`, which take a second to load. @throws AquatintError "package/missing" where it is not installed. */
export const drawings = (purpose: string): Promise<Drawings> => optionalPackage(packageParts("drawings")[0]!, purpose);
