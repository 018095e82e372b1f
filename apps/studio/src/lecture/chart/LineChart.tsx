import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { colorOf, seriesDash, seriesToken, useColorScheme } from "./colors.ts";

/** A line of a chart. */
export interface Line {
  readonly label: string;
  readonly values: ArrayLike<number | null>;
  /** Which color and dashes; its container in the list when absent. */
  readonly style?: number;
  /** Dots without a line. */
  readonly dots?: boolean;
}

/** An axis of a chart. */
export interface Axis {
  readonly label: string;
  readonly range?: readonly [low: number, high: number];
  readonly log?: boolean;
  /** It counts something, so that its marks are whole numbers. */
  readonly isWhole?: boolean;
}

interface LineChartProps {
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
  readonly x: ArrayLike<number>;
  readonly lines: readonly Line[];
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  /** A vertical mark. */
  readonly mark?: number | undefined;
}

const HEIGHT = 280;

/** Whole powers of ten: a logarithmic axis has no room for more. */
const powersOfTen = (_: uPlot, values: number[]): (number | null)[] =>
  values.map((value) => (Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9 ? value : null));

const wholeIncrements = Array.from({ length: 8 }, (_, exponent) => [1, 2, 5].map((n) => n * 10 ** exponent)).flat();

const raised = (exponent: number): string =>
  Array.from(String(exponent), (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)])).join("");

const tickText = (value: number | null, isLog: boolean): string => {
  if (value === null) return "";
  if (isLog && (value < 0.01 || value >= 1e4)) return `10${raised(Math.round(Math.log10(value)))}`;
  return String(Number(value.toPrecision(3))).replace("-", "−");
};

const axisOf = ({ label, log = false, isWhole = false }: Axis, isX: boolean): uPlot.Axis => ({
  label,
  labelSize: 22,
  labelFont: "13px system-ui, sans-serif",
  font: "12px system-ui, sans-serif",
  size: isX ? 36 : 52,
  stroke: () => colorOf("--ink-soft"),
  grid: { stroke: () => colorOf("--line"), width: 1, ...(log && { filter: powersOfTen }) },
  ticks: { stroke: () => colorOf("--line"), width: 1, size: 4, ...(log && { filter: powersOfTen }) },
  ...(log && { filter: powersOfTen }),
  ...(isWhole && { incrs: wholeIncrements }),
  values: (_, values) => values.map((value) => tickText(value, log)),
});

const scaleOf = ({ range, log = false }: Axis): uPlot.Scale => ({
  time: false,
  distr: log ? 3 : 1,
  ...(range && { range: [...range] as [number, number] }),
});

const markPlugin = (mark: () => number | undefined): uPlot.Plugin => ({
  hooks: {
    draw({ ctx, bbox, valToPos }) {
      const at = mark();
      if (at === undefined) return;
      const x = Math.round(valToPos(at, "x", true));
      ctx.save();
      ctx.strokeStyle = colorOf("--accent");
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.restore();
    },
  },
});

function optionsOf(
  { lines, xAxis, yAxis }: LineChartProps,
  mark: () => number | undefined,
): Omit<uPlot.Options, "width"> {
  return {
    height: HEIGHT,
    scales: { x: scaleOf(xAxis), y: scaleOf(yAxis) },
    axes: [axisOf(xAxis, true), axisOf(yAxis, false)],
    cursor: { y: false, drag: { x: false, y: false } },
    legend: { show: false },
    plugins: [markPlugin(mark)],
    series: [
      {},
      ...lines.map(({ label, style, dots = false }, i) => ({
        label,
        stroke: () => colorOf(seriesToken(style ?? i)),
        width: dots ? 0 : 2,
        dash: seriesDash(style ?? i),
        spanGaps: !dots,
        points: dots ? { show: true, size: 5, fill: () => colorOf(seriesToken(style ?? i)) } : { show: false },
      })),
    ],
  };
}

/** Lines over an axis, with a legend below. */
export function LineChart(props: LineChartProps) {
  const { label, x, lines, xAxis, yAxis, mark } = props;
  const container = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const scheme = useColorScheme();
  const shape = JSON.stringify([lines.map(({ values: _, ...line }) => line), xAxis, yAxis]);
  useEffect(() => {
    const element = container.current;
    if (!element || shape === "") return;
    const data = () => [latest.current.x, ...latest.current.lines.map(({ values }) => values)] as uPlot.AlignedData;
    const options = optionsOf(latest.current, () => latest.current.mark);
    const drawn = new uPlot({ ...options, width: Math.max(element.clientWidth, 200) }, data(), element);
    chart.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
    };
  }, [shape]);
  useEffect(() => {
    if (scheme && chart.current) chart.current.setData([x, ...lines.map(({ values }) => values)] as uPlot.AlignedData);
  }, [x, lines, scheme]);
  useEffect(() => {
    if (mark === undefined || chart.current) chart.current?.redraw(false, false);
  }, [mark]);
  return (
    <div className="chart">
      <div ref={container} className="chart-place" role="img" aria-label={label} />
      <Legend lines={lines} />
    </div>
  );
}

/** The names of lines with their colors. */
const Legend = ({ lines }: Pick<LineChartProps, "lines">) => (
  <ul className="legend">
    {lines.map(({ label, style, dots = false }, i) => (
      <li key={label}>
        <svg viewBox="0 0 28 8" aria-hidden="true" data-series={((style ?? i) % 8) + 1}>
          {dots ? (
            <circle cx="14" cy="4" r="3" />
          ) : (
            <path d="M0 4h28" strokeDasharray={seriesDash(style ?? i).join(" ") || undefined} />
          )}
        </svg>
        {label}
      </li>
    ))}
  </ul>
);
