import type { Digits } from "aquatint/data";
import { drawUniform, type RandomStream, torchCpu } from "aquatint/math";
import { digitStrokes, type Stroke } from "./digit-strokes.ts";

const SIDE = 28;
/** The digits lie in a box of this side, as those of MNIST do. */
const BOX = 20;
const SEED = 24;

/** Images of one digit. */
export const DIGITS_EACH = 240;

type Point = readonly [x: number, y: number];

/** Digits as by many hands: rotated, sheared, stretched and uneven, with pens of some widths. */
export function drawnDigits(digits: readonly number[], each = DIGITS_EACH): Digits {
  const images = new Uint8Array(digits.length * each * SIDE * SIDE);
  const labels = new Uint8Array(digits.length * each);
  for (const [i, digit] of digits.toSorted((a, b) => a - b).entries()) {
    const random = torchCpu(SEED + digit);
    for (let n = i * each; n < (i + 1) * each; n++) {
      labels[n] = digit;
      paint(images.subarray(n * SIDE * SIDE, (n + 1) * SIDE * SIDE), digitStrokes[digit] ?? [], random);
    }
  }
  return { images, labels };
}

/** A number near 0, within `reach`. */
const offset = (random: RandomStream, reach: number): number => reach * (2 * drawUniform(random) - 1);

function paint(pixels: Uint8Array, strokes: readonly Stroke[], random: RandomStream): void {
  const hand = handOf(random);
  const width = 1 + 0.6 * drawUniform(random);
  for (const stroke of strokes) {
    const points = stroke.map((point) => hand(point));
    for (const [i, end] of points.slice(1).entries()) paintSegment(pixels, [points[i] ?? end, end], width + 0.5);
  }
}

/** Paints the pixels within `reach` of a segment, over what is darker. */
function paintSegment(pixels: Uint8Array, [a, b]: readonly [Point, Point], reach: number): void {
  const range = (from: number, to: number) => [
    Math.max(0, Math.floor(Math.min(from, to) - reach)),
    Math.min(SIDE, Math.ceil(Math.max(from, to) + reach)),
  ];
  const [left = 0, right = 0] = range(a[0], b[0]);
  const [top = 0, bottom = 0] = range(a[1], b[1]);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const value = Math.round(255 * Math.min(Math.max(reach - distance([x + 0.5, y + 0.5], a, b), 0), 1));
      pixels[y * SIDE + x] = Math.max(pixels[y * SIDE + x] ?? 0, value);
    }
  }
}

/** How one hand places a point of a digit, in pixels. */
function handOf(random: RandomStream): (point: Point) => Point {
  const [angle, shear] = [offset(random, 0.16), offset(random, 0.2)];
  const [width, height] = [0.85 + offset(random, 0.15), 0.94 + offset(random, 0.06)];
  const [left, top] = [offset(random, 1), offset(random, 1)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return ([px, py]) => {
    const x = (px - 0.5) * width + offset(random, 0.018);
    const y = (py - 0.5) * height + offset(random, 0.018);
    const sheared = x - shear * y;
    return [SIDE / 2 + left + BOX * (cos * sheared - sin * y), SIDE / 2 + top + BOX * (sin * sheared + cos * y)];
  };
}

/** Distance of a point from a segment. */
function distance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length, 0), 1);
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}
