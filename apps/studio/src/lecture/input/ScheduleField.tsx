import { SelectField } from "../../ui/fields.tsx";
import { type LectureScheduleName, lectureScheduleNames, scheduleTitles } from "./schedule.ts";
import { useSchedule } from "./use-schedule.ts";

/** The name of a schedule for readers. */
export const scheduleTitle = (name: LectureScheduleName): string =>
  name === "drawn" ? "Your drawn schedule" : scheduleTitles[name];

/** The choice of the schedule that every page uses. */
export function ScheduleField() {
  const { name, choose } = useSchedule();
  return (
    <SelectField
      label="Noise schedule"
      help="Every page uses it."
      value={name}
      choices={lectureScheduleNames.map((id) => ({ id, label: scheduleTitle(id) }))}
      onChange={(id) => choose(id as LectureScheduleName)}
    />
  );
}
