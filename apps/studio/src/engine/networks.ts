import type { TextToImageNetwork, TextToImageOptions } from "aquatint";
import type { TextToImagePlan, TextToVideoOptions, TextToVideoPlan } from "aquatint/pipelines";

/** The networks of a model that is loaded: those of the page's own stay as they are, a visitor's are planned for what is made. */
export interface Networks {
  /** @throws AquatintError "generate/memory" where there is no way to stay within the memory. */
  forImage(plan: TextToImagePlan, options: TextToImageOptions): Promise<TextToImageNetwork>;
  /** @throws AquatintError "generate/memory". */
  forClip(plan: TextToVideoPlan, options: TextToVideoOptions): Promise<TextToImageNetwork>;
  /** The networks as they are. */
  current(): Promise<TextToImageNetwork>;
  /** Frees memory for other networks where it is short; the next use opens these again. */
  makeRoom(): Promise<void>;
  /** Frees all of their memory. */
  release(): Promise<void>;
}

/** Networks that stay open. */
export function fixedNetworks(network: TextToImageNetwork): Networks {
  const current = async () => network;
  return {
    ...{ forImage: current, forClip: current, current },
    makeRoom: async () => {},
    release: async () => network[Symbol.asyncDispose](),
  };
}
