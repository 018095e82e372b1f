import { checks } from "./checks.ts";
import type { Estimate } from "./distribution.ts";
import type { Interval } from "./intervals.ts";
import type { Evaluation } from "./report.ts";
import type { Share, SharePair } from "./shares.ts";

/** An evaluation as Markdown, with 95 % intervals in brackets. */
export function evaluationTable(evaluation: Evaluation): string {
  const { count, seed, sampler, steps, guidance, secondsPerImage } = evaluation;
  const settings = `${count} images, seeds ${seed} to ${seed + count - 1}: ${sampler}, ${steps} steps, guidance ${guidance}`;
  return [
    `${settings}; ${number(secondsPerImage)} s an image.`,
    "",
    "| | captions | generated | real renders | ratio |",
    "| --- | --- | --- | --- | --- |",
    ...shareRows(evaluation),
    "",
    "| | generated | real renders |",
    "| --- | --- | --- |",
    ...distanceRows(evaluation),
    ...clipRows(evaluation),
    "",
  ].join("\n");
}

const shareRows = ({ shares }: Evaluation): readonly string[] =>
  Object.entries(shares).flatMap(([check, parts]) =>
    Object.entries<SharePair>(parts).map(([subset, pair]) => {
      const { about } = checks[check as keyof typeof checks];
      const ratio = `${number(pair.ratio)} ${interval(pair.ratioInterval)}`;
      return row(subset === "all" ? about : "", subset, share(pair.generated), share(pair.real), ratio);
    }),
  );

const names = {
  frechet: "Fréchet distance",
  precision: "precision",
  recall: "recall",
  density: "density",
  coverage: "coverage",
} as const;

const distanceRows = ({ distance, floor }: Evaluation): readonly string[] =>
  Object.entries(names).map(([key, name]) => {
    const at = key as keyof typeof names;
    return row(name, estimate(distance[at]), estimate(floor[at]));
  });

const clipRows = ({ clip }: Evaluation): readonly string[] =>
  clip
    ? [
        row("CLIP score", number(clip.generated.score), number(clip.real.score)),
        row("the image's caption found among all", number(clip.generated.imageToText), number(clip.real.imageToText)),
        row("the caption's image found among all", number(clip.generated.textToImage), number(clip.real.textToImage)),
      ]
    : [];

const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const share = ({ share, hits, n, interval: bounds }: Share): string =>
  `${number(share)} ${interval(bounds)}, ${hits} of ${n}`;
const estimate = ({ value, interval: bounds }: Estimate): string => `${number(value)} ${interval(bounds)}`;
const interval = ([low, high]: Interval): string => `[${number(low)}, ${number(high)}]`;

/** Two places after the point, or three digits of what is small. */
const number = (value: number): string =>
  value === 0 || Math.abs(value) >= 0.1 ? value.toFixed(2) : value.toPrecision(2);
