import { z } from "zod";
import { AquatintError } from "../../errors.ts";
import { type GenerationDefaults, trainedGeneration } from "../../util/generation-defaults.ts";

/** A model's own choices for generation, in the names of diffusers' arguments. */
export const generationSchema = z.strictObject({
  num_inference_steps: z.int().positive().optional().describe("Steps of the sampler."),
  guidance_scale: z.number().nonnegative().optional().describe("Classifier-free guidance; 1 is none."),
});

/** The choices of a `generation_config.json`, parsed from JSON; what it does not say is as `fallback` has it. @throws AquatintError "model/generation" for a wrong one. */
export function generationDefaults(json: unknown = {}, fallback: GenerationDefaults = trainedGeneration) {
  const { success, data, error } = generationSchema.safeParse(json);
  if (success) {
    const { num_inference_steps: steps = fallback.steps, guidance_scale: guidance = fallback.guidance } = data;
    return { steps, guidance };
  }
  const { path, message } = error.issues[0]!;
  const position = path.length ? `"${path.join(".")}": ` : "";
  throw new AquatintError("model/generation", `the model's generation_config.json: ${position}${message}`, {
    hint: "it may give num_inference_steps and guidance_scale",
  });
}
