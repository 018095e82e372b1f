import { itemAt } from "aquatint/util";
import type { Target } from "./checks.ts";
import type { ClipFit } from "./clip.ts";
import { type SetDistance, setDistance } from "./distribution.ts";
import { quantile } from "./intervals.ts";
import type { JudgeResults } from "./judge.ts";
import { type Shares, sharesOf } from "./shares.ts";

/** Settings of the generation. */
export interface GenerationSettings {
  readonly count: number;
  /** Seed of the first image; image i has seed + i. */
  readonly seed: number;
  readonly sampler: string;
  readonly steps: number;
  readonly guidance: number;
}

/** Target of an image, and the judge's detections. */
export interface Verdict {
  readonly caption: string;
  readonly objects: readonly string[];
  /** The clearest things, as many as were asked for. */
  readonly detected: readonly string[];
  readonly background: readonly string[];
  /** The widest colors of the border, as many as were asked for. */
  readonly border: readonly string[];
}

/** Evaluation of a model. */
export interface Evaluation extends GenerationSettings {
  /** Median, without what was loaded for the first image. */
  readonly secondsPerImage: number;
  /** By question, for all captions, those of seen and those of unseen combinations. */
  readonly shares: Shares;
  /** The generated images beside real ones of the same captions. */
  readonly distance: SetDistance;
  /** Other real images beside the same: what a perfect model of this count would get. */
  readonly floor: SetDistance;
  /** CLIP's scores of the images and of real ones of the same captions, where it was asked. */
  readonly clip?: ClipPair;
  /** Image by image. */
  readonly verdicts: readonly Verdict[];
}

/** Fit of captions to generated and to real images. */
export interface ClipPair {
  readonly generated: ClipFit;
  readonly real: ClipFit;
}

/** Input of an evaluation. */
export interface EvaluationInput {
  readonly truths: readonly Target[];
  /** Seconds of each image. */
  readonly seconds: readonly number[];
  readonly generated: JudgeResults;
  /** Renders of the same captions. */
  readonly real: JudgeResults;
  /** Renders of as many other captions. */
  readonly second: JudgeResults;
  readonly clip?: ClipPair | undefined;
  readonly generation: GenerationSettings;
}

/** Puts it all together. */
export const evaluationOf = ({ seconds, real, second, generation, clip, ...input }: EvaluationInput): Evaluation => ({
  ...generation,
  secondsPerImage: quantile(
    seconds.slice(1).sort((a, b) => a - b),
    0.5,
  ),
  shares: sharesOf({ truths: input.truths, generated: input.generated.detections, real: real.detections }),
  distance: setDistance({ real: real.features, generated: input.generated.features }),
  floor: setDistance({ real: real.features, generated: second.features }),
  ...(clip && { clip }),
  verdicts: verdictsOf(input),
});

const verdictsOf = ({ truths, generated: { detections } }: Pick<EvaluationInput, "truths" | "generated">) =>
  truths.map(({ caption, objects, background }, i): Verdict => {
    const { things, border } = itemAt(detections, i);
    return {
      caption,
      objects: objects.map(({ name }) => name),
      detected: things.slice(0, objects.length).map(({ name }) => name),
      background: background.colors,
      border: border.slice(0, background.colors.length),
    };
  });
