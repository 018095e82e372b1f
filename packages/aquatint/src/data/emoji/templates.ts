import type { RandomStream } from "../../math/random.ts";
import type { Place } from "./compose.ts";

/** A kind of scene: how many things, what it says of them, where they stand. */
export interface Template {
  readonly objects: number;
  /** Ways to say it, all equally likely; `phrases` holds one noun phrase for each thing. */
  readonly wordings: readonly ((phrases: readonly string[]) => string)[];
  /** One place for each thing, later ones in front; `aspects` holds their widths over their heights. */
  layout(random: RandomStream, aspects: readonly number[]): readonly Omit<Place, "mirrored">[];
}

/** What scenes are called. */
export type TemplateName = "single";

/** Every kind of scene. */
export const templates: Readonly<Record<TemplateName, Template>> = {
  single: {
    objects: 1,
    wordings: [([a]) => a!],
    layout: (random) => [placed(random, { x: 0.5, y: 0.5, size: [0.8, 0.94] })],
  },
};

/** A size of the range, and a centre that strays up to 0.05 from (x, y), less where the thing would touch the edge. */
function placed(
  random: RandomStream,
  { x, y, size: [least, most] }: { readonly x: number; readonly y: number; readonly size: readonly [number, number] },
): Omit<Place, "mirrored"> {
  const [u, v, w] = random.rand(3);
  const size = least + (most - least) * u!;
  const stray = Math.min(0.05, (0.98 - size) / 2);
  return { x: x + stray * (2 * v! - 1), y: y + stray * (2 * w! - 1), size };
}
