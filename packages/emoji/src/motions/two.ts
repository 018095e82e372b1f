import { gaitsOf } from "./gaits.ts";
import type { Motion } from "./motion.ts";
import { pathOf } from "./pose.ts";
import { inset, mix, sign, within } from "./range.ts";

/** The first passes behind the second, which stays in the middle. */
export const behind: Motion = {
  things: 2,
  usual: [
    ([a, b]) => `${a} passing behind ${b}`,
    ([a, b]) => `${a} moving behind ${b}`,
    ([a, b]) => `${a} going behind ${b}`,
  ],
  more: ([thing]) =>
    thing
      ? gaitsOf(thing).map(
          (gait) =>
            ([a, b]) =>
              `${a} ${gait} behind ${b}`,
        )
      : [],
  paths(random, frames) {
    const [size, front] = [within(random, 0.28, 0.36), within(random, 0.46, 0.56)];
    const y = 0.5 + within(random, -0.06, 0.06);
    const way = sign(random);
    const reach = 0.5 - inset(size);
    const mover = pathOf(frames, ({ progress }) => ({ size, y, x: 0.5 + way * mix(-reach, reach, progress) }));
    return [mover, pathOf(frames, () => ({ size: front }))];
  },
};

/** The first goes after the second, to one side. */
export const follow: Motion = {
  things: 2,
  usual: [
    ([a, b]) => `${a} following ${b}`,
    ([a, b]) => `${b} followed by ${a}`,
    ([a, b]) => `${a} chasing ${b}`,
    ([a, b]) => `${a} going after ${b}`,
  ],
  paths(random, frames) {
    const size = within(random, 0.26, 0.32);
    const gap = size + within(random, 0.03, 0.07);
    const y = 0.5 + within(random, -0.15, 0.15);
    const way = sign(random);
    const [start, end] = [inset(size), 1 - inset(size) - gap];
    const x = (progress: number, ahead: number): number => {
      const along = mix(start, end, progress) + ahead;
      return way > 0 ? along : 1 - along;
    };
    return [
      pathOf(frames, ({ progress }) => ({ size, y, x: x(progress, 0) })),
      pathOf(frames, ({ progress }) => ({ size, y, x: x(progress, gap) })),
    ];
  },
};
