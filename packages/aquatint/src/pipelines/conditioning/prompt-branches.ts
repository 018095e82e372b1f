import { needsUnconditional } from "../../diffusion/guidance.ts";
import { AquatintError } from "../../errors.ts";
import type { WeightedText } from "../../tokenizers/attention.ts";

interface BranchRun {
  readonly guidance: number;
  readonly unconditional: boolean;
}

/** The branches of guidance. */
export interface PromptBranches {
  /** The prompts with their weights. */
  readonly prompts: readonly WeightedText[];
  /** True if there is a branch without a prompt. */
  readonly unconditional: boolean;
}

/**
 * The branches of guidance of a run. `embedded`: the model is given the scale as an input and has one output.
 * @throws AquatintError "generate/sampler" or "prompt/and" where such a model is not enough.
 */
export function promptBranches(
  prompts: readonly WeightedText[],
  { guidance, unconditional }: BranchRun,
  embedded: boolean,
): PromptBranches {
  const total = prompts.reduce((sum, { weight }) => sum + weight, 0);
  const complete = !needsUnconditional(prompts.map(({ weight }) => weight));
  if (embedded) checkEmbedded({ unconditional, complete, total });
  const composed = prompts.length > 1 || total !== 1; // a single prompt of weight 1 has no guidance up to scale 1
  const hasGuidance = guidance > 1 || (composed && !(guidance === 1 && complete));
  return { prompts, unconditional: !embedded && (unconditional || hasGuidance) };
}

interface EmbeddedRun {
  readonly unconditional: boolean;
  readonly complete: boolean;
  readonly total: number;
}

function checkEmbedded({ unconditional, complete, total }: EmbeddedRun): void {
  if (unconditional) {
    throw new AquatintError("generate/sampler", "this sampler wants guidance by two outputs, this model has one", {
      hint: "latent consistency models are made for the sampler lcm",
    });
  }
  if (complete) return;
  throw new AquatintError("prompt/and", `weights that add up to ${total} need an output without a prompt`, {
    hint: "this model is given the guidance as an input: use weights that add up to 1, as in a cat :0.5 AND a dog :0.5",
  });
}
