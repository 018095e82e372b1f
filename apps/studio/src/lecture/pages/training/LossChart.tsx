import { useMemo } from "react";
import { LineChart } from "../../chart/LineChart.tsx";

/** Most points of the chart; more are joined. */
const POINTS = 400;

/** Means of groups of losses, each with its last step. */
export function lossPoints(losses: readonly number[]): readonly { readonly step: number; readonly loss: number }[] {
  const size = Math.max(1, Math.ceil(losses.length / POINTS));
  return Array.from({ length: Math.floor(losses.length / size) }, (_, i) => {
    const group = losses.slice(i * size, (i + 1) * size);
    return { step: (i + 1) * size, loss: group.reduce((a, b) => a + b, 0) / size };
  });
}

/** Mean of the last twentieth of the losses, at least 10 of them. */
export function meanLoss(losses: readonly number[]): number {
  const last = losses.slice(-Math.max(10, Math.ceil(losses.length / 20)));
  return last.length === 0 ? Number.NaN : last.reduce((a, b) => a + b, 0) / last.length;
}

/** The loss of the training over its steps. */
export function LossChart({ losses }: { readonly losses: readonly number[] }) {
  const { steps, lines } = useMemo(() => {
    const points = lossPoints(losses);
    const smooth: number[] = [];
    for (const { loss } of points) smooth.push(0.9 * (smooth.at(-1) ?? loss) + 0.1 * loss);
    return {
      steps: points.map(({ step }) => step),
      lines: [
        { label: "loss of each batch", values: points.map(({ loss }) => loss), style: 1, dots: true },
        { label: "moving average", values: smooth, style: 0 },
      ],
    };
  }, [losses]);
  return (
    <LineChart
      label={`The loss over ${losses.length} steps`}
      x={steps}
      lines={lines}
      xAxis={{ label: "step", isWhole: true }}
      yAxis={{ label: "loss", range: [0.01, 2], log: true }}
    />
  );
}
