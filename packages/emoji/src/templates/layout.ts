import { drawUniform, type RandomStream } from "aquatint/math";
import type { Part } from "../template.ts";

/** Placement of a thing: the middle of its center's range, and the range of its size, in fractions of the side. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly size: readonly [min: number, max: number];
  /** Distance that the center may stray; 0.05 if left out. */
  readonly stray?: number;
}

/** Margin at the edges of a scene. */
const MARGIN = 0.01;

/** A size of the range, and a center that strays from the spot, less where the thing would touch the edge. */
export function placed(
  random: RandomStream,
  { x, y, size: [min, max], stray: furthest = 0.05 }: Spot,
): Part["placement"] {
  const [u, v, w] = [drawUniform(random), drawUniform(random), drawUniform(random)];
  const size = min + (max - min) * u;
  const stray = (center: number): number =>
    Math.max(0, Math.min(furthest, Math.min(center, 1 - center) - MARGIN - size / 2));
  return { x: x + stray(x) * (2 * v - 1), y: y + stray(y) * (2 * w - 1), size };
}

/** Each of the company's things, in order, at its spot. */
export const atSpots = (random: RandomStream, spots: readonly Spot[]): readonly Part[] =>
  spots.map((spot, thing) => ({ thing, placement: placed(random, spot) }));
