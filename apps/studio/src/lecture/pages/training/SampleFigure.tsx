import { useEffect, useState } from "react";
import { useStore } from "../../../state/store.ts";
import { Button } from "../../../ui/buttons.tsx";
import { RangeField, SelectField } from "../../../ui/fields.tsx";
import { Picture } from "../../chart/ImageView.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { jobHook } from "../../figure/use-job.ts";
import { number } from "../../link/codecs.ts";
import { Formula } from "../../text/formula.tsx";
import { Algorithm, samplingLines } from "./Algorithm.tsx";
import type { jobs } from "./jobs.ts";
import { digitPrompts } from "./recipe.ts";
import type { SampleState } from "./sample.ts";
import { startWorker, trainingStore } from "./training-store.ts";

const useSample = jobHook<Pick<typeof jobs, "sample">>();

const codecs = {
  steps: number({ initial: 50, min: 2, max: 1000, step: 1 }),
  guidance: number({ initial: 2, min: 1, max: 8 }),
  seed: number({ initial: 0, min: 0, max: 9999, step: 1 }),
};

const linesOf = (line: number | undefined): readonly number[] => (line === 4 ? [3, 4] : line ? [line] : []);

function describe(state: SampleState | undefined, savedStep: number): string {
  if (savedStep === 0)
    return "There is no model yet. Start the training above; the first is saved after half a minute.";
  if (!state) return "The model of the newest checkpoint is opened.";
  const what = `the model of step ${state.modelStep}`;
  if (state.line === 6) return `An image by ${what}, in ${state.count} steps.`;
  return `Step ${state.step} of ${state.count}, t = ${Math.round(state.t)}, by ${what}.`;
}

function useSettings() {
  const [steps, setSteps] = useFigureValue("steps", codecs.steps);
  const [guidance, setGuidance] = useFigureValue("guidance", codecs.guidance);
  const [seed, setSeed] = useFigureValue("seed", codecs.seed);
  const { savedStep, prompts: own } = useStore(trainingStore);
  const prompts = own.length > 0 ? own : digitPrompts;
  const [chosen, setPrompt] = useState<string>();
  const prompt = chosen !== undefined && prompts.includes(chosen) ? chosen : (prompts[0] ?? "");
  return { steps, setSteps, guidance, setGuidance, seed, setSeed, savedStep, prompts, prompt, setPrompt };
}

const Controls = (settings: ReturnType<typeof useSettings>) => (
  <div className="controls">
    <SelectField
      label="Caption"
      help="What the model is told."
      value={settings.prompt}
      choices={settings.prompts.map((id) => ({ id, label: id }))}
      onChange={settings.setPrompt}
    />
    <RangeField
      label="Guidance"
      help="1 is the model without guidance."
      value={settings.guidance}
      min={1}
      max={8}
      step={0.5}
      onChange={settings.setGuidance}
    />
    <RangeField
      label="Steps"
      help="1000 are the algorithm as written; fewer take longer jumps."
      value={settings.steps}
      min={2}
      max={1000}
      onChange={settings.setSteps}
    />
  </div>
);

function Sample() {
  const settings = useSettings();
  const { prompt, steps, guidance, seed, setSeed, savedStep } = settings;
  const [taken, setStep] = useState(0);
  const step = taken || savedStep;
  useEffect(() => setStep((first) => (first > 0 && first <= savedStep ? first : savedStep)), [savedStep]);
  const { value: state } = useSample(
    "sample",
    { prompt, steps, guidance, seed, savedStep: step },
    { when: savedStep > 0 },
  );
  return (
    <>
      <Controls {...settings} />
      <Algorithm title="Algorithm 2: sampling" lines={samplingLines} current={linesOf(state?.line)} />
      <div className="pair training-pair">
        <Picture image={state?.x} label="x_t">
          <Formula tex="x_t" />
        </Picture>
        <Picture image={state?.x0} label="The estimate of x_0">
          <Formula tex="\hat x_0" />
        </Picture>
      </div>
      <Caption>{describe(state, savedStep)}</Caption>
      <div className="button-row">
        <Button icon="dice" isDisabled={savedStep === 0} onPress={() => setSeed((seed + 1) % 10000)}>
          Other noise
        </Button>
        <Button icon="reset" isDisabled={savedStep === 0} onPress={() => setStep(savedStep)}>
          Newest model
        </Button>
      </div>
    </>
  );
}

/** The visitor's model draws. */
export const SampleFigure = () => (
  <Figure id="sample" title="Your model draws" worker={startWorker}>
    <Sample />
  </Figure>
);
