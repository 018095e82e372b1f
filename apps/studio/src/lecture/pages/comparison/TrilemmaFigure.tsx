import { corners, type Placed } from "@aquatint/lab/compare";
import { Button } from "../../../ui/buttons.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { Value } from "../../figure/numbers.tsx";
import { secondsText } from "../../figure/time-text.ts";
import { number } from "../../link/codecs.ts";
import { siteRoot } from "../../site-root.ts";
import { Scroller } from "../../ui/Scroller.tsx";
import type { SpeedState, TimedPoint } from "./jobs.ts";
import { OPENING, startWorker, useComparison } from "./start.ts";
import { Triangle } from "./Triangle.tsx";

const codecs = { round: number({ initial: 0, min: 0, max: 9999, step: 1 }) };

/** Rows of the table before there are any. */
const ROWS = 7;

const columns = ["model", ...corners, "ms here", "ms there"] as const;

type Row = readonly [name: string, ...numbers: (number | undefined)[]];

const rowsOf = (state: SpeedState | undefined): readonly Row[] =>
  state?.there.map(({ point, scores }, i): Row => {
    const here: Placed<TimedPoint> | undefined = state.local?.[i];
    const speed = here?.scores.speed ?? Number.NaN;
    const milliseconds = here ? 1000 * here.point.seconds : Number.NaN;
    return [point.name, scores.quality, scores.coverage, speed, milliseconds, 1000 * point.seconds];
  }) ?? Array.from({ length: ROWS }, (): Row => ["–"]);

/** The points with their scores: also the legend of the drawing. */
const Points = ({ state }: { readonly state: SpeedState | undefined }) => (
  <Scroller className="numbers-scroll numbers" label="The scores of each model">
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rowsOf(state).map(([name, ...numbers], i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place
          <tr key={i}>
            <th scope="row">
              {i + 1} {name}
            </th>
            {columns.slice(1).map((column, c) => (
              <td key={column}>
                <Value name={`${name} ${column}`} of={numbers[c] ?? Number.NaN} digits={c < corners.length ? 2 : 1} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </Scroller>
);

const strongest = (corner: (typeof corners)[number], here: readonly Placed<TimedPoint>[]): string =>
  here.reduce((best, placed) => (placed.scores[corner] > best.scores[corner] ? placed : best)).point.name;

function describe({ local: here, timed, n }: SpeedState): string {
  if (!here) return `Images are timed: ${timed} of ${n} points are done.`;
  const [slow, fast] = [Math.max, Math.min].map((pick) => pick(...here.map(({ point }) => point.seconds)));
  const best = corners.map((corner) => `${corner}: ${strongest(corner, here)}`).join("; ");
  return `Highest on this machine: ${best}. Images take from ${secondsText(fast ?? 0)} to ${secondsText(slow ?? 0)}.`;
}

const Source = ({ state }: { readonly state: SpeedState | undefined }) => (
  <p className="help trilemma-source">
    {state &&
      `Dots and “ms here” are of this tab. Dashed circles and “ms there” are of ${state.measurement.machine}, where “${state.measurement.command}” also measured quality and coverage, on ${state.measurement.date}, with ${state.images} images of each model and as many real ones.`}
  </p>
);

function Trilemma() {
  const [round, setRound] = useFigureValue("round", codecs.round);
  const { value: state, isRunning } = useComparison("speed", { root: siteRoot.href, round });
  return (
    <>
      <div className="trilemma">
        <Triangle
          here={state?.local}
          there={state?.there ?? []}
          label={`A triangle of quality, coverage and speed. ${state ? describe(state) : ""}`}
        />
        <Points state={state} />
      </div>
      <Caption>{state ? describe(state) : OPENING}</Caption>
      <div className="figure-foot">
        <Source state={state} />
        <Button icon="reset" isDisabled={isRunning} onPress={() => setRound((round + 1) % 10000)}>
          Measure again
        </Button>
      </div>
    </>
  );
}

/** The trilemma with the times of this machine. */
export const TrilemmaFigure = () => (
  <Figure id="trilemma" title="Quality, coverage, speed: on your machine" worker={startWorker}>
    <Trilemma />
  </Figure>
);
