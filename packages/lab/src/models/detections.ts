import { itemAt } from "aquatint/util";

/** The logits of one image's places. */
export interface PlaceLogits {
  /** [classes + 1, rows, columns], "nothing" last. */
  readonly logits: Float32Array;
  readonly classes: number;
  readonly rows: number;
  readonly columns: number;
}

/** One thing that a classifier sees, about the center (x, y) in fractions of the image's sides. */
export interface Detection {
  /** The class's index. */
  readonly class: number;
  readonly x: number;
  readonly y: number;
  /** The sum of the class's probabilities over its places. */
  readonly score: number;
}

/** The things in an image: neighboring places with the same likeliest class are one thing. Highest score first. */
export function detectionsOf({ logits, classes, rows, columns }: PlaceLogits): readonly Detection[] {
  const cells = rows * columns;
  const best = Array.from({ length: cells }, (_, cell) => likeliest(logits, { cell, cells, classes }));
  const visited = new Set<number>();
  const detections: Detection[] = [];
  const classAt = (cell: number) => itemAt(best, cell).class;
  for (const [start, { class: label }] of best.entries()) {
    if (visited.has(start) || label === classes) continue;
    const region = regionAt(start, { rows, columns, visited, same: (a, b) => classAt(a) === classAt(b) });
    const total = (of: (cell: number) => number) =>
      region.reduce((sum, cell) => sum + itemAt(best, cell).probability * of(cell), 0);
    const score = total(() => 1);
    const x = total((cell) => ((cell % columns) + 0.5) / columns) / score;
    const y = total((cell) => (Math.floor(cell / columns) + 0.5) / rows) / score;
    detections.push({ class: label, x, y, score });
  }
  return detections.sort((a, b) => b.score - a.score);
}

interface At {
  readonly cell: number;
  readonly cells: number;
  readonly classes: number;
}

function likeliest(logits: Float32Array, { cell, cells, classes }: At) {
  const scores = Array.from({ length: classes + 1 }, (_, c) => itemAt(logits, c * cells + cell));
  const best = scores.reduce((top, score, c) => (score > itemAt(scores, top) ? c : top), 0);
  const largest = itemAt(scores, best);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
  return { class: best, probability: 1 / total };
}

interface Grid {
  readonly rows: number;
  readonly columns: number;
  /** Places that belong to a region already; new ones are added. */
  readonly visited: Set<number>;
  readonly same: (a: number, b: number) => boolean;
}

/** The places that hang together with `start` along rows and columns. */
function regionAt(start: number, { rows, columns, visited, same }: Grid): readonly number[] {
  const region = [start];
  visited.add(start);
  for (const cell of region) {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    const neighbors = [
      ...(column > 0 ? [cell - 1] : []),
      ...(column < columns - 1 ? [cell + 1] : []),
      ...(row > 0 ? [cell - columns] : []),
      ...(row < rows - 1 ? [cell + columns] : []),
    ];
    for (const next of neighbors) {
      if (visited.has(next) || !same(start, next)) continue;
      visited.add(next);
      region.push(next);
    }
  }
  return region;
}
