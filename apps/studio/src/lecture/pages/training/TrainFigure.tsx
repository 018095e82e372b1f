import { useEffect, useRef, useState } from "react";
import { useStore } from "../../../state/store.ts";
import { Button } from "../../../ui/buttons.tsx";
import { Window } from "../../../ui/dialogs.tsx";
import { SwitchField } from "../../../ui/fields.tsx";
import { Notice } from "../../../ui/Notice.tsx";
import { Picture } from "../../chart/ImageView.tsx";
import { Caption, Figure, useFigure, useFigureValue } from "../../figure/Figure.tsx";
import { Numbers, Reading, Readout } from "../../figure/numbers.tsx";
import { choice, number } from "../../link/codecs.ts";
import { ChoiceField } from "../../ui/ChoiceField.tsx";
import { Algorithm, trainingLines } from "./Algorithm.tsx";
import { DrawingsField, drawingsStore, MOST_DRAWINGS } from "./DrawingsField.tsx";
import { LossChart, meanLoss } from "./LossChart.tsx";
import type { DataName } from "./recipe.ts";
import {
  exportTraining,
  loadTraining,
  pauseTraining,
  startTraining,
  startWorker,
  type TrainingState,
  trainingStore,
} from "./training-store.ts";

const codecs = {
  data: choice({ initial: "digits", among: ["digits", "drawings"] }),
  minutes: number({ initial: 10, min: 1, max: 600, step: 1 }),
  seed: number({ initial: 0, min: 0, max: 9999, step: 1 }),
};

const linesOf = { draw: [2, 3, 4], step: [5], sample: [] } as const;

const duration = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;

function describe(state: TrainingState): string {
  const { phase, losses, secondsPerStep, secondsLeft, savedStep, isDone, threads } = state;
  const saved = `${savedStep} of ${losses.length} steps are saved in this browser.`;
  if (phase === "loading") return "The page looks for a training that this browser holds.";
  if (phase === "starting") return "The data and the programs are made. This takes some seconds.";
  if (phase === "pausing") return "The training ends its step and is saved.";
  if (phase === "running" && secondsPerStep !== undefined) {
    const left = secondsLeft === undefined ? "" : `, ${duration(secondsLeft)} left`;
    const where = threads === undefined ? "" : ` on ${threads === 1 ? "one thread" : `${threads} threads`}`;
    return `Step ${losses.length}: ${(1 / secondsPerStep).toFixed(1)} steps a second${where}${left}. ${saved}`;
  }
  const of = state.saved?.data === "drawings" ? "drawings" : "digits";
  if (isDone)
    return `The training on ${of} reached its length with step ${losses.length}. More minutes continue it. ${saved}`;
  if (losses.length > 0) return `The training on ${of} is paused after step ${losses.length}. ${saved}`;
  return "No training has been started in this browser.";
}

/** Pauses out of view, where the visitor wants that, and goes on in view. */
function useViewPause(isOnlyInView: boolean, resume: () => void): void {
  const { isInView } = useFigure();
  const phase = useStore(trainingStore, (state) => state.phase);
  const isWaiting = useRef(false);
  const latest = useRef(resume);
  latest.current = resume;
  useEffect(() => {
    if (isOnlyInView && !isInView && phase === "running") {
      isWaiting.current = true;
      pauseTraining();
    } else if (isInView && isWaiting.current && phase === "idle") {
      isWaiting.current = false;
      latest.current();
    }
  }, [isOnlyInView, isInView, phase]);
}

function useTraining() {
  const state = useStore(trainingStore);
  const [data, setData] = useFigureValue("data", codecs.data);
  const [minutes, setMinutes] = useFigureValue("minutes", codecs.minutes);
  const [seed] = useFigureValue("seed", codecs.seed);
  const drawings = useStore(drawingsStore);
  const { isInView } = useFigure();
  useEffect(() => {
    if (isInView) loadTraining();
  }, [isInView]);
  const start = (resume: boolean) => startTraining({ resume, data, drawings, minutes, seed });
  return { state, data, setData, minutes, setMinutes, start, drawings };
}

type Training = ReturnType<typeof useTraining>;

/** Asks before a saved run is removed. */
const Removal = ({ onRemove, onClose }: { readonly onRemove: () => void; readonly onClose: () => void }) => (
  <Window title="Start anew?" isOpen onClose={onClose}>
    <p>This browser holds one training. To start anew removes it, with its model.</p>
    <div className="button-row">
      <Button look="primary" icon="trash" onPress={onRemove}>
        Remove it and start
      </Button>
      <Button onPress={onClose}>Keep it</Button>
    </div>
  </Window>
);

