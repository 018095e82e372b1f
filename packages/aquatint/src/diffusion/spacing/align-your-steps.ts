import { linspace } from "../../math/numbers.ts";
import { itemAt } from "../../util/items.ts";
import type { Ramp } from "./ramp.ts";

const tables = {
  sd15: [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029],
  sdxl: [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029],
} as const;

/** A model family that steps were aligned for. */
export type AysTable = keyof typeof tables;

/**
 * Align your steps (Sabour et al. 2024): published sigmas of Stable Diffusion for 10 steps, log-linear for others, whatever
 * the model's largest and smallest. The table's last sigma is where the walk ends, so it is left out unless `closed`, as the
 * web UI has it.
 */
export const alignYourSteps =
  (table: AysTable, { closed = false } = {}): Ramp =>
  (_max, _min, n) => {
    const logs = tables[table].map(Math.log);
    return linspace(0, logs.length - 1, closed ? n : n + 1)
      .slice(0, n)
      .map((at) => Math.exp(interpolated(logs, at)));
  };

function interpolated(values: readonly number[], at: number): number {
  const low = Math.min(Math.floor(at), values.length - 2);
  return itemAt(values, low) + (at - low) * (itemAt(values, low + 1) - itemAt(values, low));
}
