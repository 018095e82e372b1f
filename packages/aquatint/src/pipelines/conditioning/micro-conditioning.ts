import { AquatintError } from "../../errors.ts";

/** Height and width in pixels, or how far from the top and the left. */
export type HeightWidth = readonly [height: number, width: number];

/** Stable Diffusion XL's inputs about the image's size (Podell et al. 2023); other models are told nothing. */
export interface MicroConditioningOptions {
  /** Size of the image before it was cropped; the image's own if absent. A small one gives a blurred image. */
  readonly originalSize?: HeightWidth | undefined;
  /** Corner of the crop; 0, 0 if absent. */
  readonly cropTopLeft?: HeightWidth | undefined;
  /** The image's own if absent. */
  readonly targetSize?: HeightWidth | undefined;
  /** 0 .. 10, of the refiner; 6 if absent. */
  readonly aestheticScore?: number | undefined;
  /** The same for the branch without the prompt; 2.5 if absent. */
  readonly negativeAestheticScore?: number | undefined;
}

interface MicroConditioningRun {
  /** Numbers that the U-Net is told: 6, 5 or none. */
  readonly numbers: number;
  /** Rows for prompts; one more, the first, is without a prompt if `unconditional`. */
  readonly prompts: number;
  readonly unconditional: boolean;
  readonly width: number;
  readonly height: number;
}

/** The numbers that the U-Net is told of the size, a row a branch. @throws AquatintError "generate/size" for what is no size. */
export function microConditioning(
  options: MicroConditioningOptions,
  { numbers, prompts, unconditional, width, height }: MicroConditioningRun,
) {
  const imageSize: HeightWidth = [height, width];
  const { originalSize = imageSize, cropTopLeft = [0, 0], targetSize = imageSize } = options;
  const { aestheticScore = 6, negativeAestheticScore = 2.5 } = options;
  const wrong = [...originalSize, ...cropTopLeft, ...targetSize, aestheticScore, negativeAestheticScore].find(
    (value) => !Number.isFinite(value) || value < 0,
  );
  if (wrong !== undefined) {
    throw new AquatintError("generate/size", `sizes must be numbers of 0 or more, got ${wrong}`, {
      hint: "give heights and widths in pixels, and aesthetic scores of 0 to 10",
    });
  }
  if (numbers === 0) return undefined;
  const row = (score: number) => [...originalSize, ...cropTopLeft, ...(numbers === 5 ? [score] : targetSize)];
  const scores = Array<number>(prompts).fill(aestheticScore);
  return (unconditional ? [negativeAestheticScore, ...scores] : scores).map(row);
}
