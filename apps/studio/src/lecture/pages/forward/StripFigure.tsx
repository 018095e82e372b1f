import { useStore } from "../../../state/store.ts";
import { ImageView } from "../../chart/ImageView.tsx";
import { Caption, Figure } from "../../figure/Figure.tsx";
import { Numbers } from "../../figure/numbers.tsx";
import { jobHook } from "../../figure/use-job.ts";
import { imageStore } from "../../input/image-store.ts";
import { scheduleTitle } from "../../input/ScheduleField.tsx";
import { useSchedule } from "../../input/use-schedule.ts";
import type { jobs } from "./jobs.ts";
import { startWorker } from "./NoiseFigure.tsx";

const useForward = jobHook<typeof jobs>();
const times = [0, 125, 250, 375, 500, 625, 750, 1000];

function Strip() {
  const { values } = useStore(imageStore);
  const { name, drawn } = useSchedule();
  const { value: states = [] } = useForward("strip", { values, name, drawn, times, seed: 0 });
  return (
    <>
      <div className="strip">
        {times.map((t, i) => (
          <ImageView key={t} values={states[i]?.x} label={`The image at t = ${t}`}>
            t = {t}
          </ImageView>
        ))}
      </div>
      <Caption>
        The image on its way to noise, at {times.length} times of the schedule “{scheduleTitle(name)}”.
      </Caption>
      <Numbers
        caption="The mean and the standard deviation of the values at each time"
        columns={["t", "ᾱ", "mean", "deviation"]}
        rows={states.map(({ t, alphaBar, mean, deviation }) => ({
          label: `${t}`,
          values: [alphaBar, mean, deviation],
        }))}
      />
    </>
  );
}

/** The image at some times. */
export const StripFigure = () => (
  <Figure id="strip" title="On the way to noise" worker={startWorker}>
    <Strip />
  </Figure>
);
