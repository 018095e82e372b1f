import {
  type Schedule,
  type ScheduleName,
  scheduleFromAlphaBar,
  schedules,
  toCoordinates,
  variancePreserving,
} from "aquatint/diffusion";

/** T of every schedule of the lecture. */
export const STEPS = 1000;

/** The schedules of the library, with their names for readers. */
export const scheduleTitles: Readonly<Record<ScheduleName, string>> = {
  linear: "Linear (DDPM)",
  cosine: "Cosine",
  scaled_linear: "Scaled linear (Stable Diffusion)",
  squaredcos_cap_v2: "Offset cosine (improved DDPM)",
  sigmoid: "Sigmoid (GeoDiff)",
  flow: "Rectified flow",
  edm: "Karras (EDM)",
};

/** The name of a schedule of the lecture: the library's, and the one that the visitor draws. */
export type LectureScheduleName = ScheduleName | "drawn";

/** Names of all schedules, the drawn one last. */
export const lectureScheduleNames: readonly LectureScheduleName[] = [
  ...(Object.keys(scheduleTitles) as ScheduleName[]),
  "drawn",
];

/** alphaBar of a drawn schedule at u = 0, 1/8, ..., 1; the first is 1. */
export type DrawnCurve = readonly number[];

/** What a worker needs to make the schedule. */
export interface ScheduleChoice {
  readonly name: LectureScheduleName;
  readonly drawn: DrawnCurve;
}

/** The schedule of a choice in variance-preserving levels. */
export function scheduleOf({ name, drawn }: ScheduleChoice): Schedule {
  if (name === "drawn") return scheduleFromAlphaBar(curveOf(drawn), { steps: STEPS, name });
  const schedule: Schedule = schedules[name]({ steps: STEPS });
  return { ...schedule, level: (t) => toCoordinates(variancePreserving, schedule.level(t)) };
}

/** Straight lines between the points of a drawn curve. */
const curveOf =
  (points: DrawnCurve) =>
  (u: number): number => {
    const at = u * (points.length - 1);
    const i = Math.min(Math.floor(at), points.length - 2);
    const [from = 1, to = 0] = [points[i], points[i + 1]];
    return from + (at - i) * (to - from);
  };

/** Least fall of alphaBar between two points of a drawn curve, and its least value. */
const [FALL, LEAST] = [0.002, 0.001];

/** A drawn curve with point i at `value`: its neighbors make way so that it falls throughout. */
export function withPoint(points: DrawnCurve, i: number, value: number): DrawnCurve {
  const last = points.length - 1;
  if (i === 0) return points;
  const low = LEAST + (last - i) * FALL;
  const high = 1 - i * FALL;
  const set = Math.min(Math.max(value, low), high);
  return points.map((point, j) => {
    if (j === i) return set;
    return j < i ? Math.max(point, set + (i - j) * FALL) : Math.min(point, set - (j - i) * FALL);
  });
}

/** The curve before a visitor draws one: a straight line to almost 0. */
export const initialCurve: DrawnCurve = Array.from({ length: 9 }, (_, i) => (i === 8 ? LEAST : 1 - i / 8));
