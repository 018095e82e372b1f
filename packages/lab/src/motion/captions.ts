import type { ClipTruth, EmojiName, MotionName } from "@aquatint/emoji";
import type { Batch, Dataset } from "aquatint/data";
import { type Image, tensorToImages } from "aquatint/formats";
import { AquatintError, itemAt } from "aquatint/util";

/** A rendered clip of known motion with its caption. */
export interface RealClip {
  readonly caption: string;
  readonly motion: MotionName;
  readonly truth: ClipTruth;
  readonly frames: readonly Image[];
}

/** Options of drawing clips. */
export interface DrawOptions {
  readonly count: number;
  readonly seed: number;
  /** True for pairs of a thing and a motion that training never saw, false for such as it may have seen. */
  readonly unseen: boolean;
}

/** Clips that are drawn at once. */
const BATCH = 8;
/** Clips that are drawn for one that is wanted, at most. */
const PATIENCE = 60;

/** Rendered clips of a data set. @throws AquatintError "evaluate/data" for one without clips, or of too few motions. */
export async function* realClips(dataset: Dataset, { count, seed, unseen }: DrawOptions): AsyncGenerator<RealClip> {
  const { clip, size } = dataset;
  if (!clip) throw unfit(`the data set "${dataset.name}" has no clips`);
  const [height, width] = size;
  const stream = dataset.stream({ seed, split: unseen ? "held-out" : "train" });
  let yielded = 0;
  for (let drawn = 0; drawn < PATIENCE * count; drawn += BATCH) {
    const { images, captions, truths } = (await stream.next(BATCH)) as Batch<ClipTruth>;
    const length = images.length / BATCH;
    for (const [i, truth] of truths.entries()) {
      const { motion, heldOut } = truth;
      if (motion === null || unseen !== heldOut.includes("name-motion")) continue;
      const frames = tensorToImages(images.subarray(i * length, (i + 1) * length), { width, height });
      yield { caption: itemAt(captions, i), motion, truth, frames };
      if (++yielded === count) return;
    }
  }
  throw unfit(
    `of ${PATIENCE * count} clips of "${dataset.name}" only ${yielded} are ${unseen ? "of unseen pairs" : "of seen pairs"}`,
  );
}

const unfit = (message: string) =>
  new AquatintError("evaluate/data", message, { hint: 'name the configuration of "emoji-clips": --data' });

/** A caption of the same things at rest: "a cat and a dog, blue background". */
export function restingCaption({ objects, background }: ClipTruth, names: readonly EmojiName[]): string {
  const phrases = objects.map(({ name }) => names.find((entry) => entry.name === name)?.phrase ?? name);
  return `${phrases.join(" and ")}, ${background.colors.join(" to ")} background`;
}
