import { AquatintError } from "../../errors.ts";
import type { SpacingName } from "../spacing/spacings.ts";
import type { Sampler } from "./loop.ts";
import {
  type OptionChoice,
  type OptionSchema,
  type OptionValues,
  optionValues,
  type SamplerOptions,
} from "./options.ts";

/** Settings that a name fixes beyond the sampler. */
export interface SamplerPreset<Options = SamplerOptions> {
  readonly spacing?: SpacingName;
  readonly options?: Options;
  /** The order with these options, where it is not the sampler's. */
  readonly order?: number;
}

/** A sampler's description of itself: commands, menus, documents and conformance tests read it. */
export interface SamplerDescription {
  readonly title: string;
  /**
   * The error falls with steps^-order: that of x, or of its variance where the sampler is stochastic; 0 where more steps do
   * not lead to the data's distribution.
   */
  readonly order: number;
  /** True if it asks for fresh noise with its default options. */
  readonly stochastic: boolean;
  /** Evaluations of the network in a full step. */
  readonly evaluations: number;
  /** Evaluations of a walk beyond that: more in its first steps, or fewer in its last ones. */
  readonly extraEvaluations?: number;
  /**
   * It chooses its steps by itself, for one image at a time: the walk's steps only say how far it is, and its order is its
   * solver's.
   */
  readonly adaptive?: boolean;
  /** Steps that it takes beyond the n of its walk. */
  readonly extraSteps?: (n: number) => number;
  /** It reads the estimate without the prompt, at every guidance scale. */
  readonly unconditional?: boolean;
  /** True if it reads a variance that the network predicts, with these options. */
  readonly learnedVariance?: (options: SamplerOptions) => boolean;
  /** A schedule that is named with it is laid for one more step and loses its cleanest level, as in the web UI. */
  readonly dropLast?: boolean;
  /** Without a schedule it ends where the model's own scheduler does, as its class of diffusers; others end at clean data. */
  readonly keepsEnd?: boolean;
  /** The spacing where neither the checkpoint nor the caller chooses one. */
  readonly spacing: SpacingName;
  /** The web UI's schedule "Automatic" for it; absent where that program has no such sampler or a rule of its own. */
  readonly automatic?: SpacingName;
  /** The paper or program that defines it. */
  readonly reference: string;
}

/** A sampler as its file declares it. */
export interface SamplerDeclaration<N extends string, O extends OptionSchema> extends SamplerDescription {
  /** The name that the command line takes. */
  readonly name: N;
  /** Other names, of other tools too. */
  readonly aliases: Readonly<Record<string, SamplerPreset<OptionChoice<O>>>>;
  readonly options: O;
  /** Makes the sampling loop; every option has its value. */
  create(options: OptionValues<O>): Sampler;
}

/** A sampler of the registry. */
export interface SamplerEntry<N extends string = string, O extends OptionSchema = OptionSchema>
  extends SamplerDescription {
  readonly name: N;
  readonly aliases: Readonly<Record<string, SamplerPreset>>;
  readonly options: O;
  /** Makes the sampling loop. @throws AquatintError "sampler/option" for an option that it does not take. */
  create(options?: OptionChoice<O>): Sampler;
}

/** A sampler and some of its options, as settings of a scheduler. */
export const samplerChoice = <O extends OptionSchema>(
  sampler: SamplerEntry<string, O>,
  samplerOptions: OptionChoice<O>,
): { readonly sampler: SamplerEntry; readonly samplerOptions: SamplerOptions } => ({ sampler, samplerOptions });

/** Declares a sampler. */
export const defineSampler = <const N extends string, const O extends OptionSchema>(
  declaration: SamplerDeclaration<N, O>,
): SamplerEntry<N, O> => ({
  ...declaration,
  create(options = {}) {
    const sampler = declaration.create(optionValues({ kind: "sampler", ...declaration }, options));
    if (!declaration.adaptive) return sampler;
    return async function* (input) {
      checkRows(declaration, input.rows);
      return yield* sampler(input);
    };
  },
});

/** Refuses more images than a sampler takes in one walk. @throws AquatintError "sampler/rows". */
export function checkRows({ name, adaptive = false }: Pick<SamplerEntry, "name" | "adaptive">, rows: number): void {
  if (!adaptive || rows === 1) return;
  throw new AquatintError("sampler/rows", `"${name}" chooses its steps for one image, got ${rows} images in a batch`, {
    hint: "make images one at a time, in batches of 1",
  });
}

/** The error of a sampler that needs a variance from a network that predicts none. */
export const noLearnedVariance = (): AquatintError =>
  new AquatintError("sampler/variance", "this sampler needs a learned variance, and the network predicts none", {
    hint: 'take the variance "small", or a network with twice as many output channels',
  });
