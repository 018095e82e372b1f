/** Share of each of `side` pixels in a row in the odd ones of `count` equal bands, 0 .. 1. */
export function bands(side: number, count: number): Float32Array {
  const width = side / count;
  const oddUpTo = (x: number): number => {
    const band = Math.floor(x / width);
    return Math.floor(band / 2) * width + (band % 2) * (x - band * width);
  };
  return Float32Array.from({ length: side }, (_, x) => Math.min(1, Math.max(0, oddUpTo(x + 1) - oddUpTo(x))));
}

/** The coverage of pixel (x, y), 0 .. 1, by every other field of a board with `count` fields a side. */
export function checks(side: number, count: number): (x: number, y: number) => number {
  const odd = bands(side, count);
  return (x, y) => odd[x]! * (1 - odd[y]!) + (1 - odd[x]!) * odd[y]!;
}

/** The coverage, 0 .. 1, of a pixel (dx, dy) pixels from the center of a disc; its edge is one pixel soft. */
export function disc({ radius }: { readonly radius: number }): (dx: number, dy: number) => number {
  return (dx, dy) => Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
}

/** The coverage, 0 .. 1, of a pixel (dx, dy) pixels from the center of a square with sides of twice `radius`. */
export function square({ radius }: { readonly radius: number }): (dx: number, dy: number) => number {
  const along = (d: number): number => Math.min(1, Math.max(0, radius + 0.5 - Math.abs(d)));
  return (dx, dy) => along(dx) * along(dy);
}
