import { drawInteger, drawUniform } from "../math/draw.ts";
import type { RandomStream } from "../math/random.ts";
import { itemAt } from "../util/items.ts";

/** Share of captions that name a thing by its usual words rather than by others. */
const USUAL = 0.75;

/** The first of the wordings or, one time in four, one of the others. */
export function worded(random: RandomStream, wordings: readonly string[]): string {
  const [usual, variants] = [itemAt(wordings, 0), wordings.slice(1)];
  return variants.length === 0 || drawUniform(random) < USUAL ? usual : pick(random, variants);
}

/** One of the items, all equally likely. */
export const pick = <T>(random: RandomStream, items: readonly T[]): T =>
  itemAt(items, drawInteger(random, items.length));

/** One of the items, each as likely as its weight says. */
export function weighted<T extends { readonly weight: number }>(random: RandomStream, items: readonly T[]): T {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  let remainder = drawUniform(random) * total;
  for (const item of items) {
    remainder -= item.weight;
    if (remainder < 0) return item;
  }
  return itemAt(items, -1);
}
