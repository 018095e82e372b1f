import { parseClipTextConfig } from "./clip/config.ts";
import { CLIPTextModel } from "./clip/text-model.ts";
import { parseUNet2DConditionConfig, parseUNet2DConfig } from "./unet/config.ts";
import { UNet2DModel } from "./unet/unet2d.ts";
import { UNet2DConditionModel } from "./unet/unet2d-condition.ts";

/** Every model, by the class name that `model_index.json` gives it: how its config.json is read and how it is made. */
export const models = {
  CLIPTextModel: { parseConfig: parseClipTextConfig, create: CLIPTextModel },
  UNet2DConditionModel: { parseConfig: parseUNet2DConditionConfig, create: UNet2DConditionModel },
  UNet2DModel: { parseConfig: parseUNet2DConfig, create: UNet2DModel },
};
