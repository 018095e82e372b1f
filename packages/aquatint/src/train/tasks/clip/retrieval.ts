/** Vectors of pictures and of their captions, all of one length, row by row. */
export interface RetrievalInput {
  readonly images: Float32Array;
  readonly texts: Float32Array;
  readonly captions: readonly string[];
}

/** Shares, 0 .. 1, of pictures whose nearest caption is their own, and of captions whose nearest picture is theirs. */
export function retrieval({ images, texts, captions }: RetrievalInput): Readonly<Record<string, number>> {
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
function nearest(one: Float32Array, all: Float32Array, width: number): number {
  const products = Array.from({ length: all.length / width }, (_, j) =>
    row(all, j, width).reduce((sum, v, d) => sum + v * one[d]!, 0),
  );
  return products.reduce((best, product, j) => (product > products[best]! ? j : best), 0);
}
