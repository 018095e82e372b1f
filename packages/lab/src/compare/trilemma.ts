import { itemAt } from "aquatint/util";

/** The numbers of a point that its place follows from. */
export interface TrilemmaPoint {
  /** Time of an image. */
  readonly seconds: number;
  readonly distance: TrilemmaFloor;
}

/** Precision and coverage, as real images beside other real ones get them. */
export type TrilemmaFloor = Readonly<Record<"precision" | "coverage", { readonly value: number }>>;

/** Shares 0 .. 1 of what can be had. */
export interface Scores {
  /** Precision over that of real images. */
  readonly quality: number;
  /** Coverage over that of real images. */
  readonly coverage: number;
  /** 1 for the fastest, 0 for the slowest, even in the logarithm of the time. */
  readonly speed: number;
}

/** The corners, in the order in which they are drawn. */
export const corners = ["quality", "coverage", "speed"] as const satisfies readonly (keyof Scores)[];

/** A point of the triangle. */
export interface Placed<P extends TrilemmaPoint> {
  readonly point: P;
  readonly scores: Scores;
  /** Coordinates in which the triangle's sides are 1 long and its lower left corner is the origin. */
  readonly x: number;
  readonly y: number;
  /** The largest of its scores: the region that it lies in. */
  readonly region: (typeof corners)[number];
}

/** The triangle's corners in the plane. */
export const cornerPlaces = {
  quality: { x: 0.5, y: Math.sqrt(3) / 2 },
  coverage: { x: 0, y: 0 },
  speed: { x: 1, y: 0 },
} as const;

/** The trilemma of generative learning (Xiao et al. 2022): each point lies where its scores pull it. */
export function trilemma<P extends TrilemmaPoint>(points: readonly P[], floor: TrilemmaFloor): readonly Placed<P>[] {
  const logs = points.map(({ seconds }) => Math.log(seconds));
  const [fastest, slowest] = [Math.min(...logs), Math.max(...logs)];
  const share = (value: number, real: number) => (real > 0 ? Math.min(1, value / real) : 0);
  return points.map((point, i): Placed<P> => {
    const scores: Scores = {
      quality: share(point.distance.precision.value, floor.precision.value),
      coverage: share(point.distance.coverage.value, floor.coverage.value),
      speed: slowest > fastest ? (slowest - itemAt(logs, i)) / (slowest - fastest) : 1,
    };
    return { point, scores, ...placeOf(scores), region: corners.reduce((a, b) => (scores[b] > scores[a] ? b : a)) };
  });
}

function placeOf(scores: Scores): { readonly x: number; readonly y: number } {
  const total = corners.reduce((sum, corner) => sum + scores[corner], 0);
  const weight = (corner: keyof Scores) => (total > 0 ? scores[corner] / total : 1 / corners.length);
  const along = (axis: "x" | "y") => corners.reduce((sum, c) => sum + weight(c) * cornerPlaces[c][axis], 0);
  return { x: along("x"), y: along("y") };
}
