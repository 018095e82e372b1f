import { useMemo } from "react";
import { ToggleButton } from "react-aria-components";
import { Button } from "../../../ui/buttons.tsx";
import { SelectField } from "../../../ui/fields.tsx";
import { Caption, Figure, useFigureValue, useUnreadValue } from "../../figure/Figure.tsx";
import { Numbers } from "../../figure/numbers.tsx";
import { percent } from "../../figure/percent.ts";
import { PromptField } from "../../input/PromptField.tsx";
import { number, text } from "../../link/codecs.ts";
import { opening } from "../../model/downloads.ts";
import { siteRoot } from "../../site-root.ts";
import type { AttentionState } from "./attention-jobs.ts";
import { ALL, layerLabel, mapsOf, peakOf } from "./attention-maps.ts";
import { Spotlight } from "./Spotlight.tsx";
import { startWorker, useUNet } from "./start.ts";

const codecs = {
  prompt: text({ initial: "an astronaut riding a horse", longest: 300 }),
  layer: text({ initial: ALL, longest: 100 }),
  word: number({ initial: 1, min: 0, max: 75, step: 1 }),
  steps: number({ initial: 12, min: 1, max: 50, step: 1 }),
  seed: number({ initial: 7, min: 0, max: 9999, step: 1 }),
};

const mean = (map: Float32Array): number => map.reduce((sum, value) => sum + value, 0) / map.length;

interface WordsProps {
  readonly state: AttentionState | undefined;
  readonly maps: ReturnType<typeof mapsOf>;
  readonly selected: number;
  readonly onSelect: (word: number) => void;
}

/** Each word over the image. */
const Words = ({ state, maps, selected, onSelect }: WordsProps) => (
  <div className="attention-words">
    {state?.words.map(({ text: word, from }, w) => (
      <ToggleButton
        key={from}
        className="attention-word"
        isSelected={w === selected}
        aria-label={`${word}: ${maps.words[w] ? peakOf(maps.words[w], maps.width) : ""}`}
        onChange={() => onSelect(w)}
      >
        <Spotlight image={state.image} weights={maps.words[w]} width={maps.width} label="" />
        <span>{word}</span>
      </ToggleButton>
    ))}
  </div>
);

function useAttention() {
  const [prompt, setPrompt] = useFigureValue("prompt", codecs.prompt);
  const [linked, setLayer] = useFigureValue("layer", codecs.layer);
  const [word, setWord] = useFigureValue("word", codecs.word);
  const [steps] = useFigureValue("steps", codecs.steps);
  const [seed, setSeed] = useFigureValue("seed", codecs.seed);
  const { value: state } = useUNet("attention", { root: siteRoot.href, prompt, steps, seed });
  const names = [ALL, ...(state?.layers ?? []).map(({ path }) => path)];
  const layer = names.includes(linked) ? linked : ALL;
  useUnreadValue("layer", names.length > 1 && layer !== linked ? names : undefined);
  const maps = useMemo(() => mapsOf(state?.layers ?? [], layer), [state, layer]);
  const selected = Math.min(word, Math.max((state?.words.length ?? 0) - 1, 0));
  return { prompt, setPrompt, layer, setLayer, setWord, seed, setSeed, state, maps, selected };
}

function describe(state: AttentionState, maps: ReturnType<typeof mapsOf>, selected: number): string {
  const [word, map] = [state.words[selected], maps.words[selected]];
  const progress = state.isDone ? `The image of ${state.n} steps` : `Step ${state.step} of ${state.n}`;
  if (!word || !map) return `${progress}. The prompt has no word.`;
  return `${progress}. “${word.text}” has most weight at the ${peakOf(map, maps.width)}, and ${percent(mean(map))} of the attention of all places.`;
}

const Controls = ({ prompt, setPrompt, layer, setLayer, state }: ReturnType<typeof useAttention>) => (
  <div className="controls">
    <PromptField prompt={prompt} onChange={setPrompt} />
    <SelectField
      label="Layer"
      help="Where in the U-Net the words are read."
      value={layer}
      choices={[
        { id: ALL, label: "mean of the finest" },
        ...(state?.layers ?? []).map((item) => ({ id: item.path, label: layerLabel(item) })),
      ]}
      onChange={setLayer}
    />
  </div>
);

function Attention() {
  const attention = useAttention();
  const { state, maps, selected, seed } = attention;
  const word = state?.words[selected]?.text ?? "the word";
  return (
    <>
      <Controls {...attention} />
      <div className="attention">
        <div className="attention-large">
          <Spotlight image={state?.image} weights={undefined} width={1} label="The image of the prompt" />
          <Spotlight
            image={state?.image}
            weights={maps.words[selected]}
            width={maps.width}
            label={`The image, light where its places look at “${word}”`}
          />
        </div>
        <Words state={state} maps={maps} selected={selected} onSelect={attention.setWord} />
      </div>
      <Caption>{state ? describe(state, maps, selected) : opening("latent")}</Caption>
      <Numbers
        caption="The share of the attention that each word has, over all places"
        columns={["word", "mean", "largest"]}
        rows={(state?.isDone ? state.words : []).map((item, w) => ({
          label: `${w + 1} ${item.text}`,
          values: [mean(maps.words[w] ?? empty), Math.max(...(maps.words[w] ?? empty))],
        }))}
      />
      <div className="figure-foot">
        <span className="help">The rest of the attention goes to the tokens that begin and end the prompt.</span>
        <Button icon="dice" onPress={() => attention.setSeed((seed + 1) % 10000)}>
          Other noise
        </Button>
      </div>
    </>
  );
}

const empty = new Float32Array(1);

/** Where an image looks for each word of its prompt. */
export const AttentionFigure = () => (
  <Figure id="attention" title="From words to places" worker={startWorker}>
    <Attention />
  </Figure>
);
