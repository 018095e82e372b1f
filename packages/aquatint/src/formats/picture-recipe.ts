import { comfyRecipe } from "./comfy-recipe.ts";
import { parseJsonObject } from "./json.ts";

/** How a picture was made, as far as its file says; `settings` holds every value under its maker's own name. */
export interface PictureRecipe {
  readonly source: "aquatint" | "a1111" | "comfyui";
  readonly prompt?: string;
  readonly negative?: string;
  readonly seed?: number;
  readonly steps?: number;
  readonly sampler?: string;
  readonly guidance?: number;
  readonly width?: number;
  readonly height?: number;
  readonly model?: string;
  readonly modelHash?: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Reads the texts of a picture: Aquatint's own, else A1111's, else ComfyUI's; undefined where there is none of them. */
export function pictureRecipe(texts: Readonly<Record<string, string>>): PictureRecipe | undefined {
  const own = objectOf(texts["aquatint"]);
  if (own) return { source: "aquatint", ...fieldsOf(own), settings: own };
  const parameters = texts["parameters"] ?? texts["UserComment"];
  if (parameters !== undefined) return a1111Recipe(parameters);
  const graph = objectOf(texts["prompt"] ?? texts["Model"]?.replace(/^prompt:/, ""));
  return graph && comfyRecipe(graph);
}

/** A JSON object, or undefined: what is too deep or repeats its keys was written by none of the makers. */
function objectOf(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    return parseJsonObject(text, { name: "the recipe" });
  } catch {
    return undefined;
  }
}

const kinds = {
  prompt: "string",
  negative: "string",
  seed: "number",
  steps: "number",
  sampler: "string",
  guidance: "number",
  width: "number",
  height: "number",
  model: "string",
  modelHash: "string",
} as const;

/** The known fields of the right type. */
const fieldsOf = (values: Readonly<Record<string, unknown>>): Omit<PictureRecipe, "source" | "settings"> =>
  Object.fromEntries(
    Object.entries(kinds).flatMap(([key, kind]) =>
      typeof values[key] === kind && !Number.isNaN(values[key]) ? [[key, values[key]]] : [],
    ),
  );

/** Characters of the longest line of settings that is understood. */
const MAX_SETTINGS = 2 ** 16;
const setting = /([\w ./-]{1,80}):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)/g;

/** The web UI's text: the prompt, a line "Negative prompt: ...", and last a line of settings. */
function a1111Recipe(text: string): PictureRecipe {
  const lines = text.trim().split("\n");
  const last = lines.at(-1) ?? "";
  const hasSettings = last.length <= MAX_SETTINGS && [...last.matchAll(setting)].length >= 3;
  const settings: Record<string, string> = {};
  for (const [, key, value] of hasSettings ? lines.pop()!.matchAll(setting) : [])
    settings[key!.trim()] = unquoted(value!);
  const at = lines.findIndex((line) => line.startsWith("Negative prompt:"));
  const prompt = (at < 0 ? lines : lines.slice(0, at)).join("\n").trim();
  const negative = at < 0 ? "" : lines.slice(at).join("\n").replace("Negative prompt:", "").trim();
  const number = (value: string | undefined) => (value === undefined || value === "" ? undefined : Number(value));
  const [, width, height] = /^(\d+)x(\d+)$/.exec(settings["Size"] ?? "") ?? [];
  const fields = {
    ...{ prompt, negative, width: number(width), height: number(height) },
    ...{ seed: number(settings["Seed"]), steps: number(settings["Steps"]), guidance: number(settings["CFG scale"]) },
    sampler:
      [settings["Sampler"], settings["Schedule type"]].filter((word) => word && word !== "Automatic").join(" ") ||
      undefined,
    ...{ model: settings["Model"], modelHash: settings["Model hash"] },
  };
  return { source: "a1111", ...fieldsOf(fields), settings };
}

function unquoted(value: string): string {
  const quoted = value.startsWith('"') ? objectOf(`{"value":${value}}`) : undefined;
  return typeof quoted?.["value"] === "string" ? quoted["value"] : value.trim();
}
