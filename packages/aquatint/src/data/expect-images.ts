import { AquatintError } from "../errors.ts";
import type { ClipFacts, Dataset } from "./dataset.ts";

/** @throws AquatintError "config/dataset" for a data set that holds latents, where `use` takes images. */
export function expectImages({ name, latents }: Pick<Dataset, "name" | "latents">, use: string): void {
  if (!latents) return;
  throw new AquatintError("config/dataset", `${use} takes images, and the data set "${name}" holds latents`, {
    hint: "name the data set that they were encoded from",
  });
}

/** @throws AquatintError "config/dataset" for a data set of clips, where `use` takes still images or their latents. */
export function expectStills({ name, clip }: Pick<Dataset, "name" | "clip">, use: string): void {
  if (!clip) return;
  throw new AquatintError("config/dataset", `${use} takes still images, and the data set "${name}" holds clips`, {
    hint: 'train on clips with "task": "motion"',
  });
}

/** The facts of a data set of clips. @throws AquatintError "config/dataset" for one of still images. */
export function expectClips({ name, clip }: Pick<Dataset, "name" | "clip">, use: string): ClipFacts {
  if (clip) return clip;
  throw new AquatintError("config/dataset", `${use} takes clips, and the data set "${name}" holds still images`, {
    hint: 'name a data set of clips, such as "emoji-clips", or a pool of their latents',
  });
}
