interface Position {
  readonly x: number;
  readonly y: number;
}

/** Pixels of a number. */
const NUMBER = { width: 14, height: 20 };

/** Middles of the numbers: right of their dots, or where they lie on no other dot and no number before them. */
export function numberPositions(dots: readonly (Position & { readonly r: number })[]): readonly Position[] {
  const positions: Position[] = [];
  const { width, height } = NUMBER;
  for (const { x, y, r } of dots) {
    const [across, along] = [r + 3 + width / 2, r + 2 + height / 2];
    const sides = [1, -1].map((side) => ({ x: x + side * across, y }));
    const ends = [-1, 1].map((side) => ({ x, y: y + side * along }));
    const isFree = (position: Position) =>
      dots.every((dot) => Math.hypot(dot.x - position.x, dot.y - position.y) > dot.r + width / 2) &&
      positions.every((other) => Math.abs(other.x - position.x) > width || Math.abs(other.y - position.y) > height);
    positions.push([...sides, ...ends].find(isFree) ?? { x: x + across, y });
  }
  return positions;
}
