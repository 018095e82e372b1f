import { SelectField } from "../../ui/fields.tsx";
import { type LectureScheduleName, lectureScheduleNames, scheduleTitles } from "./schedule.ts";
import { useSchedule } from "./use-schedule.ts";

/** The name of a schedule for readers. */
export const scheduleTitle = (name: LectureScheduleName): string =>
  name === "drawn" ? "Your drawn schedule" : scheduleTitles[name];

/** The choice of the schedule of all figures without a trained model. */
export function ScheduleField() {
  const { name, choose } = useSchedule();
  return (
    <SelectField
      label="Noise schedule"
      help="Used on pages 1 to 3 and 6."
      value={name}
      choices={lectureScheduleNames.map((id) => ({ id, label: scheduleTitle(id) }))}
      onChange={(id) => choose(id as LectureScheduleName)}
    />
  );
}