function StartButtons({ state, data, drawings, minutes, start }: Training) {
  const [isAsking, setAsking] = useState(false);
  const { savedStep, isDone, seconds } = state;
  const hasRun = savedStep > 0;
  const isReady = data === "digits" || drawings.length === MOST_DRAWINGS;
  const startNew = () => {
    setAsking(false);
    start(false);
  };
  return (
    <>
      {hasRun && (
        <Button look="primary" icon="play" isDisabled={isDone && 60 * minutes <= seconds} onPress={() => start(true)}>
          Resume
        </Button>
      )}
      <Button
        look={hasRun ? "plain" : "primary"}
        icon="play"
        isDisabled={!isReady}
        onPress={() => (hasRun ? setAsking(true) : startNew())}
      >
        {hasRun ? "Start anew" : "Start"}
      </Button>
      {isAsking && <Removal onRemove={startNew} onClose={() => setAsking(false)} />}
    </>
  );
}

function Buttons(training: Training) {
  const { phase, savedStep } = training.state;
  return (
    <div className="button-row">
      {phase === "idle" ? (
        <StartButtons {...training} />
      ) : (
        <Button icon="pause" isDisabled={phase !== "running"} onPress={pauseTraining}>
          Pause
        </Button>
      )}
      <Button icon="download" isDisabled={savedStep === 0} onPress={() => void exportTraining()}>
        Export
      </Button>
    </div>
  );
}

const Settings = ({ data, setData, minutes, setMinutes, state }: Training) => (
  <div className="controls">
    <ChoiceField<DataName>
      label="Learn from"
      value={data}
      onChange={setData}
      choices={{ digits: "Digits", drawings: "Your drawings" }}
    />
    <ChoiceField
      label="Minutes of training"
      value={String(minutes)}
      onChange={(text) => state.phase === "idle" && setMinutes(Number(text))}
      choices={{ 2: "2", 10: "10", 60: "60" }}
    />
  </div>
);

/** The newest samples, with places for those to come. */
const Samples = ({ samples, prompts }: Pick<TrainingState, "samples" | "prompts">) => (
  <div className="training-samples">
    <h4>{samples ? `Samples of step ${samples.step}` : "Samples"}</h4>
    <div className="training-grid">
      {Array.from({ length: Math.max(samples?.images.length ?? 0, 10) }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a sample is its place
        <Picture key={i} image={samples?.images[i]} label={`a sample of “${prompts[i] ?? ""}”`}>
          {prompts[i] ?? "–"}
        </Picture>
      ))}
    </div>
  </div>
);

function Train() {
  const training = useTraining();
  const { state, data, start } = training;
  const [isOnlyInView, setOnlyInView] = useState(false);
  useViewPause(isOnlyInView, () => start(true));
  const { losses, line, parameters, problem, error } = state;
  return (
    <>
      <Settings {...training} />
      {data === "drawings" && <DrawingsField />}
      <Buttons {...training} />
      <Algorithm title="Algorithm 1: training" lines={trainingLines} current={line ? linesOf[line] : []} />
      <LossChart losses={losses} />
      <Readout>
        <Reading label="step" name="step" of={losses.length} digits={0} />
        <Reading label="mean loss" name="meanLoss" of={meanLoss(losses)} />
        <Reading label="saved step" name="savedStep" of={state.savedStep} digits={0} />
        <Reading label="parameters" name="parameters" of={parameters ?? Number.NaN} digits={0} />
      </Readout>
      <Samples {...state} />
      <SwitchField
        label="Pause out of view"
        help="Otherwise training goes on while this tab is open, also on other pages of the lecture."
        isSelected={isOnlyInView}
        onChange={setOnlyInView}
      />
      <Caption>{describe(state)}</Caption>
      {problem && <Notice kind="warning" text={problem} />}
      {error && <Notice kind="error" text={error} />}
      <Numbers
        caption="Losses of the first steps"
        columns={["step", "loss"]}
        rows={losses.slice(0, 20).map((loss, i) => ({ label: `step ${i + 1}`, values: [loss] }))}
      />
    </>
  );
}

/** A model learns in the tab. */
export const TrainFigure = () => (
  <Figure id="train" title="A model learns here" worker={startWorker}>
    <Train />
  </Figure>
);
