import { Button } from "../../../ui/buttons.tsx";
import { RangeField, SelectField } from "../../../ui/fields.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { jobHook } from "../../figure/use-job.ts";
import { PromptField } from "../../input/PromptField.tsx";
import { choice, number, text } from "../../link/codecs.ts";
import { opening } from "../../model/downloads.ts";
import { siteRoot } from "../../site-root.ts";
import type { DrawState, jobs } from "./draw-jobs.ts";
import { FilledStep } from "./FilledStep.tsx";
import { Frames } from "./Frames.tsx";
import { steppedChoices } from "./mixture.ts";

const startWorker = () => new Worker(new URL("./draw.worker.ts", import.meta.url), { type: "module" });

const useDraw = jobHook<typeof jobs>();

const steppedNames = steppedChoices.map(({ id }) => id);

const codecs = {
  prompt: text({ initial: "an astronaut riding a horse", longest: 300 }),
  first: choice({ initial: "renoise", among: steppedNames }),
  second: choice({ initial: "ddim", among: steppedNames }),
  steps: number({ initial: 10, min: 1, max: 50, step: 1 }),
  guidance: number({ initial: 4, min: 1, max: 12 }),
  seed: number({ initial: 7, min: 0, max: 9999, step: 1 }),
  at: number({ initial: 1, min: 1, max: 50, step: 1 }),
};

function useSettings() {
  const [prompt, setPrompt] = useFigureValue("prompt", codecs.prompt);
  const [first, setFirst] = useFigureValue("first", codecs.first);
  const [second, setSecond] = useFigureValue("second", codecs.second);
  const [steps, setSteps] = useFigureValue("steps", codecs.steps);
  const [guidance, setGuidance] = useFigureValue("guidance", codecs.guidance);
  const [seed, setSeed] = useFigureValue("seed", codecs.seed);
  const values = { prompt, first, second, steps, guidance, seed };
  return { values, setPrompt, setFirst, setSecond, setSteps, setGuidance, setSeed };
}

const Controls = ({ values, ...set }: ReturnType<typeof useSettings>) => (
  <div className="controls">
    <PromptField prompt={values.prompt} onChange={set.setPrompt} />
    <SelectField
      label="First"
      help="A sampler."
      value={values.first}
      choices={steppedChoices}
      onChange={set.setFirst}
    />
    <SelectField
      label="Second"
      help="Another one."
      value={values.second}
      choices={steppedChoices}
      onChange={set.setSecond}
    />
    <RangeField
      label="Guidance"
      help="1 is the model without guidance."
      value={values.guidance}
      min={1}
      max={12}
      step={0.5}
      onChange={set.setGuidance}
    />
    <RangeField
      label="Steps"
      help="From noise to image."
      value={values.steps}
      min={1}
      max={50}
      onChange={set.setSteps}
    />
  </div>
);

function describe(state: DrawState | undefined): string {
  if (!state || state.runs.length === 0) return opening("latent");
  const texts = state.runs.map(({ title, steps, n, image }) =>
    image ? `${title} is done` : `${title} is at step ${steps.length} of ${n}`,
  );
  return `${texts.join("; ")}. Above xₜ, below the estimate of x₀ from it.`;
}

function Draw() {
  const settings = useSettings();
  const { values } = settings;
  const [at, setAt] = useFigureValue("at", codecs.at);
  const { value: state } = useDraw("draw", { root: siteRoot.href, ...values });
  const step = Math.min(at, values.steps);
  return (
    <>
      <Controls {...settings} />
      {[0, 1].map((i) => (
        <Frames key={i} run={state?.runs[i]} count={values.steps} current={step} />
      ))}
      <RangeField
        label="Step of the formula"
        help="Its numbers are those of one value of the latent."
        value={step}
        min={1}
        max={values.steps}
        onChange={setAt}
      />
      {[0, 1].map((i) => (
        <FilledStep key={i} run={state?.runs[i]} step={step} />
      ))}
      <div className="figure-foot">
        <Caption>{describe(state)}</Caption>
        <Button icon="dice" onPress={() => settings.setSeed((values.seed + 1) % 10000)}>
          Other noise
        </Button>
      </div>
    </>
  );
}

/** The default model makes an image with two samplers. */
export const DrawFigure = () => (
  <Figure id="draw" title="From noise to an astronaut" worker={startWorker}>
    <Draw />
  </Figure>
);
