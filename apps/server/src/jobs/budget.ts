import { AquatintError } from "aquatint";
import type { PreparedJob } from "./kind.ts";

/** What one job may cost. */
export interface JobBudget {
  /** Pixels of one file at most; frames of a clip count. */
  readonly maxPixels: number;
  /** Pixels x steps x files at most, in millions. */
  readonly maxUnits: number;
  /** Pixels of an image in a request at most. */
  readonly maxInputPixels: number;
}

/** Pixels x steps x files in millions: what a job costs. */
export const unitsOf = ({ pixels, steps, images }: PreparedJob["work"]): number => (pixels * steps * images) / 1e6;

/** Refuses a job that costs too much. @throws AquatintError "request/budget". */
export function checkBudget(work: PreparedJob["work"], { maxPixels, maxUnits }: JobBudget): void {
  const refuse = (message: string, hint: string) => new AquatintError("request/budget", message, { hint });
  if (work.pixels > maxPixels) throw refuse(`${work.pixels} pixels are more than ${maxPixels}`, "give a smaller size");
  const units = unitsOf(work);
  if (units <= maxUnits) return;
  const cost = `${work.pixels} pixels x ${work.steps} steps x ${work.images} files`;
  throw refuse(
    `${cost} are ${Math.ceil(units)} million, at most ${maxUnits} are allowed`,
    "split it into several jobs",
  );
}
