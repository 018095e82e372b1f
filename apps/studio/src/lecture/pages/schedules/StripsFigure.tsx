import { useStore } from "../../../state/store.ts";
import { ImageView } from "../../chart/ImageView.tsx";
import { Caption, Figure } from "../../figure/Figure.tsx";
import { ImagePicker } from "../../input/ImagePicker.tsx";
import { imageStore } from "../../input/image-store.ts";
import { scheduleTitle } from "../../input/ScheduleField.tsx";
import { lectureScheduleNames } from "../../input/schedule.ts";
import { useSchedule } from "../../input/use-schedule.ts";
import { startWorker, useSchedules } from "./start.ts";

const at = [100, 250, 500, 750, 900];

function Strips() {
  const { drawn } = useSchedule();
  const { values } = useStore(imageStore);
  const { value: strips } = useSchedules("strips", { values, drawn, at });
  return (
    <>
      <div className="image-table">
        <div className="image-row image-heads">
          <span />
          {at.map((t) => (
            <span key={t}>t = {t}</span>
          ))}
        </div>
        {lectureScheduleNames.map((name, row) => (
          <div key={name} className="image-row">
            <span className="image-row-name">{scheduleTitle(name)}</span>
            {at.map((t, i) => (
              <ImageView key={t} values={strips?.[row]?.images[i]} label={`${scheduleTitle(name)} at t = ${t}`} />
            ))}
          </div>
        ))}
      </div>
      <Caption>The same image with the same noise. Only the schedule differs.</Caption>
      <ImagePicker />
    </>
  );
}

/** What each schedule does to the image. */
export const StripsFigure = () => (
  <Figure id="strips" title="What each schedule does to an image" worker={startWorker}>
    <Strips />
  </Figure>
);
