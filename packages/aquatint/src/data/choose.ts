import type { RandomStream } from "../math/random.ts";
import { itemAt } from "../util/items.ts";

/** How often something goes by its usual words rather than by others. */
const USUAL = 0.75;

/** The first of the wordings or, one time in four, one of the others. */
export function worded(random: RandomStream, [usual, ...variants]: readonly string[]): string {
  return variants.length === 0 || itemAt(random.rand(1), 0) < USUAL ? usual! : pick(random, variants);
}

/** One of the items, all equally likely. */
export const pick = <T>(random: RandomStream, items: readonly T[]): T =>
  itemAt(items, itemAt(random.randint(0, items.length, 1), 0));

/** One of the items, each as likely as its weight says. */
export function weighted<T extends { readonly weight: number }>(random: RandomStream, items: readonly T[]): T {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  let left = itemAt(random.rand(1), 0) * total;
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  return itemAt(items, -1);
}
