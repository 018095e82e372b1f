import type { Image } from "aquatint/formats";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "../../../state/store.ts";
import { Button } from "../../../ui/buttons.tsx";
import { RangeField } from "../../../ui/fields.tsx";
import { Picture } from "../../chart/ImageView.tsx";
import { LineChart } from "../../chart/LineChart.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { Numbers, numberText } from "../../figure/numbers.tsx";
import { jobHook } from "../../figure/use-job.ts";
import { PromptField } from "../../input/PromptField.tsx";
import { siteRoot } from "../../site-root.ts";
import { AdapterNotice } from "./AdapterNotice.tsx";
import { frameDifferences, mean } from "./differences.ts";
import { FrameStrip } from "./FrameStrip.tsx";
import type { jobs, PairState } from "./jobs.ts";
import { adapterStore, clipCodecs, OPENING, startWorker } from "./start.ts";

const usePair = jobHook<Pick<typeof jobs, "pair">>();

const titles = { without: "Each frame for itself", motion: "With motion modules" } as const;
const kinds = ["without", "motion"] as const;

/** Frames a second of the player. */
const FPS = 8;

function useSettings() {
  const [prompt, setPrompt] = useFigureValue("prompt", clipCodecs.prompt);
  const [count, setCount] = useFigureValue("frames", clipCodecs.frames);
  const [steps, setSteps] = useFigureValue("steps", clipCodecs.steps);
  const [seed, setSeed] = useFigureValue("seed", clipCodecs.seed);
  const [at, setAt] = useFigureValue("frame", clipCodecs.frame);
  return { prompt, setPrompt, count, setCount, steps, setSteps, seed, setSeed, frame: Math.min(at, count), setAt };
}
type Settings = ReturnType<typeof useSettings>;

const Controls = ({ prompt, setPrompt, count, setCount, steps, setSteps }: Settings) => (
  <div className="controls">
    <PromptField prompt={prompt} onChange={setPrompt} />
    <RangeField label="Frames" help="Of each clip." value={count} min={2} max={16} onChange={setCount} />
    <RangeField label="Steps" help="Evaluations of the U-Net." value={steps} min={1} max={50} onChange={setSteps} />
  </div>
);

const Large = ({ image, kind }: { readonly image: Image | undefined; readonly kind: (typeof kinds)[number] }) => (
  <Picture image={image} label={titles[kind]}>
    {titles[kind]}
  </Picture>
);

/** Plays the frames, once it is pressed. */
function Player({ count, frame, setAt }: Pick<Settings, "count" | "frame" | "setAt">) {
  const [isPlaying, setPlaying] = useState(false);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => setAt((frame % count) + 1), 1000 / FPS);
    return () => clearTimeout(timer);
  }, [isPlaying, frame, count, setAt]);
  return (
    <div className="clip-player">
      <RangeField
        label="Frame"
        help="One of each clip. The arrow keys step through them."
        value={frame}
        min={1}
        max={count}
        onChange={setAt}
      />
      <Button icon={isPlaying ? "pause" : "play"} onPress={() => setPlaying(!isPlaying)}>
        {isPlaying ? "Pause" : "Play"}
      </Button>
    </div>
  );
}

function useDifferences(state: PairState | undefined, count: number) {
  return useMemo(() => {
    const of = (kind: (typeof kinds)[number]) => frameDifferences(state?.[kind].frames ?? []);
    const [without, joined] = [of("without"), of("motion")];
    const at = (values: readonly number[], i: number) => values[i] ?? Number.NaN;
    const rows = Array.from({ length: count - 1 }, (_, i) => ({
      label: `${i + 1} to ${i + 2}`,
      values: [at(without, i), ...(state?.missing ? [] : [at(joined, i)])],
    }));
    return { without, joined, rows };
  }, [state, count]);
}

/** How far a clip is, while it is not done. */
function progressOf({ step, frames }: PairState["without"], n: number, count: number): string | undefined {
  if (step < n) return `step ${step} of ${n}`;
  return frames.length < count ? `frame ${frames.length} of ${count} is decoded` : undefined;
}

function describe(state: PairState, { without, joined }: ReturnType<typeof useDifferences>, count: number): string {
  const { n, missing } = state;
  const frames = Math.min(count, state.maxFrames);
  const first = progressOf(state.without, n, frames);
  if (first) return `Frames for themselves: ${first}.`;
  const alone = `From frame to frame, ${numberText(mean(without), 3)} of the range of values changes on average where each frame is denoised for itself`;
  if (missing) return `${alone}. The other clip needs a motion adapter.`;
  const second = progressOf(state.motion, n, frames);
  if (second) return `Frames with motion modules: ${second}.`;
  return `${alone}, and ${numberText(mean(joined), 3)} with motion modules. Both clips have the same noise.`;
}

const Differences = ({ of, count }: { readonly of: ReturnType<typeof useDifferences>; readonly count: number }) => {
  const chart = useMemo(() => {
    const pairs = Array.from({ length: count - 1 }, (_, i) => i + 1);
    const line = (values: readonly number[]) => pairs.map((_, i) => values[i] ?? null);
    const most = Math.max(0.05, ...of.without, ...of.joined);
    return {
      pairs,
      lines: [
        { label: titles.without, values: line(of.without) },
        { label: titles.motion, values: line(of.joined) },
      ],
      range: [0, Number((1.1 * most).toPrecision(2))] as const,
    };
  }, [of, count]);
  return (
    <LineChart
      label="The difference of each frame from the one before, for both clips"
      x={chart.pairs}
      lines={chart.lines}
      xAxis={{ label: "from frame", range: [1, Math.max(2, count - 1)], isWhole: true }}
      yAxis={{ label: "mean difference", range: chart.range }}
    />
  );
};

interface StripsProps {
  readonly state: PairState | undefined;
  readonly count: number;
  readonly frame: number;
}

const Strips = ({ state, count, frame }: StripsProps) =>
  kinds.map((kind) => (
    <FrameStrip key={kind} title={titles[kind]} frames={state?.[kind].frames ?? []} count={count} selected={frame} />
  ));

function Clips() {
  const settings = useSettings();
  const { prompt, count, steps, seed, setSeed, frame } = settings;
  const file = useStore(adapterStore);
  const { value: state } = usePair("pair", { root: siteRoot.href, file, prompt, frames: count, steps, seed });
  const differences = useDifferences(state, count);
  return (
    <>
      <Controls {...settings} />
      <div className="pair">
        {kinds.map((kind) => (
          <Large key={kind} kind={kind} image={state?.[kind].frames[frame - 1]} />
        ))}
      </div>
      <Player {...settings} />
      <Strips state={state} count={count} frame={frame} />
      <Differences of={differences} count={count} />
      <Caption>{state ? describe(state, differences, count) : OPENING}</Caption>
      <AdapterNotice adapter={state} />
      <Numbers
        caption="Mean difference of two neighboring frames, values from 0 to 1"
        columns={["frames", "without", "with"]}
        rows={differences.rows}
      />
      <div className="figure-foot">
        <span className="help">The clips share the model, the prompt, the sampler and the noise of each frame.</span>
        <Button icon="dice" onPress={() => setSeed((seed + 1) % 10000)}>
          Other noise
        </Button>
      </div>
    </>
  );
}

/** The same noise with motion modules and without. */
export const ClipFigure = () => (
  <Figure id="clip" title="The same noise, with attention over time and without" worker={startWorker}>
    <Clips />
  </Figure>
);
