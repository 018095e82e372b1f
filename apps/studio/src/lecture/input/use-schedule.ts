import { useMemo } from "react";
import { choice, numbers } from "../link/codecs.ts";
import { useLinkedValue } from "../link/link-store.ts";
import {
  type DrawnCurve,
  initialCurve,
  type LectureScheduleName,
  lectureScheduleNames,
  type ScheduleChoice,
} from "./schedule.ts";

const nameCodec = choice({ initial: "linear", among: lectureScheduleNames });
const drawnCodec = numbers({ initial: initialCurve, min: 0, max: 1 });

/** The schedule of all figures without a trained model, and how to choose it. */
export interface ChosenSchedule extends ScheduleChoice {
  readonly choose: (name: LectureScheduleName) => void;
  /** Draws the curve; it is used from then on. */
  readonly draw: (drawn: DrawnCurve) => void;
}

/** The schedule in the address, of no page: those that follow use it, too. */
export function useSchedule(): ChosenSchedule {
  const [name, choose] = useLinkedValue("schedule", nameCodec);
  const [drawn, setDrawn] = useLinkedValue("drawn", drawnCodec);
  return useMemo(() => {
    const draw = (curve: DrawnCurve) => {
      setDrawn(curve);
      choose("drawn");
    };
    return { name, drawn, choose, draw };
  }, [name, drawn, choose, setDrawn]);
}
