import type { Image } from "aquatint/formats";
import { average } from "aquatint/math";
import { itemAt } from "aquatint/util";
import { type Segment, segmentOf } from "./segmentation.ts";

/** The motion of the thing in a clip as numbers, by name. */
export type MotionFeatures = Readonly<Record<string, number>>;

/** A thing with less than this share of its largest area is not followed: it keeps its place. */
const LOST = 0.04;

/** The features of a clip's frames, whose background has one color. */
export function motionFeatures(frames: readonly Image[], segments = frames.map(segmentOf)): MotionFeatures {
  const path = followed(segments);
  return {
    ...placeFeatures(path),
    ...sizeFeatures(path, segments),
    ...insideFeatures(frames, path),
    ...stillFeatures(segments),
  };
}

interface Position extends Pick<Segment, "x" | "y" | "spreadX" | "spreadY"> {}

/** The place of the thing in each frame, or where it was last where it is all but gone. */
function followed(segments: readonly Segment[]): readonly Position[] {
  const largest = Math.max(...segments.map(({ area }) => area));
  const first = segments.find(({ area }) => area > LOST * largest) ?? itemAt(segments, 0);
  let last: Position = first;
  return segments.map((segment) => {
    if (segment.area > LOST * largest) last = segment;
    return last;
  });
}

const differences = (values: readonly number[]): readonly number[] =>
  values.slice(1).map((value, i) => value - itemAt(values, i));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
const turns = (steps: readonly number[]): number => {
  const clear = steps.filter((step) => Math.abs(step) > 0.008);
  return sum(clear.slice(1).map((step, i) => (step * itemAt(clear, i) < 0 ? 1 : 0)));
};
/** Means of the first two and of the last two. */
const ends = (values: readonly number[]) => [average(values.slice(0, 2)), average(values.slice(-2))] as const;
const logRatio = (a: number, b: number): number => Math.log((a + 0.01) / (b + 0.01));

function placeFeatures(path: readonly Position[]): MotionFeatures {
  const [xs, ys] = [path.map(({ x }) => x), path.map(({ y }) => y)];
  const [dx, dy] = [differences(xs), differences(ys)];
  const [x0, x1] = ends(xs);
  const [y0, y1] = ends(ys);
  const [middleX, middleY] = [average(xs), average(ys)];
  const around = sum(dx.map((d, i) => (itemAt(xs, i) - middleX) * itemAt(dy, i) - (itemAt(ys, i) - middleY) * d));
  return {
    "moves right": x1 - x0,
    "moves down": y1 - y0,
    "moves sideways": Math.abs(x1 - x0),
    "range of x": range(xs),
    "range of y": range(ys),
    "way along x": sum(dx.map(Math.abs)),
    "way along y": sum(dy.map(Math.abs)),
    "turns of x": turns(dx),
    "turns of y": turns(dy),
    "goes around": 10 * Math.abs(around),
  };
}

function sizeFeatures(path: readonly Position[], segments: readonly Segment[]): MotionFeatures {
  const sizes = path.map(({ spreadX, spreadY }) => Math.hypot(spreadX, spreadY));
  const wide = path.map(({ spreadX, spreadY }) => logRatio(spreadX, spreadY));
  const [from, to] = ends(sizes);
  const masses = segments.map(({ area, contrast }) => area * contrast);
  const [massFrom, massTo] = ends(masses);
  const [contrastFrom, contrastTo] = ends(segments.map(({ contrast }) => contrast));
  const third = Math.floor(sizes.length / 3);
  const middle = <T>(values: readonly T[]): readonly T[] => values.slice(third, values.length - third);
  return {
    grows: logRatio(to, from),
    "range of size": logRatio(Math.max(...sizes), Math.min(...sizes)),
    "gets clearer": contrastTo - contrastFrom,
    "gets more": logRatio(massTo, massFrom),
    "more outside than in size": logRatio(massTo, massFrom) - 2 * logRatio(to, from),
    "is wide": average(wide),
    "is wider at the ends": average([itemAt(wide, 0), itemAt(wide, -1)]) - average(middle(wide)),
    "is less in the middle": logRatio(average([massFrom, massTo]), average(middle(masses))),
    "changes shape": range(wide),
  };
}

/** Frames between two that are compared: a quarter of a turn in 16 frames. */
const LAG = 4;
/** Places a side that are compared. */
const GRID = 24;

/** Changes of the thing itself: differences of its pixels about its center, in units of its spread. */
function insideFeatures(frames: readonly Image[], path: readonly Position[]): MotionFeatures {
  const patches = frames.map((frame, i) => patchOf(frame, itemAt(path, i)));
  const change = (lag: number) =>
    average(
      patches.slice(lag).map((patch, i) => average(patch.map((v, k) => Math.abs(v - itemAt(itemAt(patches, i), k))))),
    );
  return { "changes in a step": change(1), "changes in a quarter": change(LAG), "changes in a half": change(2 * LAG) };
}

/** Brightness 0 .. 1 on a grid about the thing's center, as wide as it is. */
function patchOf({ width, height, data, channels }: Image, { x, y, spreadX, spreadY }: Position): readonly number[] {
  const reach = 4 * Math.max(spreadX, spreadY, 0.02);
  return Array.from({ length: GRID * GRID }, (_, k) => {
    const column = Math.round((x + reach * (((k % GRID) + 0.5) / GRID - 0.5)) * width - 0.5);
    const row = Math.round((y + reach * ((Math.floor(k / GRID) + 0.5) / GRID - 0.5)) * height - 0.5);
    const at = channels * (clamp(row, height) * width + clamp(column, width));
    return (itemAt(data, at) + itemAt(data, at + 1) + itemAt(data, at + 2)) / 765;
  });
}

const clamp = (value: number, length: number): number => Math.min(length - 1, Math.max(0, value));

/** Shares of the thing that stay where they are. */
function stillFeatures(segments: readonly Segment[]): MotionFeatures {
  const always = itemAt(segments, 0).mask.map((_, at) => Math.min(...segments.map(({ mask }) => itemAt(mask, at))));
  const ever = itemAt(segments, 0).mask.map((_, at) => Math.max(...segments.map(({ mask }) => itemAt(mask, at))));
  const areas = segments.map(({ area }) => area * always.length);
  const constant = sum([...always]);
  return {
    "stays in place": constant / (Math.max(...areas) + 1),
    "stays of where it ever is": constant / (sum([...ever]) + 1),
    "range of area": range(areas) / (Math.max(...areas) + 1),
  };
}
