import { AquatintError, type TextToImageNetwork, type TextToImageOptions } from "aquatint";
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
  /** Computes in float32 from now on, where half precision overflowed; false where they do already. */
  widen(): Promise<boolean>;
  /** Frees all of their memory. */
  release(): Promise<void>;
}

/** Networks that stay open. */
export function fixedNetworks(network: TextToImageNetwork): Networks {
  const current = async () => network;
  return {
    ...{ forImage: current, forClip: current, current },
    makeRoom: async () => {},
    widen: async () => false,
    release: async () => network[Symbol.asyncDispose](),
  };
}

/** Makes something, and where half precision gives values that are not finite, says so and makes it again in float32. */
export async function inEnoughPrecision<T>(
  networks: Pick<Networks, "widen">,
  { work, onWiden }: { readonly work: () => Promise<T>; readonly onWiden: () => void },
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const overflows = error instanceof AquatintError && error.code.startsWith("not-finite/");
    if (!overflows || !(await networks.widen())) throw error;
    onWiden();
    return work();
  }
}
