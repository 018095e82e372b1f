import { itemAt } from "../util/items.ts";
import type { RandomStream } from "./random.ts";

/** One uniform of [0, 1). */
export const drawUniform = (random: Pick<RandomStream, "rand">): number => itemAt(random.rand(1), 0);

/** One uniform integer in 0 .. n - 1. */
export const drawInteger = (random: RandomStream, n: number): number => itemAt(random.randint(0, n, 1), 0);
