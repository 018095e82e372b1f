import { useMemo } from "react";
import { useStore } from "../../../state/store.ts";
import { LineChart } from "../../chart/LineChart.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { Numbers, Reading, Readout } from "../../figure/numbers.tsx";
import { percent } from "../../figure/percent.ts";
import { jobHook } from "../../figure/use-job.ts";
import { ImagePicker } from "../../input/ImagePicker.tsx";
import { imageStore } from "../../input/image-store.ts";
import { number } from "../../link/codecs.ts";
import { opening } from "../../model/downloads.ts";
import { siteRoot } from "../../site-root.ts";
import { ChoiceField } from "../../ui/ChoiceField.tsx";
import type { ElboState, jobs } from "./jobs.ts";
import { Shares, Tenths } from "./Shares.tsx";

const startWorker = () => new Worker(new URL("./elbo.worker.ts", import.meta.url), { type: "module" });

const useElbo = jobHook<typeof jobs>();

const codecs = {
  evaluations: number({ initial: 60, min: 6, max: 1000, step: 1 }),
  seed: number({ initial: 0, min: 0, max: 9999, step: 1 }),
};

/** Terms of a chart: one that is 0 has no place on its axis. */
const positive = (bits: number): number | null => (bits > 0 ? bits : null);

function Terms({ state }: { readonly state: ElboState | undefined }) {
  const { times, lines } = useMemo(() => {
    const rising = (state?.terms ?? []).filter(({ part }) => part !== "prior matching").toReversed();
    const of = (name: string) => rising.map(({ part, bits }) => (part === name ? positive(bits) : null));
    return {
      times: rising.map(({ t }) => t),
      lines: [
        { label: "denoising matching", values: of("denoising matching"), style: 0, dots: true },
        { label: "reconstruction", values: of("reconstruction"), style: 1, dots: true },
      ],
    };
  }, [state]);
  return (
    <LineChart
      label="The terms of the bound over t, both on logarithmic axes"
      x={times}
      lines={lines}
      xAxis={{ label: "t", range: [0.9, 1100], log: true }}
      yAxis={{ label: "bits per dimension", range: [1e-6, 10], log: true }}
    />
  );
}

const describe = ({ bound, terms, isDone, tenths }: ElboState): string => {
  const so = isDone ? "The bound is" : `After ${terms.length} terms the sum is`;
  return `${so} ${bound.total.toFixed(3)} bits per dimension. The cleanest tenth of the times holds ${percent(tenths[0] ?? 0, 0)} of the denoising bits.`;
};

function Elbo() {
  const { values } = useStore(imageStore);
  const [evaluations, setEvaluations] = useFigureValue("evaluations", codecs.evaluations);
  const [seed] = useFigureValue("seed", codecs.seed);
  const { value: state } = useElbo("elbo", { root: siteRoot.href, values, prompt: "", evaluations, seed });
  const bound = state?.bound;
  return (
    <>
      <div className="controls">
        <ImagePicker />
        <ChoiceField
          label="Terms that are evaluated"
          value={String(evaluations)}
          onChange={(text) => setEvaluations(Number(text))}
          choices={{ 60: "60", 250: "250", 1000: "all 1000" }}
        />
      </div>
      <Terms state={state} />
      <Readout>
        <Reading label="reconstruction" name="reconstruction" of={bound?.reconstruction ?? Number.NaN} />
        <Reading label="denoising matching" name="denoisingMatching" of={bound?.denoisingMatching ?? Number.NaN} />
        <Reading label="prior matching" name="priorMatching" of={bound?.priorMatching ?? Number.NaN} />
        <Reading label="sum" name="total" of={bound?.total ?? Number.NaN} />
      </Readout>
      <Shares bound={bound} />
      <Tenths tenths={state?.tenths} />
      <Caption>{state && state.terms.length > 1 ? describe(state) : opening("pixel")}</Caption>
      <Numbers
        caption="The terms that were evaluated, in bits per dimension"
        columns={["term", "bits"]}
        rows={(state?.isDone ? state.terms : []).map(({ part, t, bits }) => ({
          label: `${part} ${t}`,
          values: [bits],
        }))}
      />
    </>
  );
}

/** The bound of the visitor's image, term by term. */
export const ElboFigure = () => (
  <Figure id="elbo" title="The bound of your image" worker={startWorker}>
    <Elbo />
  </Figure>
);
