import { dot } from "../../../math/vector.ts";
import { itemAt } from "../../../util/items.ts";

/** Vectors of images and of their captions, all of one length, row by row. */
export interface RetrievalInput {
  readonly images: Float32Array;
  readonly texts: Float32Array;
  readonly captions: readonly string[];
  /** So many rows each are an image and its hard negatives; none if left out. */
  readonly group?: number | undefined;
}

/** The direction of a search. */
export type Direction = "image_to_text" | "text_to_image";

/** Shares by direction, and the same within groups where there are any. */
export type RetrievalShares = Readonly<Record<Direction, number>> &
  Readonly<Partial<Record<`${Direction}_in_group`, number>>>;

/**
 * Shares, 0 .. 1, of images whose nearest caption is their own, and of captions whose nearest image is theirs; with
 * groups also among the few of a group alone.
 */
export function retrieval({ group, ...rows }: RetrievalInput): RetrievalShares {
  if (group === undefined) return sharesOf(rows);
  const count = Math.floor(rows.captions.length / group);
  const groups = Array.from({ length: count }, (_, g) => sharesOf(part(rows, g * group, (g + 1) * group)));
  const mean = (name: Direction) => groups.reduce((sum, shares) => sum + shares[name], 0) / count;
  return {
    ...sharesOf(rows),
    image_to_text_in_group: mean("image_to_text"),
    text_to_image_in_group: mean("text_to_image"),
  };
}

function part({ images, texts, captions }: Rows, from: number, to: number): Rows {
  const width = images.length / captions.length;
  const cut = (x: Float32Array) => x.subarray(from * width, to * width);
  return { images: cut(images), texts: cut(texts), captions: captions.slice(from, to) };
}

type Rows = Omit<RetrievalInput, "group">;

function sharesOf({ images, texts, captions }: Rows): RetrievalShares {
  const n = captions.length;
  const width = images.length / n;
  const right = (from: Float32Array, to: Float32Array) => {
    const hits = captions.filter((caption, i) => caption === captions[nearest(row(from, i, width), to, width)]);
    return hits.length / n;
  };
  return { image_to_text: right(images, texts), text_to_image: right(texts, images) };
}

const row = (x: Float32Array, i: number, width: number) => x.subarray(i * width, (i + 1) * width);

/** The row of `all` with the largest inner product. */
function nearest(query: Float32Array, all: Float32Array, width: number): number {
  const products = Array.from({ length: all.length / width }, (_, j) => dot(row(all, j, width), query));
  return products.reduce((best, product, j) => (product > itemAt(products, best) ? j : best), 0);
}
