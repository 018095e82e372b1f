import { solve } from "../../../math/solve.ts";
import type { Latent } from "../../process/latent.ts";
import type { Term } from "./dpm-terms.ts";

/** A value of what is integrated, and where it is known. */
export interface Point {
  readonly coordinate: number;
  readonly m: Latent;
}

/** The integral of the polynomial through some points, as terms: polynomials with these moments are integrated exactly. */
export function quadrature(points: readonly Point[], moments: readonly number[]): readonly Term[] {
  const unit = Math.max(...points.map(({ coordinate }) => Math.abs(coordinate))) || 1;
  const rows = moments.map((_, j) => points.map(({ coordinate }) => (coordinate / unit) ** j));
  const right = moments.map((moment, j) => moment / unit ** j);
  return solve(rows, right).flatMap((weight, k) => points.slice(k, k + 1).map(({ m }): Term => [weight, m]));
}
