import type { ComponentProps, ComponentType } from "react";
import { useStore } from "../../../state/store.ts";
import { Button } from "../../../ui/buttons.tsx";
import { RangeField } from "../../../ui/fields.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { Numbers } from "../../figure/numbers.tsx";
import { jobHook } from "../../figure/use-job.ts";
import { PromptField } from "../../input/PromptField.tsx";
import { choice, number, text } from "../../link/codecs.ts";
import { opening } from "../../model/downloads.ts";
import { siteRoot } from "../../site-root.ts";
import { CheckpointField } from "./CheckpointField.tsx";
import { checkpointStore } from "./checkpoint.ts";
import { Diagram } from "./Diagram.tsx";
import type { jobs, MakeState } from "./jobs.ts";
import { Decoded, Latents, TextStatesView, Tokens } from "./Panels.tsx";
import { type PartName, partNames, partTitles } from "./parts.ts";

const startWorker = () => new Worker(new URL("./stable-diffusion.worker.ts", import.meta.url), { type: "module" });

const useMake = jobHook<typeof jobs>();

const codecs = {
  prompt: text({ initial: "an astronaut riding a horse", longest: 300 }),
  steps: number({ initial: 20, min: 1, max: 50, step: 1 }),
  seed: number({ initial: 7, min: 0, max: 9999, step: 1 }),
  part: choice({ initial: "tokens", among: partNames }),
  at: number({ initial: 20, min: 1, max: 50, step: 1 }),
};

const panels: Readonly<Record<PartName, ComponentType<ComponentProps<typeof Tokens>>>> = {
  tokens: Tokens,
  text: TextStatesView,
  latents: Latents,
  decoder: Decoded,
};

const descriptions: Readonly<Record<PartName, (state: MakeState) => string>> = {
  tokens: ({ tokens, context }) =>
    `${tokens.length} tokens with the numbers of their rows in a table. “start” and “end” enclose the prompt, and padding brings them to ${context}.`,
  text: ({ text: states, context }) =>
    states
      ? `A row for each of ${context} tokens and a column for each of ${states.width} numbers; light is positive.`
      : "The text encoder has not run yet.",
  latents: ({ latents: { steps, channels, height, width }, n }) =>
    `${channels} channels of ${width} × ${height} numbers. ${steps.length} of ${n} steps are done.`,
  decoder: ({ image, latents: { channels, height, width } }) =>
    image
      ? `${image.width} × ${image.height} pixels, made of ${channels * height * width} numbers in one evaluation.`
      : "The decoder runs once, after the last step.",
};

function useSettings() {
  const [prompt, setPrompt] = useFigureValue("prompt", codecs.prompt);
  const [steps, setSteps] = useFigureValue("steps", codecs.steps);
  const [seed, setSeed] = useFigureValue("seed", codecs.seed);
  return { prompt, setPrompt, steps, setSteps, seed, setSeed };
}

const Controls = ({ prompt, setPrompt, steps, setSteps }: ReturnType<typeof useSettings>) => (
  <div className="controls">
    <PromptField prompt={prompt} onChange={setPrompt} />
    <RangeField label="Steps" help="Evaluations of the U-Net." value={steps} min={1} max={50} onChange={setSteps} />
    <CheckpointField />
  </div>
);

function Make() {
  const settings = useSettings();
  const { prompt, steps, seed, setSeed } = settings;
  const [part, setPart] = useFigureValue("part", codecs.part);
  const [at, setAt] = useFigureValue("at", codecs.at);
  const checkpoint = useStore(checkpointStore);
  const { value: state } = useMake("make", { root: siteRoot.href, checkpoint, prompt, steps, seed });
  const Panel = panels[part];
  const times = state?.times;
  return (
    <>
      <Controls {...settings} />
      <Diagram times={times} image={state?.image} selected={part} onSelect={setPart} />
      <section className="pipeline-panel" aria-label={partTitles[part]}>
        <Panel state={state} step={Math.min(at, steps)} onStep={setAt} />
      </section>
      <Caption>
        {state
          ? `${partTitles[part]}: ${descriptions[part](state)}`
          : opening("latent", "The model is opened and each part is run once")}
      </Caption>
      <Numbers
        caption="Milliseconds of each part on your machine, and its share"
        columns={["part", "ms", "share"]}
        rows={partNames.map((name) => ({
          label: partTitles[name],
          values: times ? [times[name], times[name] / Math.max(total(times), 1e-9)] : [],
        }))}
      />
      <div className="figure-foot">
        <span className="help">{checkpoint ? timesHelp.checkpoint : timesHelp.host}</span>
        <Button icon="dice" onPress={() => setSeed((seed + 1) % 10000)}>
          Other noise
        </Button>
      </div>
    </>
  );
}

const timesHelp = {
  checkpoint: "Times are of this image. Those of the first one hold the time in which each part is loaded.",
  host: "Times are of this image, with the model loaded.",
} as const;

const total = (times: MakeState["times"]): number => partNames.reduce((sum, name) => sum + times[name], 0);

/** From a prompt to an image, part by part. */
export const MakeFigure = () => (
  <Figure id="make" title="From a prompt to an image" worker={startWorker}>
    <Make />
  </Figure>
);
