import { AquatintError } from "../errors.ts";
import type { Dataset } from "./dataset.ts";

/** @throws AquatintError "config/dataset" for a data set that holds latents, where `use` takes images. */
export function expectImages({ name, latents }: Pick<Dataset, "name" | "latents">, use: string): void {
  if (!latents) return;
  throw new AquatintError("config/dataset", `${use} takes images, and the data set "${name}" holds latents`, {
    hint: "name the data set that they were encoded from",
  });
}
