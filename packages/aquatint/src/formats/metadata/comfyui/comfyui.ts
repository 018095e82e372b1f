import type { JsonObject } from "../../../util/json.ts";
import { compact, isObject, numberOf, objectOf, samplerOf, seedOf, textOf } from "../fields.ts";
import { loraCall } from "../networks.ts";
import type { ImageMetadata, MetadataFormat, MetadataTexts, NetworkCall } from "../types.ts";
import { type GraphPrompt, promptAt, stopLayer } from "./conditioning.ts";
import { type Graph, type GraphNode, isLink, numberAt, promptGraph, textAt, upstream } from "./graph.ts";
import { comfyPrompts } from "./prompts.ts";
import { isSampler, type SamplingPath, samplerSettings, samplingPath } from "./sampler.ts";
import { workflowGraph } from "./workflow.ts";

/** The graphs in a file: under their names in PNG; in EXIF "prompt:{...}" as Make, Model or ImageDescription, or one JSON. */
function graphsIn(texts: MetadataTexts): readonly Graph[] {
  const all = Object.values(texts);
  const both = objectOf(texts["UserComment"]);
  const objectsNamed = (name: "prompt" | "workflow"): readonly JsonObject[] => {
    const prefix = new RegExp(`^${name}:\\s*(?=\\{)`, "i");
    const inner = both?.[name];
    const candidates: readonly (JsonObject | undefined)[] = [
      objectOf(texts[name]),
      ...all.flatMap((text) => (prefix.test(text) ? [objectOf(text.replace(prefix, ""))] : [])),
      isObject(inner) ? inner : objectOf(textOf(inner)),
    ];
    return candidates.filter((json) => json !== undefined);
  };
  return [...objectsNamed("prompt").map(promptGraph), ...objectsNamed("workflow").map(workflowGraph)];
}

/** ComfyUI: the graph that ran, read by following its links from the node that wrote the image. */
export const comfyui: MetadataFormat = {
  source: "comfyui",
  title: "ComfyUI",
  matches: (texts) =>
    Object.values(texts).some((text) => /"(class_type|widgets_values)"/.test(text.slice(0, 2_000_000))),
  read(texts) {
    for (const graph of graphsIn(texts)) {
      const path = samplingPath(graph);
      if (path) return readPath(graph, path);
    }
    return undefined;
  },
};

function readPath(graph: Graph, path: SamplingPath): ImageMetadata {
  const { sampler } = path;
  const settings = samplerSettings(graph, sampler);
  const [positive, negative] = [prompt(graph, sampler, "positive"), prompt(graph, sampler, "negative")];
  const latents = upstream(graph, sampler.inputs["latent_image"] ?? sampler.inputs["latent"] ?? sampler.inputs["pipe"]);
  const models = modelPath(graph, sampler);
  const size = ["width", "height"].map((name) => sizeIn(graph, latents, name));
  const layer = stopLayer(graph, positive.encoders);
  const texts = comfyPrompts(positive.text, negative.zeroed ? undefined : negative.text);
  return compact({
    source: "comfyui",
    ...texts,
    ...{ seed: seedOf(settings.seed), steps: numberOf(settings.steps), guidance: numberOf(settings.guidance) },
    sampler: samplerOf(settings.sampler, settings.schedule),
    ...{ width: size[0], height: size[1], model: models.name },
    settings: literals(sampler),
    guidanceRescale: models.rescale,
    clipStop: layer === undefined ? undefined : { layer, rule: "comfyui" },
    schedulesOf: "ComfyUI",
    rng: "torch-cpu",
    networks: models.networks.length > 0 ? models.networks : undefined,
    unrepeated: unique([
      ...[settings.changes, positive.changes, negative.changes, models.changes, latentChanges(latents)].flat(),
      ...path.later.map((node) => later(graph, node)),
      ...path.after.filter(({ type }) => !neutral.test(type)).map(({ type }) => type),
    ]),
    notes: [
      ...(texts.notes ?? []),
      ...(negative.zeroed ? ["its negative prompt is zeroed: no negative prompt is used"] : []),
      ...(positive.zeroed ? ["its prompt is zeroed: no prompt is used"] : []),
      ...(path.ambiguous ? ["the graph writes images of several samplers: the first is taken"] : []),
    ],
  });
}

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)];

