import { useStore } from "../../../state/store.ts";
import { Button } from "../../../ui/buttons.tsx";
import { RangeField } from "../../../ui/fields.tsx";
import { ImageView } from "../../chart/ImageView.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { Reading, Readout } from "../../figure/numbers.tsx";
import { percent } from "../../figure/percent.ts";
import { jobHook } from "../../figure/use-job.ts";
import { ImagePicker } from "../../input/ImagePicker.tsx";
import { imageStore } from "../../input/image-store.ts";
import { ScheduleField } from "../../input/ScheduleField.tsx";
import { STEPS } from "../../input/schedule.ts";
import { useSchedule } from "../../input/use-schedule.ts";
import { choice, number } from "../../link/codecs.ts";
import { Formula } from "../../text/formula.tsx";
import { ChoiceField } from "../../ui/ChoiceField.tsx";
import type { jobs, NoiseState } from "./jobs.ts";
import { NoiseHistogram } from "./NoiseHistogram.tsx";

/** Starts the worker of this page's figures. */
export const startWorker = () => new Worker(new URL("./forward.worker.ts", import.meta.url), { type: "module" });

const useForward = jobHook<typeof jobs>();

const codecs = {
  t: number({ initial: 250, min: 0, max: STEPS, step: 1 }),
  mode: choice({ initial: "jump", among: ["jump", "steps"] }),
  seed: number({ initial: 0, min: 0, max: 9999, step: 1 }),
};

/** The number that the formula shows: the green of the middle of the image. */
const PIXEL = 64 * 64 + 32 * 64 + 32;

const Filled = ({ state }: { readonly state: NoiseState | undefined }) => (
  <Formula
    block
    tex="x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon \\ = #alpha \times #x0 + #sigma \times #eps \\ = #x"
    values={{ alpha: state?.alpha, sigma: state?.sigma, ...state?.pixel }}
  />
);

const Compared = ({ compared, sigma }: NoiseState) =>
  compared && (
    <>
      {" "}
      The noise of all steps has the standard deviation {compared.deviation.toFixed(4)}, and one jump says{" "}
      {sigma.toFixed(4)}. A jump with that noise ends at the same image, up to {compared.difference.toExponential(1)}.
    </>
  );

const describe = ({ t, alphaBar, alpha, sigma, mean, deviation }: NoiseState) =>
  `At t = ${t}, ᾱ is ${percent(alphaBar)}: the image is multiplied by ${alpha.toFixed(2)}, and the noise by ${sigma.toFixed(2)}. The values of xₜ have mean ${mean.toFixed(2)} and standard deviation ${deviation.toFixed(2)}.`;

function useNoise() {
  const { values } = useStore(imageStore);
  const { name, drawn } = useSchedule();
  const [t, setT] = useFigureValue("t", codecs.t);
  const [mode, setMode] = useFigureValue("mode", codecs.mode);
  const [seed, setSeed] = useFigureValue("seed", codecs.seed);
  const { value: state } = useForward("noise", { values, name, drawn, t, mode, seed, pixel: PIXEL });
  return { values, t, setT, mode, setMode, seed, setSeed, state };
}

const Controls = ({ t, setT, mode, setMode }: ReturnType<typeof useNoise>) => (
  <div className="controls">
    <RangeField label="t" help="0 is the image, 1000 is noise." value={t} min={0} max={STEPS} onChange={setT} />
    <ChoiceField label="How" value={mode} onChange={setMode} choices={{ jump: "One jump", steps: "Step by step" }} />
    <ScheduleField />
  </div>
);

const Readings = ({ state }: { readonly state: NoiseState | undefined }) => (
  <Readout>
    <Reading label={<Formula tex="\bar\alpha_t" />} name="alphaBar" of={state?.alphaBar ?? Number.NaN} />
    <Reading label="log SNR" name="logSnr" of={state?.logSnr ?? Number.NaN} />
    <Reading label="mean" name="mean" of={state?.mean ?? Number.NaN} />
    <Reading label="deviation" name="deviation" of={state?.deviation ?? Number.NaN} />
    <Reading label="center pixel" name="pixel" of={state?.pixel.x ?? Number.NaN} />
  </Readout>
);

function Noise() {
  const noise = useNoise();
  const { values, t, seed, setSeed, state } = noise;
  return (
    <>
      <Controls {...noise} />
      <div className="views">
        <ImageView values={values} label="The image x₀">
          <Formula tex="x_0" />
        </ImageView>
        <ImageView values={state?.x} label={`xₜ at t = ${state?.t ?? t}`}>
          <Formula tex="x_t" /> at t = {state?.t ?? t}
        </ImageView>
        <NoiseHistogram state={state} />
      </div>
      <Filled state={state} />
      <Readings state={state} />
      <Caption>
        {state ? describe(state) : "The figure computes."}
        {state && <Compared {...state} />}
      </Caption>
      <div className="figure-foot">
        <ImagePicker />
        <Button icon="dice" onPress={() => setSeed((seed + 1) % 10000)}>
          Other noise
        </Button>
      </div>
    </>
  );
}

/** The image at any time, in one jump or step by step. */
export const NoiseFigure = () => (
  <Figure id="noise" title="Add noise to an image" worker={startWorker}>
    <Noise />
  </Figure>
);
