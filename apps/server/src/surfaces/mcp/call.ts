import type { JobProgress } from "../../jobs/types.ts";
import type { SurfaceTools } from "../surface.ts";

/** A call of a tool, and who makes it. */
export interface ToolCall {
  readonly owner: string;
  readonly tools: SurfaceTools;
  /** Aborted where the caller takes the call back or leaves. */
  readonly signal: AbortSignal;
  /** Tells the caller how far the call is. */
  readonly progress: (progress: JobProgress) => Promise<void>;
}

/** What a tool answers: images, and a value as JSON. */
export interface ToolContent {
  readonly images?: readonly { readonly data: string; readonly mimeType: string }[];
  readonly value: unknown;
}
