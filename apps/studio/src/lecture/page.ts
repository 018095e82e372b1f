import type { ComponentType } from "react";
import type { CodeSample } from "./text/Code.tsx";
import type { Citation } from "./text/references.tsx";

/** A step of a page: prose and at most one figure, which fit on a projector together. */
export interface LectureStep {
  readonly title: string;
  readonly Content: ComponentType;
}

/** What a page of the lecture holds: the export `page` of its folder's index.ts. */
export interface LecturePage {
  /** One or two sentences below the title. */
  readonly summary: string;
  readonly steps: readonly LectureStep[];
  readonly code: CodeSample;
  readonly citations: readonly Citation[];
}
