import { AquatintError } from "../errors.ts";
import { type GuidanceRange, isGuided } from "./guidance.ts";
import { noiseRatio } from "./process/coordinates.ts";
import type { Level } from "./process/level.ts";

/** A run that a guidance range is checked for. */
export interface RangeCheck {
  /** Levels of the walk. */
  readonly levels: readonly Level[];
  /** True under classifier-free guidance. */
  readonly cfg: boolean;
  /** A sampler that reads the output without the prompt at every level. */
  readonly unconditionalSampler?: string | undefined;
}

/** Returns a range that changes what is computed. @throws AquatintError "generate/guidance-range" for another. */
export function checkedGuidanceRange(
  range: GuidanceRange,
  { levels, cfg, unconditionalSampler }: RangeCheck,
): GuidanceRange {
  const [low, high] = range;
  const text = `${low}..${high}`;
  if (!(low >= 0 && low < high && Number.isFinite(high))) {
    throw rangeError(`expected a range of noise levels from 0 on, low..high, got ${text}`, "for example 0.3..5");
  }
  if (!cfg) throw rangeError("without guidance there is no range of it", "give a guidance scale above 1");
  if (unconditionalSampler !== undefined) {
    const hint = "leave the range out, or take another sampler";
    throw rangeError(`the sampler "${unconditionalSampler}" reads the output without the prompt at every level`, hint);
  }
  const ratios = levels.filter((level) => level.sigma > 0);
  if (ratios.some((level) => isGuided(level, range))) return range;
  const [first, last] = [ratios[0], ratios.at(-1)].map((level) => (level ? noiseRatio(level).toPrecision(3) : "none"));
  throw rangeError(
    `no step lies in the guidance range ${text}: they go from ${first} to ${last}`,
    "give a wider range",
  );
}

const rangeError = (message: string, hint: string) => new AquatintError("generate/guidance-range", message, { hint });
