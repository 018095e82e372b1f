import { AquatintError } from "../errors.ts";
import type { SafetensorsHeader } from "../formats/safetensors.ts";
import type { FileHeader } from "./single-file.ts";
import type { WeightPlace } from "./types.ts";

/** One low-rank pair of a LoRA file (Hu et al. 2021), by the name that the file gives the module it belongs to. */
export interface LoraPair {
  /** "unet", "text_encoder", "text_encoder_2". */
  readonly component: string;
  /** The module's path: with dots, or with kohya's underscores ("down_blocks_0_attentions_0_proj_in"). */
  readonly module: string;
  readonly underscored: boolean;
  readonly rank: number;
  /** [rank, in] or [rank, in, k, k]. */
  readonly down: WeightPlace;
  /** [out, rank] or [out, rank, 1, 1]. */
  readonly up: WeightPlace;
  /** [rank, rank, k, k] between the two, where a convolution was split in three. */
  readonly mid?: WeightPlace;
  /** A scalar: the pair counts alpha / rank times. Once where it is absent. */
  readonly alpha?: WeightPlace;
}

type Role = "down" | "up" | "mid" | "alpha";
type Named = readonly [component: string, module: string, role: Role, underscored: boolean];

const roles: Readonly<Record<string, Role>> = {
  "lora_A.weight": "down",
  "lora_A.default.weight": "down",
  "lora.down.weight": "down",
  "lora_linear_layer.down.weight": "down",
  "lora_down.weight": "down",
  "lora_B.weight": "up",
  "lora_B.default.weight": "up",
  "lora.up.weight": "up",
  "lora_linear_layer.up.weight": "up",
  "lora_up.weight": "up",
  "lora_mid.weight": "mid",
  alpha: "alpha",
  "lora.alpha": "alpha",
};
const roleEnd = new RegExp(
  `\\.(${Object.keys(roles)
    .map((end) => end.replaceAll(".", "\\."))
    .join("|")})$`,
);

/** The beginnings of keys, longest first, and the components that they name. */
const dotted: readonly (readonly [prefix: string, component: string])[] = [
  ["base_model.model.unet.", "unet"],
  ["base_model.model.", "unet"],
  ["text_encoder_2.", "text_encoder_2"],
  ["text_encoder.", "text_encoder"],
  ["unet.", "unet"],
];
const kohya: readonly (readonly [prefix: string, component: string])[] = [
  ["lora_unet_", "unet"],
  ["lora_te2_", "text_encoder_2"],
  ["lora_te1_", "text_encoder"],
  ["lora_te_", "text_encoder"],
];

/** "attn1.processor.to_out_lora.down" of the first files of diffusers is "attn1.to_out.0". */
const processor = /^(.*?)(?:\.processor)?\.(to_q|to_k|to_v|to_out)_lora\.(down|up)\.weight$/;
const textNames: Readonly<Record<string, string>> = {
  to_q: "q_proj",
  to_k: "k_proj",
  to_v: "v_proj",
  to_out: "out_proj",
};

function nameOf(key: string): Named | undefined {
  const [, end = ""] = roleEnd.exec(key) ?? [];
  const under = kohya.find(([prefix]) => key.startsWith(prefix));
  const dots = dotted.find(([prefix]) => key.startsWith(prefix));
  if (under && end) return [under[1], key.slice(under[0].length, -end.length - 1), roles[end]!, true];
  if (!dots) return undefined;
  const [prefix, component] = dots;
  const [, block, part = "", role] = processor.exec(key.slice(prefix.length)) ?? [];
  if (block !== undefined) {
    const linear = component === "unet" ? part.replace("to_out", "to_out.0") : textNames[part];
    return [component, `${block}.${linear}`, role as Role, false];
  }
  return end ? [component, key.slice(prefix.length, -end.length - 1), roles[end]!, false] : undefined;
}

