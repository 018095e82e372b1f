import { IMAGE_SIDE as SIDE } from "./side.ts";

type Rgb = readonly [red: number, green: number, blue: number];

const mixed = (a: Rgb, b: Rgb, share: number): Rgb => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

const top: Rgb = [70, 130, 200];
const horizon: Rgb = [250, 215, 170];
const sun: Rgb = [255, 245, 200];
const hills: Rgb = [92, 132, 150];
const meadow: Rgb = [38, 84, 66];

/** The color at x, y in 0 .. 1: a sun over two hills. */
function colorAt(x: number, y: number): Rgb {
  const hill = (base: number, height: number, turns: number, start: number) =>
    base - height * Math.sin(turns * Math.PI * x + start);
  if (y > hill(0.86, 0.08, 1.7, 0.6)) return meadow;
  if (y > hill(0.7, 0.1, 2.2, 2.4)) return hills;
  const fade = Math.min(Math.max((0.17 - Math.hypot(x - 0.66, y - 0.36)) / 0.03, 0), 1);
  return mixed(mixed(top, horizon, Math.min(y / 0.7, 1)), sun, fade);
}

/** The image before a visitor chooses one, [3, side, side] in -1 .. 1. */
export function defaultImage(): Float32Array<ArrayBuffer> {
  const values = new Float32Array(3 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const color = colorAt(((i % SIDE) + 0.5) / SIDE, (Math.floor(i / SIDE) + 0.5) / SIDE);
    for (const [c, value] of color.entries()) values[c * SIDE * SIDE + i] = Math.round(value) / 127.5 - 1;
  }
  return values;
}
