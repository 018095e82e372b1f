import type { Image } from "aquatint/formats";
import { grayImage } from "../../chart/gray-image.ts";
import type { LatentSteps, TextStates } from "./jobs.ts";

/** Text states with a row for each token, brightness for each number: three standard deviations around 0. */
export function statesImage({ values, width }: TextStates): Image {
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
  return grayImage(values, width, [-3 * deviation, 3 * deviation]);
}

/** The channels of a latent, from -3 to 3. */
export function channelImages({ channels, width, steps }: LatentSteps, step: number): readonly (Image | undefined)[] {
  const latent = steps[step];
  const size = (latent?.length ?? 0) / channels;
  return Array.from(
    { length: channels },
    (_, c) => latent && grayImage(latent.subarray(c * size, (c + 1) * size), width, [-3, 3]),
  );
}
