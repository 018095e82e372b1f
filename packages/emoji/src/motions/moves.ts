import { itemAt } from "aquatint/util";
import { gaitsOf, takesOff } from "./gaits.ts";
import { doing, type Motion } from "./motion.ts";
import { pathOf } from "./pose.ts";
import { inset, mix, sign, within } from "./range.ts";

/** From one side to the other; `toward` is 1 right or down, -1 left or up, along the axis. */
function across(axis: "x" | "y", toward: 1 | -1): Motion["paths"] {
  const other = axis === "x" ? "y" : "x";
  return (random, frames) => {
    const size = within(random, 0.34, 0.5);
    const edge = inset(size);
    const [low, high] = [edge + within(random, 0, 0.05), 1 - edge - within(random, 0, 0.05)];
    const [from, to] = toward > 0 ? [low, high] : [high, low];
    const level = 0.5 + within(random, -1, 1) * Math.min(0.15, 0.5 - edge);
    return [pathOf(frames, ({ progress }) => ({ size, [axis]: mix(from, to, progress), [other]: level }))];
  };
}

/** "moving left", and "flying left" where a thing flies. */
const toward = (words: readonly string[]): Pick<Motion, "usual" | "more"> => ({
  usual: ["moving", "going", "gliding"].flatMap((verb) => words.map((word) => doing(`${verb} ${word}`))),
  more: (things) => gaitsOf(itemAt(things, 0)).flatMap((gait) => words.map((word) => doing(`${gait} ${word}`))),
});

/** From the right side to the left. */
export const left: Motion = { things: 1, ...toward(["left", "to the left"]), paths: across("x", -1) };
/** From the left side to the right. */
export const right: Motion = { things: 1, ...toward(["right", "to the right"]), paths: across("x", 1) };
/** From the top to the bottom. */
export const down: Motion = {
  things: 1,
  ...toward(["down", "downwards"]),
  usual: [...toward(["down", "downwards"]).usual, doing("falling"), doing("falling down"), doing("dropping")],
  paths: across("y", 1),
};

const upward = toward(["up", "upwards"]);
/** From the bottom to the top. */
export const up: Motion = {
  things: 1,
  usual: [...upward.usual, doing("rising"), doing("floating up")],
  more: (things) => [
    ...(upward.more?.(things) ?? []),
    ...(takesOff(itemAt(things, 0)) ? [doing("taking off"), doing("taking off"), doing("lifting off")] : []),
  ],
  paths: across("y", -1),
};

/** Once around the middle. */
export const circle: Motion = {
  things: 1,
  usual: ["moving in a circle", "going in a circle", "circling", "going around in a circle"].map(doing),
  more: ([thing]) => (thing ? gaitsOf(thing).map((gait) => doing(`${gait} in a circle`)) : []),
  paths(random, frames) {
    const size = within(random, 0.3, 0.42);
    const radius = within(random, 0.2, 0.25);
    const [start, way] = [within(random, 0, 2 * Math.PI), sign(random)];
    return [
      pathOf(frames, ({ turn }) => {
        const angle = start + way * 2 * Math.PI * turn;
        return { size, x: 0.5 + radius * Math.cos(angle), y: 0.5 + radius * Math.sin(angle) };
      }),
    ];
  },
};

/** Two hops on the spot. */
export const jump: Motion = {
  things: 1,
  usual: ["jumping", "jumping up and down", "bouncing", "hopping"].map(doing),
  paths(random, frames) {
    const size = within(random, 0.38, 0.52);
    const floor = 1 - inset(size);
    const height = within(random, 0.75, 1) * (1 - 2 * inset(size));
    const x = 0.5 + within(random, -0.1, 0.1);
    return [pathOf(frames, ({ turn }) => ({ size, x, y: floor - height * Math.abs(Math.sin(2 * Math.PI * turn)) }))];
  },
};

/** Four quick swings to the sides. */
export const shake: Motion = {
  things: 1,
  usual: ["shaking", "trembling", "wobbling", "shaking from side to side"].map(doing),
  paths(random, frames) {
    const size = within(random, 0.5, 0.7);
    const width = within(random, 0.05, 0.08);
    const y = 0.5 + within(random, -0.05, 0.05);
    return [pathOf(frames, ({ turn }) => ({ size, y, x: 0.5 + width * Math.sin(8 * Math.PI * turn) }))];
  },
};
