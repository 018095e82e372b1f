import type { Convergence } from "@aquatint/lab/theory";
import { useMemo } from "react";
import { LineChart } from "../../chart/LineChart.tsx";
import { Caption, Figure } from "../../figure/Figure.tsx";
import { Numbers } from "../../figure/numbers.tsx";
import { startMixture, useMixture } from "./mixture.ts";

const steps = [6, 12, 24, 48, 96, 192] as const;
/** Samplers of the chart, of orders 1 to 3. */
const charted = ["ddim", "ddpm", "heun", "dpmpp-2m", "unipc"];

/** Lines over all numbers of evaluations that any of the samplers made. */
function linesOf(orders: readonly Convergence[]) {
  const series = charted.flatMap((name) => orders.filter((order) => order.name === name));
  const times = [...new Set(series.flatMap(({ points }) => points.map(({ evaluations }) => evaluations)))];
  const x = times.toSorted((a, b) => a - b);
  const lines = series.map(({ title, points }) => ({
    label: title,
    values: x.map((at) => points.find(({ evaluations }) => evaluations === at)?.error ?? null),
  }));
  return { x, lines };
}

function Orders() {
  const { value: orders, isRunning } = useMixture("orders", { steps });
  const { x, lines } = useMemo(() => linesOf(orders ?? []), [orders]);
  return (
    <>
      <LineChart
        label="Error over evaluations of the denoiser, both on logarithmic axes"
        x={x}
        lines={lines}
        xAxis={{ label: "evaluations", range: [5, 450], log: true }}
        yAxis={{ label: "error", range: [1e-6, 1], log: true }}
      />
      <Caption>
        {isRunning || !orders
          ? "Every sampler walks with 6 to 192 steps."
          : `Measured in this tab for ${orders.length} samplers. A straight line of slope −p is order p.`}
      </Caption>
      <Numbers
        caption="The order of each sampler: what it declares, and what was measured"
        columns={["sampler", "declared", "measured"]}
        rows={(orders ?? []).map(({ name, declared, fitted }) => ({ label: name, values: [declared, fitted] }))}
      />
    </>
  );
}

/** Errors and orders of the samplers. */
export const OrdersFigure = () => (
  <Figure id="orders" title="How fast the error falls" worker={startMixture}>
    <Orders />
  </Figure>
);
