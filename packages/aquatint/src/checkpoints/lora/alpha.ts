import { AquatintError } from "../../errors.ts";
import { parseJsonObject } from "../../formats/json.ts";
import type { JsonObject } from "../../util/json.ts";

/** The layer whose alpha is looked up, with dots in its name. */
export interface AlphaQuery {
  readonly component: string;
  readonly module: string;
  readonly rank: number;
  readonly isConvolution: boolean;
}

/** The key under which diffusers writes PEFT's config into a file's metadata. */
export const PEFT_CONFIG = "lora_adapter_metadata";

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const number = (value: unknown): number | undefined => {
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : undefined;
};

/**
 * The value of alpha / rank in a file's metadata, for files where no tensor does: PEFT's config, of diffusers or of an adapter_config.json,
 * or kohya's settings. Undefined where it says nothing; the pair then counts once.
 */
export function metadataFactors(metadata: Readonly<Record<string, string>>, name: string) {
  const peft = peftConfig(metadata[PEFT_CONFIG], name);
  const kohya = kohyaSettings(metadata);
  return (layer: AlphaQuery): number | undefined => peftFactor(peft, layer) ?? kohyaFactor(kohya, layer);
}

function peftConfig(text: string | undefined, name: string): JsonObject {
  if (text === undefined) return {};
  try {
    return parseJsonObject(text, { name: `the metadata of ${name}` });
  } catch (cause) {
    throw new AquatintError("lora/alpha", `${name}: "${PEFT_CONFIG}" of its metadata is not a JSON object`, {
      hint: "its alpha cannot be read: save the LoRA again",
      cause,
    });
  }
}

/** PEFT's config of one network: its keys begin with the network's name, or the file has one network. */
function peftFactor(config: JsonObject, { component, module, rank }: AlphaQuery): number | undefined {
  const setting = (key: string) => config[`${component}.${key}`] ?? config[key];
  const pattern = setting("alpha_pattern");
  const patterns = isObject(pattern) ? Object.entries(pattern) : [];
  const special = patterns.find(([key]) => matches(key, module))?.[1];
  const alpha = number(special) ?? number(setting("lora_alpha"));
  if (alpha === undefined) return undefined;
  return alpha / (setting("use_rslora") === true ? Math.sqrt(rank) : rank);
}

/** As PEFT matches the keys of its patterns: the whole name, or its end after a dot. `^` holds it to the whole name. */
function matches(key: string, module: string): boolean {
  const plain = key.replace(/^\^/, "").replace(/\$$/, "").replaceAll("\\.", ".");
  return module === plain || (!key.startsWith("^") && module.endsWith(`.${plain}`));
}

interface KohyaSettings {
  readonly linear: readonly [dim: number | undefined, alpha: number | undefined];
  readonly convolution: readonly [dim: number | undefined, alpha: number | undefined];
}

/** "ss_network_dim" and "ss_network_alpha" of kohya's tools, and those of convolutions in "ss_network_args". */
function kohyaSettings(metadata: Readonly<Record<string, string>>): KohyaSettings {
  let args: unknown;
  try {
    args = JSON.parse(metadata["ss_network_args"] ?? "{}");
  } catch {
    args = {};
  }
  const settings = isObject(args) ? args : {};
  const linear = [number(metadata["ss_network_dim"]), number(metadata["ss_network_alpha"])] as const;
  return { linear, convolution: [number(settings["conv_dim"]), number(settings["conv_alpha"])] };
}

/** Settings of another rank than the pair's are those of before the file was resized. */
function kohyaFactor({ linear, convolution }: KohyaSettings, { rank, isConvolution }: AlphaQuery): number | undefined {
  const [dim, alpha] = isConvolution && convolution[0] !== undefined ? convolution : linear;
  return dim === rank && alpha !== undefined ? alpha / rank : undefined;
}
