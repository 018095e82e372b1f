import { drawUniform, type RandomStream } from "aquatint/math";

/** A number between two others. */
export const within = (random: RandomStream, min: number, max: number): number =>
  min + (max - min) * drawUniform(random);

/** 1 or -1. */
export const sign = (random: RandomStream): 1 | -1 => (drawUniform(random) < 0.5 ? 1 : -1);

/** The value at `share` of the way from `from` to `to`. */
export const mix = (from: number, to: number, share: number): number => from + (to - from) * share;

/** Distance of a thing's center from the edge, so that it stays inside. */
export const inset = (size: number): number => size / 2 + 0.01;
