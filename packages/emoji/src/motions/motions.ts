import { fade, grow, shrink, spin } from "./changes.ts";
import type { Motion } from "./motion.ts";
import { circle, down, jump, left, right, shake, up } from "./moves.ts";
import { behind, follow } from "./two.ts";

/** Every motion, by the name that configs and truths call it. */
export const motions = {
  left,
  right,
  up,
  down,
  circle,
  jump,
  shake,
  grow,
  shrink,
  spin,
  fade,
  behind,
  follow,
} as const satisfies Readonly<Record<string, Motion>>;

/** Name of a motion. */
export type MotionName = keyof typeof motions;

/** The names of all motions. */
export const motionNames = Object.keys(motions) as MotionName[];
