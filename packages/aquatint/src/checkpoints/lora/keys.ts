import { modelClasses } from "../../models/classes.ts";

/** Parts of the name of a LoRA's tensor. */
export interface LoraKey {
  /** "unet", "text_encoder", "text_encoder_2". */
  readonly component: string;
  /** The layer as the file names it: with dots or kohya's underscores, in today's or the original names. */
  readonly module: string;
  /** The adapter's name in PEFT's files; "" elsewhere. */
  readonly adapter: string;
  /** The part of the name behind the layer: "lora_down.weight". */
  readonly end: string;
}

/** The beginnings of keys and the networks that they name; the first that fits counts. */
const prefixes: readonly (readonly [prefix: RegExp, component: string])[] = [
  // kohya's tools and OneTrainer; LyCORIS where it stands alone
  [/^(lora_unet_|lycoris_)/, "unet"],
  [/^lora_te2_/, "text_encoder_2"],
  [/^lora_te1?_/, "text_encoder"],
  // PEFT
  [/^(base_model\.model\.text_encoder_2|text_encoder_2(\.base_model\.model)?)\./, "text_encoder_2"],
  [/^(base_model\.model\.text_encoder|text_encoder(\.base_model\.model)?)\./, "text_encoder"],
  [/^(base_model\.model\.unet|unet(\.base_model\.model)?)\./, "unet"],
  [/^base_model\.model\.(?=text_model\.)/, "text_encoder"],
  [/^base_model\.model\./, "unet"],
  // ComfyUI's saver, and OneTrainer's newer names
  [/^(model\.)?diffusion_model\./, "unet"],
  [/^(text_encoders\.)?clip_g\.(transformer\.)?/, "text_encoder_2"],
  [/^(text_encoders\.)?clip_[lh]\.(transformer\.)?/, "text_encoder"],
  // the first files of diffusers, which hold one network
  [/^(?=(down_blocks|mid_block|up_blocks|input_blocks|middle_block|output_blocks)\.)/, "unet"],
  [/^(?=text_model\.)/, "text_encoder"],
];

/** End of the layer's name, in all ways of adapting that are known. */
const boundary =
  /\.(lora_(A|B|down|up|mid|bias|embedding|magnitude)|(lora|lora_linear_layer|lora_conv2d_layer)\.(down|up|alpha)|alpha$|diff(_b)?$|dora_scale$|hada_|lokr_|oft_|boft_|[ab][12]\.weight$|on_input$|[wb]_norm$|scalar$)/;

/** "attn1.processor.to_out_lora.down" of the first files of diffusers is "attn1.to_out.0". */
const processor = /^(.*?)(?:\.processor)?\.(to_q|to_k|to_v|to_out)_lora\.(down|up)\.weight$/;
const textNames: Readonly<Record<string, string>> = {
  to_q: "q_proj",
  to_k: "k_proj",
  to_v: "v_proj",
  to_out: "out_proj",
};

/** Parses the name of a tensor; undefined where it names no layer of Stable Diffusion that is adapted. */
export function loraKey(key: string): LoraKey | undefined {
  const match = prefixes.find(([pattern]) => pattern.test(key));
  if (!match) return undefined;
  const [prefix, component] = match;
  const rest = key.replace(prefix, "");
  const [, block, part = "", role = ""] = processor.exec(rest) ?? [];
  if (block !== undefined) {
    const linear = component === "unet" ? part.replace("to_out", "to_out.0") : textNames[part];
    return { component, module: layerName(`${block}.${linear}`), adapter: "", end: `lora.${role}.weight` };
  }
  const at = boundary.exec(rest)?.index;
  if (at === undefined) return undefined;
  const end = rest.slice(at + 1);
  const adapter = /^lora_[AB]\.([^.]+)\.weight$/.exec(end)?.[1] ?? "";
  return { component, module: layerName(rest.slice(0, at)), adapter, end };
}

/** A layer's name; of motion modules the published one, where a file has AnimateDiff's own. */
const layerName = (name: string): string =>
  name.includes(".motion_modules.") ? modelClasses.MotionAdapter.rename(name) : name;
