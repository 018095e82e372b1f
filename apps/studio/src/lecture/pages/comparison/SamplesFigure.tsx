import { Button } from "../../../ui/buttons.tsx";
import { RangeField } from "../../../ui/fields.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { Numbers } from "../../figure/numbers.tsx";
import { statisticsOf } from "../../figure/statistics.ts";
import { secondsText } from "../../figure/time-text.ts";
import { number } from "../../link/codecs.ts";
import { siteRoot } from "../../site-root.ts";
import { FamilyRow } from "./FamilyRow.tsx";
import { captions, type FamilyName, families, familyNames, MOST_STEPS } from "./families.ts";
import type { FamilySamples, SamplesState } from "./jobs.ts";
import { OPENING, startWorker, useComparison } from "./start.ts";

const codecs = {
  steps: number({ initial: 16, min: 1, max: MOST_STEPS, step: 1 }),
  seed: number({ initial: 0, min: 0, max: 9999, step: 1 }),
};

const isWhole = (samples: FamilySamples | undefined): samples is FamilySamples =>
  samples?.images.length === captions.length;

/** The times in words, as far as they are known. */
function describe(state: SamplesState): string {
  const slowest = state.diffusion;
  const times = familyNames.flatMap((name) => {
    const samples = state[name];
    return samples ? [`${families[name].title} ${secondsText(samples.seconds)}`] : [];
  });
  const ratio = isWhole(slowest) && state.gan ? slowest.seconds / state.gan.seconds : undefined;
  const end = ratio === undefined ? "" : ` The diffusion model takes ${ratio.toFixed(0)} times as long as the GAN.`;
  return `Times of an image on this machine, the fastest of ten: ${times.join(", ")}.${end}`;
}

const noteOf = (samples: FamilySamples | undefined): string =>
  samples
    ? `${samples.evaluations} ${samples.evaluations === 1 ? "evaluation" : "evaluations"}, ${secondsText(samples.seconds)}`
    : "–";

function rowOf(name: FamilyName, samples: FamilySamples | undefined) {
  const { title: label } = families[name];
  if (!isWhole(samples)) return { label, values: [Number.NaN, Number.NaN, Number.NaN] };
  const { mean, deviation } = statisticsOf(samples.images);
  return { label, values: [mean, deviation, samples.seconds] };
}

/** The captions, shortened, over their columns. */
const heads = (
  <div className="family-row family-heads" aria-hidden="true">
    <span />
    <div className="family-images">
      {captions.map((caption) => (
        <span key={caption}>{caption.replace(/^an? /, "").replace(" background", "")}</span>
      ))}
    </div>
  </div>
);

const Row = ({ name, samples }: { readonly name: FamilyName; readonly samples: FamilySamples | undefined }) => (
  <FamilyRow
    name={name}
    note={noteOf(samples)}
    images={captions.map((_, i) => samples?.images[i])}
    label={(i) => `${captions[i]}, by the ${families[name].title}`}
  />
);

function Samples() {
  const [steps, setSteps] = useFigureValue("steps", codecs.steps);
  const [seed, setSeed] = useFigureValue("seed", codecs.seed);
  const { value: state } = useComparison("samples", { root: siteRoot.href, steps, seed });
  return (
    <>
      <div className="controls">
        <RangeField
          label="Steps"
          help="Evaluations of the diffusion model for an image. The others take one."
          value={steps}
          min={1}
          max={MOST_STEPS}
          onChange={setSteps}
        />
      </div>
      {heads}
      {familyNames.map((name) => (
        <Row key={name} name={name} samples={state?.[name]} />
      ))}
      <Caption>{state ? describe(state) : OPENING}</Caption>
      <Numbers
        caption="Mean and standard deviation of all values of the ten images, and the seconds of the fastest"
        columns={["model", "mean", "deviation", "seconds"]}
        rows={familyNames.map((name) => rowOf(name, state?.[name]))}
      />
      <div className="figure-foot">
        <span className="help">A column has one caption. The first is “{captions[0]}”.</span>
        <Button icon="dice" onPress={() => setSeed((seed + 1) % 10000)}>
          Other vectors
        </Button>
      </div>
    </>
  );
}

/** The same captions by three models. */
export const SamplesFigure = () => (
  <Figure id="samples" title="The same captions by three models" worker={startWorker}>
    <Samples />
  </Figure>
);