/** The prompt of a sampler: of its own input, of its guider, or of the loader that it is piped to. */
function prompt(graph: Graph, sampler: GraphNode, role: "positive" | "negative"): GraphPrompt {
  const direct = promptAt(graph, sampler.inputs[role], role);
  if (direct.text !== undefined || direct.zeroed) return direct;
  const [guider] = upstream(graph, sampler.inputs["guider"]);
  const names = role === "positive" ? ["positive", "conditioning", "cond1"] : ["negative"];
  for (const name of guider ? names : []) {
    const guiderPrompt = promptAt(graph, guider!.inputs[name], role);
    if (guiderPrompt.text !== undefined || guiderPrompt.zeroed) return guiderPrompt;
  }
  if (guider) return direct;
  const loader = upstream(graph, sampler.inputs["pipe"]).find(({ inputs }) => textOf(inputs[role]) !== undefined);
  return loader ? { ...direct, text: textAt(graph, loader, role), encoders: [loader] } : direct;
}

const modelFiles = ["ckpt_name", "unet_name", "model_name", "base_ckpt_name", "diffusion_model_name"];
const loaders = /loader|checkpoint|pre ?sampling|^(reroute|primitivenode|pipe.*)$/i;

/** The nodes between the model's loader and the sampler: LoRAs, and others that change the network. */
function modelPath(graph: Graph, sampler: GraphNode) {
  const [guider] = upstream(graph, sampler.inputs["guider"]);
  const start =
    sampler.inputs["model"] ?? guider?.inputs["model"] ?? sampler.inputs["pipe"] ?? sampler.inputs["model1"];
  const nodes = upstream(graph, start, { inputs: (_, name) => /model|lora|pipe|^\*?$|any/i.test(name) });
  const names = nodes.flatMap(({ inputs }) => modelFiles.flatMap((key) => textOf(inputs[key]) ?? []));
  const networks = nodes.flatMap((node) => lorasOf(node));
  const rescale = nodes.find(({ type }) => type === "RescaleCFG")?.inputs["multiplier"];
  const rest = nodes.filter(
    (node) => node.type !== "RescaleCFG" && lorasOf(node).length === 0 && !loaders.test(node.type),
  );
  return { name: names[0], networks, rescale: numberOf(rescale), changes: rest.map(({ type }) => type) };
}

/** The LoRAs of a loader or stacker; rgthree's have an object for each. */
function lorasOf({ inputs, type }: GraphNode): readonly NetworkCall[] {
  return Object.entries(inputs).flatMap(([key, value]) => {
    if (isObject(value) && typeof value["lora"] === "string") {
      return value["on"] === false ? [] : [loraCall(value["lora"], numberOf(value["strength"]))];
    }
    const [, index = ""] = /^lora(?:_name)?(_\d+)?$/i.exec(key) ?? [];
    if (!/^lora(_name)?(_\d+)?$/i.test(key) || typeof value !== "string" || /^none$/i.test(value)) return [];
    const strengths = ["strength_model", "lora_model_strength", "model_str", "lora_wt", "strength", "lora_strength"];
    const scale = strengths.map((name) => numberOf(inputs[name + index])).find((value) => value !== undefined);
    return scale === 0 || /switch/i.test(type) ? [] : [loraCall(value, scale)];
  });
}

const neutral =
  /^(vaedecode.*|.*reroute.*|save.*|preview.*|.*image ?saver.*|.*loader.*|note|primitive.*|string.*|text.*|.*(show|display).*text.*|loadimage)$/i;

function latentChanges(nodes: readonly GraphNode[]): readonly string[] {
  const encodes = nodes.filter(({ type }) =>
    /vae ?encode|inpaint|load ?latent|latent(upscale|from|compos|blend)/i.test(type),
  );
  return encodes.map(({ type }) => `${type} (an image to begin with)`);
}

function sizeIn(graph: Graph, latents: readonly GraphNode[], name: string): number | undefined {
  for (const node of latents) {
    if (isSampler(node)) continue;
    const value = numberOf(numberAt(graph, node, name) ?? numberAt(graph, node, `empty_latent_${name}`));
    if (value !== undefined && value > 0) return value;
  }
  return undefined;
}

function later(graph: Graph, node: GraphNode): string {
  const denoise = numberAt(graph, node, "denoise");
  return `a second ${node.type}${denoise === undefined ? "" : ` (denoise ${denoise})`}`;
}

/** The values of a node that are not linked. */
const literals = ({ inputs }: GraphNode): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(inputs).filter(([, value]) => !isLink(value)));
