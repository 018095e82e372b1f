import type { NamedColour } from "./colours.ts";
import { type Canvas, fill } from "./compose.ts";

/** A way to cover the ground behind the objects: how many colours it takes, how it looks, what it is called. */
export interface BackgroundKind {
  readonly colours: number;
  paint(canvas: Canvas, colours: readonly NamedColour[]): void;
  /** Without article; `words` holds one colour word for each colour. */
  phrase(words: readonly string[]): string;
}

/** What kinds of background are called. */
export type BackgroundKindName = "solid";

/** Every kind of background. */
export const backgroundKinds: Readonly<Record<BackgroundKindName, BackgroundKind>> = {
  solid: {
    colours: 1,
    paint: (canvas, [colour]) => fill(canvas, colour!.rgb),
    phrase: ([word]) => `${word} background`,
  },
};
