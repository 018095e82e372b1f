import { useMemo } from "react";
import { LineChart } from "../../chart/LineChart.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { Numbers } from "../../figure/numbers.tsx";
import { ScheduleField, scheduleTitle } from "../../input/ScheduleField.tsx";
import { lectureScheduleNames } from "../../input/schedule.ts";
import { useSchedule } from "../../input/use-schedule.ts";
import { choice } from "../../link/codecs.ts";
import { ChoiceField } from "../../ui/ChoiceField.tsx";
import { curveTimes, type ScheduleCurves } from "./jobs.ts";
import { startWorker, useSchedules } from "./start.ts";

const codecs = {
  show: choice({ initial: "alphaBar", among: ["alphaBar", "logSnr"] }),
  lines: choice({ initial: "two", among: ["two", "all"] }),
};

const axes = {
  alphaBar: { label: "ᾱ", range: [0, 1] },
  logSnr: { label: "log SNR", range: [-14, 14] },
} as const;

/** Rows of the table: each tenth of T. */
const rowStride = (curveTimes.length - 1) / 10;

const none: readonly ScheduleCurves[] = [];

function useCurves() {
  const { drawn, name: selection } = useSchedule();
  const [show, setShow] = useFigureValue("show", codecs.show);
  const [lines, setLines] = useFigureValue("lines", codecs.lines);
  const { value: curves = none } = useSchedules("curves", { drawn });
  const series = useMemo(() => {
    const subset = curves.filter(
      ({ name }) => lines === "all" || name === "linear" || name === "cosine" || name === selection,
    );
    return subset.map((curve) => ({
      label: scheduleTitle(curve.name),
      values: curve[show],
      style: lectureScheduleNames.indexOf(curve.name),
    }));
  }, [curves, lines, selection, show]);
  return { show, setShow, lines, setLines, curves, series };
}

const Controls = ({ show, setShow, lines, setLines }: ReturnType<typeof useCurves>) => (
  <div className="controls">
    <ChoiceField label="Show" value={show} onChange={setShow} choices={{ alphaBar: "ᾱ", logSnr: "log SNR" }} />
    <ChoiceField
      label="Schedules"
      value={lines}
      onChange={setLines}
      choices={{ two: "Linear and cosine", all: "All" }}
    />
    <ScheduleField />
  </div>
);

const captions = {
  alphaBar:
    "The share of the image over time. Linear spends much of its time at almost pure noise; cosine falls evenly.",
  logSnr: "The same schedules by their signal-to-noise ratio. A model sees nothing else of a schedule.",
};

function Curves() {
  const state = useCurves();
  const { show, curves, series } = state;
  return (
    <>
      <Controls {...state} />
      <LineChart
        label={`${axes[show].label} over t / T for ${series.map(({ label }) => label).join(", ")}`}
        x={curveTimes}
        lines={series}
        xAxis={{ label: "t / T", range: [0, 1] }}
        yAxis={axes[show]}
      />
      <Caption>{captions[show]}</Caption>
      <Numbers
        caption="ᾱ of every schedule over t / T"
        columns={["schedule", ...Array.from({ length: 11 }, (_, i) => String(i / 10))]}
        rows={curves.map(({ name, alphaBar }) => ({
          label: name,
          values: Array.from({ length: 11 }, (_, i) => alphaBar[i * rowStride] ?? Number.NaN),
        }))}
      />
    </>
  );
}

/** Every schedule as a line. */
export const CurvesFigure = () => (
  <Figure id="curves" title="How fast the image goes" worker={startWorker}>
    <Curves />
  </Figure>
);
