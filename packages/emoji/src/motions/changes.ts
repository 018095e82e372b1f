import { doing, type Motion } from "./motion.ts";
import { pathOf } from "./pose.ts";
import { mix, sign, within } from "./range.ts";

const resized =
  (smaller: "first" | "last"): Motion["paths"] =>
  (random, frames) => {
    const [small, big] = [within(random, 0.18, 0.28), within(random, 0.72, 0.9)];
    const [from, to] = smaller === "first" ? [small, big] : [big, small];
    return [pathOf(frames, ({ progress }) => ({ size: mix(from, to, progress) }))];
  };

/** From small to large. */
export const grow: Motion = {
  things: 1,
  usual: ["growing", "getting bigger", "growing bigger", "coming closer"].map(doing),
  paths: resized("first"),
};

/** From large to small. */
export const shrink: Motion = {
  things: 1,
  usual: ["shrinking", "getting smaller", "becoming smaller", "going away"].map(doing),
  paths: resized("last"),
};

/** One whole turn about the middle. */
export const spin: Motion = {
  things: 1,
  usual: ["spinning", "rotating", "turning around", "spinning around"].map(doing),
  paths(random, frames) {
    const [size, way] = [within(random, 0.5, 0.66), sign(random)];
    return [pathOf(frames, ({ turn }) => ({ size, angle: way * 2 * Math.PI * turn }))];
  },
};

/** From opaque to invisible. */
export const fade: Motion = {
  things: 1,
  usual: ["fading", "fading out", "fading away", "disappearing"].map(doing),
  paths(random, frames) {
    const size = within(random, 0.55, 0.85);
    return [pathOf(frames, ({ progress }) => ({ size, opacity: 1 - progress }))];
  },
};
