import { drawUniform } from "aquatint/math";
import { itemAt, lookup } from "aquatint/util";
import type { Template } from "../template.ts";
import { said } from "./words.ts";

/** Who rides: heads and figures that end in a line, which the mount hides. */
const riders: ReadonlySet<string> = new Set([
  ...[
    "cat",
    "dog",
    "rabbit",
    "fox",
    "bear",
    "panda",
    "koala",
    "lion",
    "tiger",
    "monkey",
    "frog",
    "mouse",
    "pig",
    "cow",
  ],
  ...["chicken", "penguin", "owl", "chick", "unicorn", "wolf", "raccoon", "hamster", "polar bear", "gorilla"],
  ...["astronaut", "ninja", "princess", "prince", "wizard", "vampire", "elf", "zombie", "superhero", "detective"],
  ...["police officer", "firefighter", "farmer", "chef", "pilot", "scientist", "guard", "construction worker"],
  ...["teddy bear", "robot", "ghost", "alien", "skull", "snowman", "pumpkin", "Santa Claus", "baby"],
]);

/** Hidden region of a rider's lower end, from the top left of the mount's box, in fractions of its sides. */
type Seat = readonly [x: number, y: number];

/** Mounts, all seen from the side and looking to the left; one seat does for the three styles. */
const mounts: Readonly<Record<string, Seat>> = {
  horse: [0.62, 0.42],
  zebra: [0.65, 0.42],
  deer: [0.68, 0.5],
  bison: [0.65, 0.2],
  ox: [0.65, 0.26],
  goat: [0.66, 0.34],
  ram: [0.65, 0.27],
  sheep: [0.62, 0.24],
  camel: [0.62, 0.27],
  llama: [0.68, 0.52],
  mammoth: [0.65, 0.22],
  elephant: [0.65, 0.2],
  rhinoceros: [0.62, 0.2],
  hippopotamus: [0.62, 0.18],
  leopard: [0.62, 0.3],
  giraffe: [0.65, 0.54],
  turtle: [0.55, 0.14],
  dinosaur: [0.58, 0.42],
  "long-necked dinosaur": [0.65, 0.54],
  whale: [0.42, 0.42],
  swan: [0.68, 0.56],
  rooster: [0.55, 0.45],
  snail: [0.62, 0.2],
  bicycle: [0.6, 0.42],
  motorcycle: [0.6, 0.4],
  scooter: [0.66, 0.45],
  "kick scooter": [0.55, 0.8],
  skateboard: [0.5, 0.36],
  tractor: [0.6, 0.25],
  sled: [0.5, 0.25],
};

/** A rider's longer side over its mount's. */
const RIDER = 0.62;

/** The longer side of both together, of the image's. */
const SPAN = [0.84, 0.94] as const;

/** The first thing rides the second, which is in front: both are scaled together, so that they fit. */
export const riding: Template = {
  things: 2,
  ordered: true,
  suits: ({ name }, part) => (part === 0 ? riders.has(name) : Object.hasOwn(mounts, name)),
  stage(random, company) {
    const { things, aspects, mirrored } = company;
    const [seatX, seatY] = lookup(mounts, itemAt(things, 1).name);
    const mount = box(1, itemAt(aspects, 1));
    const rider = seated(box(RIDER, itemAt(aspects, 0)), mount, [mirrored[1] ? 1 - seatX : seatX, seatY]);
    const [u, v, w] = [drawUniform(random), drawUniform(random), drawUniform(random)];
    const span = SPAN[0] + (SPAN[1] - SPAN[0]) * u;
    const stray = (0.98 - span) / 2;
    const fit = fitted([rider, mount], {
      span,
      x: 0.5 + stray * (2 * v - 1),
      y: 0.5 + stray * (2 * w - 1),
    });
    return {
      parts: fit.map(({ x, y, width, height }, thing) => ({
        thing,
        placement: { x, y, size: Math.max(width, height) },
      })),
      what: said(
        random,
        company,
        [([a, b]) => `${a} riding ${b}`, ([a, b]) => `${a} riding on ${b}`],
        [([a, b]) => `${a} sitting on ${b}`, ([a, b]) => `${b} with ${a} riding it`],
      ),
    };
  },
};

/** A box about the center (x, y). */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A box of an aspect whose longer side is `size`, about (0, 0). */
const box = (size: number, aspect: number): Box => ({
  x: 0,
  y: 0,
  width: size * Math.min(1, aspect),
  height: size * Math.min(1, 1 / aspect),
});

const seated = (rider: Box, mount: Box, [x, y]: Seat): Box => ({
  ...rider,
  x: (x - 0.5) * mount.width,
  y: (y - 0.5) * mount.height - rider.height / 2,
});

/** Boxes, moved and scaled together so that the box around all has its center at (x, y) and the longer side `span`. */
function fitted(
  boxes: readonly Box[],
  { span, x, y }: { readonly span: number; readonly x: number; readonly y: number },
): readonly Box[] {
  const leftEdge = Math.min(...boxes.map((b) => b.x - b.width / 2));
  const right = Math.max(...boxes.map((b) => b.x + b.width / 2));
  const top = Math.min(...boxes.map((b) => b.y - b.height / 2));
  const bottom = Math.max(...boxes.map((b) => b.y + b.height / 2));
  const scale = span / Math.max(right - leftEdge, bottom - top);
  return boxes.map((b) => ({
    x: x + scale * (b.x - (leftEdge + right) / 2),
    y: y + scale * (b.y - (top + bottom) / 2),
    width: scale * b.width,
    height: scale * b.height,
  }));
}
