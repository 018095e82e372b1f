import { parameters } from "../../nn/module.ts";
import type { PipelineComponents } from "./components.ts";

/** The parameters of the networks that LoRAs stand beside, by the folders of the networks: "unet", "text_encoder". */
export const networkParameters = ({ unet, textEncoders }: Pick<PipelineComponents, "unet" | "textEncoders">) =>
  new Map([["unet", parameters(unet)], ...textEncoders.map(({ name, model }) => [name, parameters(model)] as const)]);
