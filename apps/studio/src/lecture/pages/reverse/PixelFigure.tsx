import { useMemo } from "react";
import { RangeField } from "../../../ui/fields.tsx";
import { LineChart } from "../../chart/LineChart.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { numberText, Reading, Readout } from "../../figure/numbers.tsx";
import { ScheduleField } from "../../input/ScheduleField.tsx";
import { useSchedule } from "../../input/use-schedule.ts";
import { number } from "../../link/codecs.ts";
import { Formula } from "../../text/formula.tsx";
import { type PixelPosterior, pixelAxis } from "./jobs.ts";
import { startWorker, timeCodecs, useReverse } from "./start.ts";

const codecs = {
  ...timeCodecs,
  x0: number({ initial: 0.8, min: -1, max: 1 }),
  x: number({ initial: -0.5, min: -3, max: 3 }),
};

/** Tops of the axis: densities change with every slider, and the axis should not. */
const range = [0, 2] as const;

function usePixel() {
  const { name, drawn } = useSchedule();
  const [t, setT] = useFigureValue("t", codecs.t);
  const [stride, setStride] = useFigureValue("stride", codecs.stride);
  const [x0, setX0] = useFigureValue("x0", codecs.x0);
  const [x, setX] = useFigureValue("x", codecs.x);
  const { value } = useReverse("pixel", { name, drawn, t, stride, x0, x });
  return { t, setT, stride, setStride, x0, setX0, x, setX, value };
}

const Controls = ({ t, setT, stride, setStride, x0, setX0, x, setX }: ReturnType<typeof usePixel>) => (
  <div className="controls">
    <RangeField label="t" help="The time of xₜ." value={t} min={2} max={1000} onChange={setT} />
    <RangeField
      label="Stride"
      help="Steps at once. With 1 the curve is a needle."
      value={stride}
      min={1}
      max={200}
      onChange={setStride}
    />
    <ScheduleField />
    <RangeField label="x₀" help="The clean pixel." value={x0} min={-1} max={1} step={0.05} onChange={setX0} />
    <RangeField label="x at t" help="The noised pixel." value={x} min={-3} max={3} step={0.05} onChange={setX} />
  </div>
);

const Filled = ({
  value,
  x,
  x0,
}: {
  readonly value: PixelPosterior | undefined;
  readonly x: number;
  readonly x0: number;
}) => (
  <Formula
    block
    tex="\tilde\mu = #fromX \times #x \\ + \, #fromX0 \times #x0 \\ = #mean, \\ \tilde\beta = #deviation^2"
    values={{ fromX: value?.fromX, fromX0: value?.fromX0, mean: value?.mean, deviation: value?.deviation, x, x0 }}
  />
);

function Pixel() {
  const state = usePixel();
  const { t, stride, x, x0, value } = state;
  const lines = useMemo(
    () => [
      { label: "given the clean pixel", values: value?.before ?? [], style: 1 },
      { label: "given the noised pixel, too", values: value?.after ?? [], style: 0 },
    ],
    [value],
  );
  const to = Math.max(t - stride, 1);
  return (
    <>
      <Controls {...state} />
      <LineChart
        label={`Densities of the pixel at time ${to}`}
        x={pixelAxis}
        lines={lines}
        xAxis={{ label: `x at time ${to}`, range: [-3, 3] }}
        yAxis={{ label: "density", range }}
        mark={x}
      />
      <Filled value={value} x={x} x0={x0} />
      <Readout>
        <Reading label="weight of x at t" name="fromX" of={value?.fromX ?? Number.NaN} />
        <Reading label="weight of x₀" name="fromX0" of={value?.fromX0 ?? Number.NaN} />
        <Reading label="mean" name="mean" of={value?.mean ?? Number.NaN} />
        <Reading label="deviation" name="deviation" of={value?.deviation ?? Number.NaN} />
      </Readout>
      <Caption>
        The pixel is {numberText(x, 2)} at time {t} (dashed) and was {numberText(x0, 2)}. At time {to} it is{" "}
        {value ? `${numberText(value.mean, 2)}\u00a0±\u00a0${numberText(value.deviation, 2)}` : "…"}.
      </Caption>
    </>
  );
}

/** The exact posterior of one pixel. */
export const PixelFigure = () => (
  <Figure id="pixel" title="One step back for one pixel" worker={startWorker}>
    <Pixel />
  </Figure>
);
