import type { MotionName } from "@aquatint/emoji";
import { average } from "aquatint/math";
import { wilson } from "../evaluate/intervals.ts";
import type { Share } from "../evaluate/shares.ts";

/** A clip of a caption with known motion, as it was judged. */
export interface JudgedClip {
  readonly motion: MotionName;
  /** The motion that the classifier detects. */
  readonly detected: MotionName;
  /** For each frame that was looked at and each thing, true if the judge sees it; undefined without a judge. */
  readonly things?: readonly boolean[] | undefined;
  /** Mean squared difference of the background between frames. */
  readonly flicker: number;
}

/** Clips of the same captions: made by the model, and rendered ones that the autoencoder encoded and decoded. */
export interface ClipPair {
  /** True if training never saw this thing in this motion. */
  readonly unseen: boolean;
  readonly generated: JudgedClip;
  readonly real: JudgedClip;
  /** For each thing, true if the judge sees it in an image that the image model makes of it; undefined without a judge. */
  readonly image?: readonly boolean[] | undefined;
}

/** A share of the model's clips, and of real ones as its ceiling. */
export interface SharePair {
  readonly generated: Share;
  readonly real: Share;
  /** Generated over real. */
  readonly ratio: number;
}

/** Figures of an evaluation of motions. */
export interface MotionEvaluation {
  /** The motion of the caption is the motion that the classifier sees. */
  readonly motion: Readonly<Record<"familiar" | "unseen", SharePair | null>>;
  readonly byMotion: Readonly<Partial<Record<MotionName, Share>>>;
  /** Numbers of clips whose motion was taken for another, by "requested > detected". */
  readonly confusions: Readonly<Record<string, number>>;
  /** The thing of the caption is seen in the frames; null without a judge. */
  readonly thing: (SharePair & { /** In images of the image model. */ readonly image: Share }) | null;
  readonly flicker: { readonly generated: number; readonly real: number; readonly ratio: number };
}

/** The figures of judged clips. */
export function motionEvaluation(pairs: readonly ClipPair[]): MotionEvaluation {
  const part = (unseen: boolean) => pairs.filter((pair) => pair.unseen === unseen);
  const matches = (clips: readonly JudgedClip[]) => clips.map(({ motion, detected }) => motion === detected);
  const generated = pairs.map((pair) => pair.generated);
  const motions = [...new Set(generated.map(({ motion }) => motion))].sort();
  const flicker = { generated: meanFlicker(generated), real: meanFlicker(pairs.map(({ real }) => real)) };
  return {
    motion: { familiar: pairOf(part(false), matches), unseen: pairOf(part(true), matches) },
    byMotion: Object.fromEntries(
      motions.map((motion) => [motion, shareOf(matches(generated.filter((clip) => clip.motion === motion)))]),
    ),
    confusions: confusionsOf(generated),
    thing: thingShares(pairs),
    flicker: { ...flicker, ratio: flicker.generated / flicker.real },
  };
}

const meanFlicker = (clips: readonly JudgedClip[]): number => average(clips.map(({ flicker }) => flicker));

function shareOf(answers: readonly boolean[]): Share {
  const [hits, n] = [answers.filter(Boolean).length, answers.length];
  return { share: hits / n, hits, n, interval: wilson(hits, n) };
}

function pairOf(pairs: readonly ClipPair[], answers: (clips: readonly JudgedClip[]) => readonly boolean[]) {
  if (pairs.length === 0) return null;
  const generated = shareOf(answers(pairs.map((pair) => pair.generated)));
  const real = shareOf(answers(pairs.map((pair) => pair.real)));
  return { generated, real, ratio: generated.share / real.share };
}

function thingShares(pairs: readonly ClipPair[]): MotionEvaluation["thing"] {
  const images = pairs.flatMap(({ image = [] }) => image);
  const shares = pairOf(pairs, (clips) => clips.flatMap(({ things = [] }) => things));
  return shares && images.length > 0 ? { ...shares, image: shareOf(images) } : null;
}

function confusionsOf(clips: readonly JudgedClip[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { motion, detected } of clips) {
    const name = `${motion} > ${detected}`;
    if (motion !== detected) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}
