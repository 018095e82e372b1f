import { Button } from "../../../ui/buttons.tsx";
import { RangeField, SelectField } from "../../../ui/fields.tsx";
import { ImageView } from "../../chart/ImageView.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { Numbers } from "../../figure/numbers.tsx";
import { statisticsOf } from "../../figure/statistics.ts";
import { choice, number } from "../../link/codecs.ts";
import { siteRoot } from "../../site-root.ts";
import { FamilyRow } from "./FamilyRow.tsx";
import { captions, families, familyNames, MOST_STEPS, POSITIONS, SIDE } from "./families.ts";
import type { WalkState } from "./jobs.ts";
import { OPENING, startWorker, useComparison } from "./start.ts";

const codecs = {
  caption: choice({ initial: "a house, red background", among: captions }),
  share: number({ initial: 0.5, min: 0, max: 1 }),
  steps: number({ initial: 16, min: 1, max: MOST_STEPS, step: 1 }),
  seed: number({ initial: 1, min: 0, max: 9998, step: 1 }),
};

function useSettings() {
  const [caption, setCaption] = useFigureValue("caption", codecs.caption);
  const [share, setShare] = useFigureValue("share", codecs.share);
  const [steps, setSteps] = useFigureValue("steps", codecs.steps);
  const [seed, setSeed] = useFigureValue("seed", codecs.seed);
  return { caption, setCaption, share, setShare, steps, setSteps, seed, setSeed };
}

const Controls = (settings: ReturnType<typeof useSettings>) => (
  <div className="controls">
    <SelectField
      label="Caption"
      help="The same for all images."
      value={settings.caption}
      choices={captions.map((id) => ({ id, label: id }))}
      onChange={(id) => settings.setCaption(codecs.caption.parse(id) ?? codecs.caption.initial)}
    />
    <RangeField
      label="Place"
      help="0 is the left end of the rows, 1 the right end."
      value={settings.share}
      min={0}
      max={1}
      step={0.01}
      onChange={settings.setShare}
    />
    <RangeField
      label="Steps"
      help="Of the diffusion model."
      value={settings.steps}
      min={1}
      max={MOST_STEPS}
      onChange={settings.setSteps}
    />
  </div>
);

const Place = ({ place, label }: { readonly place: WalkState | undefined; readonly label: string }) => (
  <div className="thirds">
    {familyNames.map((name) => (
      <ImageView key={name} values={place?.[name]?.[0]} side={SIDE} label={`${label}, by the ${families[name].title}`}>
        {families[name].title}
      </ImageView>
    ))}
  </div>
);

function describe({ caption, share, seed }: ReturnType<typeof useSettings>): string {
  return `“${caption}”, from the vector of seed ${seed} to that of seed ${seed + 1}. The large images are at ${share} of the way. The rows have ${POSITIONS} places from end to end.`;
}

function Walk() {
  const settings = useSettings();
  const { caption, share, steps, seed, setSeed } = settings;
  const ends = { root: siteRoot.href, caption, from: seed, to: seed + 1, steps };
  const { value: place } = useComparison("point", { ...ends, share });
  const { value: walk } = useComparison("path", ends);
  return (
    <>
      <Controls {...settings} />
      <Place place={place} label={`${caption}, ${share} of the way`} />
      {familyNames.map((name) => (
        <FamilyRow
          key={name}
          name={name}
          note="from 0 to 1"
          images={Array.from({ length: POSITIONS }, (_, i) => walk?.[name]?.[i])}
          label={(i) => `Place ${i + 1} of ${POSITIONS} of the ${families[name].title}`}
        />
      ))}
      <Caption>{place ? describe(settings) : OPENING}</Caption>
      <Numbers
        caption="Mean and standard deviation of the values of the images above"
        columns={["model", "mean", "deviation"]}
        rows={familyNames.map((name) => {
          const { mean, deviation } = statisticsOf(place?.[name] ?? []);
          return { label: families[name].title, values: [mean, deviation] };
        })}
      />
      <div className="figure-foot">
        <span className="help">The walk is along a sphere, so that all its vectors are about as long.</span>
        <Button icon="dice" onPress={() => setSeed((seed + 1) % 9999)}>
          Other ends
        </Button>
      </div>
    </>
  );
}

/** Images between two latent vectors. */
export const WalkFigure = () => (
  <Figure id="walk" title="From one vector to another" worker={startWorker}>
    <Walk />
  </Figure>
);
