import type { EmojiName } from "../names.ts";

/** Verbs of moving from one place to another, by the things that move so. */
const gaits: Readonly<Record<string, readonly string[]>> = {
  flying: [
    ...["owl", "duck", "chick", "parrot", "flamingo", "dragon", "butterfly", "bee", "ladybug", "unicorn", "penguin"],
    ...["airplane", "helicopter", "rocket", "flying saucer", "balloon", "ghost", "alien", "superhero", "astronaut"],
    ...["Santa Claus", "vampire", "star", "cloud", "planet"],
  ],
  swimming: ["fish", "whale", "dolphin", "shark", "octopus", "crab", "turtle", "duck", "crocodile", "frog", "penguin"],
  driving: ["car", "bus", "taxi", "fire truck", "tractor", "motorcycle", "scooter", "bicycle", "steam train"],
  rolling: ["soccer ball", "basketball", "red apple", "orange", "pumpkin", "globe", "skateboard", "doughnut", "tomato"],
  sailing: ["sailboat", "ship"],
  walking: [
    ...["cat", "dog", "rabbit", "fox", "bear", "panda", "koala", "lion", "tiger", "cow", "pig", "mouse", "monkey"],
    ...["chicken", "penguin", "horse", "zebra", "camel", "elephant", "giraffe", "sheep", "deer", "rhinoceros", "wolf"],
    ...["hedgehog", "kangaroo", "turtle", "dinosaur", "unicorn", "robot", "astronaut", "ninja", "wizard", "princess"],
    ...["Santa Claus", "superhero", "chef", "police officer", "vampire", "alien", "skull", "snowman", "flamingo"],
  ],
};
/** Names of things that leave the ground by themselves. */
const launched: readonly string[] = ["rocket", "airplane", "helicopter", "flying saucer", "superhero", "owl", "parrot"];

/** The verbs that fit a thing: "flying" for a bee. */
export const gaitsOf = ({ name }: EmojiName): readonly string[] =>
  Object.keys(gaits).filter((gait) => gaits[gait]?.includes(name));

/** Tells whether "taking off" fits a thing. */
export const takesOff = ({ name }: EmojiName): boolean => launched.includes(name);
