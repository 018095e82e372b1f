import { type ModuleConfigs, type PipelineComponents, pipelineComponents } from "./components.ts";
import { latentSpace } from "./latent-space.ts";

/** Builds the networks that the configurations describe. @throws AquatintError "config/…" for a wrong one. */
export const textToImageModules = ({ vae, ...configs }: ModuleConfigs): PipelineComponents =>
  pipelineComponents(configs, vae === undefined ? undefined : latentSpace(vae));
