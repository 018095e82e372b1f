import { itemAt } from "aquatint/util";

/** A word that is to stand beside a place of a drawing, in pixels with y downward. */
export interface Labeled {
  readonly x: number;
  readonly y: number;
  /** Radius of the dot. */
  readonly r: number;
  readonly text: string;
}

/** Placement of a word. */
export interface LabelPlace {
  /** From its dot to where the text is anchored. */
  readonly dx: number;
  readonly dy: number;
  readonly anchor: "start" | "middle" | "end";
}

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Options of placing words. */
export interface PlaceOptions {
  /** Width of the drawing, in pixels. */
  readonly width: number;
  /** In pixels. */
  readonly fontSize: number;
  /** Other boxes to keep free, beside the dots. */
  readonly obstacles?: readonly Box[];
}

/** Width of a letter of a heavy sans serif, and the height of a line, in units of the font's size. */
const [LETTER, LINE] = [0.64, 1.1];
/** Steps away from the dot that are tried, in lines. */
const REACH = [0, 1, 2];

/** Places words one after the other beside their dots, each where it covers least of dots, of words before it and of what is taken. */
export function placeLabels(
  labels: readonly Labeled[],
  { width, fontSize, obstacles = [] }: PlaceOptions,
): readonly LabelPlace[] {
  const covered: Box[] = [...obstacles, ...labels.map(({ x, y, r }) => boxAt(x, y, 2 * r, 2 * r))];
  return labels.map((label) => {
    const positions = candidates(label, fontSize);
    const costs = positions.map((position) => {
      const box = boxOf(label, position, fontSize);
      const outside = Math.max(0, -box.left) + Math.max(0, box.right - width);
      return covered.reduce((sum, other) => sum + overlap(box, other), outside * fontSize * 4);
    });
    const best = itemAt(positions, costs.indexOf(Math.min(...costs)));
    covered.push(boxOf(label, best, fontSize));
    return best;
  });
}

/** Right, left, above and below, and each further up or down. */
function candidates({ r }: Labeled, fontSize: number): readonly LabelPlace[] {
  const [sideOffset, line] = [r + 4, LINE * fontSize];
  const above = r + 2 + line / 2;
  return REACH.flatMap((reach) => [
    ...[...new Set([-reach * line, reach * line])].flatMap((dy): LabelPlace[] => [
      { dx: sideOffset, dy, anchor: "start" },
      { dx: -sideOffset, dy, anchor: "end" },
    ]),
    { dx: 0, dy: -above - reach * line, anchor: "middle" },
    { dx: 0, dy: above + reach * line, anchor: "middle" },
  ]);
}

function boxOf({ x, y, text }: Labeled, { dx, dy, anchor }: LabelPlace, fontSize: number): Box {
  const width = LETTER * fontSize * text.length;
  const shift = { start: width / 2, middle: 0, end: -width / 2 }[anchor];
  return boxAt(x + dx + shift, y + dy, width, LINE * fontSize);
}

const boxAt = (x: number, y: number, width: number, height: number): Box => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