/** Other ways of adapting, by what their keys hold. */
const others: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/dora_scale|lora_magnitude_vector/, "DoRA"],
  [/\.hada_w\d/, "LoHa"],
  [/\.lokr_w\d/, "LoKr"],
  [/\.(oft_blocks|oft_diag)/, "OFT"],
  [/\.(a1|a2|b1|b2)\.weight$/, "GLoRA"],
  [/\.on_input$/, "IA3"],
];
const adapters = (key: string): boolean => nameOf(key) !== undefined || others.some(([pattern]) => pattern.test(key));

/** Whether most of a file's tensors adapt another model's. */
export function isLora({ tensors }: SafetensorsHeader): boolean {
  const found = [...tensors.keys()].filter(adapters).length;
  return found > 0 && found * 2 > tensors.size;
}

/** The pairs of a LoRA file in PEFT's, diffusers' or kohya's names. @throws AquatintError "lora/…" for DoRA, LoHa and their like, and for pairs that do not fit. */
export function loraPairs({ file, header }: FileHeader, { name }: { readonly name: string }): readonly LoraPair[] {
  const places = new Map<string, { named: Named; places: Partial<Record<Role, WeightPlace>> }>();
  for (const [key, entry] of header.tensors) {
    const other = others.find(([pattern]) => pattern.test(key));
    if (other) throw unsupported(name, other[1], key);
    const named = nameOf(key);
    if (!named) throw unknown(name, key);
    const [component, module, role] = named;
    const id = `${component}:${module}`;
    const pair = places.get(id) ?? { named, places: {} };
    if (pair.places[role]) throw loraError("keys", `${name} holds ${role} of ${module.slice(0, 100)} twice`);
    pair.places[role] = { ...entry, file };
    places.set(id, pair);
  }
  return Array.from(
    places.values(),
    ({ named: [component, module, , underscored], places: { down, up, mid, alpha } }) => {
      if (!down || !up) throw loraError("keys", `${name} holds only one half of the pair for ${module.slice(0, 100)}`);
      const rank = checkedRank(name, module, { down, up, mid, alpha });
      return { component, module, underscored, rank, down, up, ...(mid && { mid }), ...(alpha && { alpha }) };
    },
  );
}

/** A refusal with a code "lora/kind". */
export const loraError = (kind: string, found: string, hint = "take the file as it was published") =>
  new AquatintError(`lora/${kind}`, found, { hint });

const unsupported = (name: string, other: string, key: string) =>
  loraError(
    "unsupported",
    `${name} is a ${other} (${key.slice(0, 100)}), not a plain LoRA`,
    "take a LoRA or LoCon of the same subject, or merge it into a checkpoint with the program that made it",
  );
const unknown = (name: string, key: string) =>
  loraError(
    "keys",
    `${name} holds the tensor ${key.slice(0, 100)}, which is no part of a LoRA for Stable Diffusion`,
    "a LoRA's keys begin with unet., text_encoder., lora_unet_ or lora_te_",
  );

interface Shapes {
  readonly down: WeightPlace;
  readonly up: WeightPlace;
  readonly mid: WeightPlace | undefined;
  readonly alpha: WeightPlace | undefined;
}

function checkedRank(name: string, module: string, { down, up, mid, alpha }: Shapes): number {
  const rank = down.shape[0] ?? 0;
  const matrix = ({ shape }: WeightPlace) => shape.length === 2 || (shape.length === 4 && shape[2] === shape[3]);
  const fits = matrix(down) && matrix(up) && up.shape[1] === rank && rank > 0 && (up.shape[2] ?? 1) === 1;
  const middle =
    !mid || (mid.shape.length === 4 && mid.shape[0] === rank && mid.shape[1] === rank && mid.shape[2] === mid.shape[3]);
  const scalar = !alpha || alpha.shape.every((size) => size === 1);
  if (fits && middle && scalar) return rank;
  throw loraError(
    "shape",
    `${name}: the pair for ${module.slice(0, 100)} has the shapes [${down.shape}] and [${up.shape}], which do not fit together`,
  );
}
