import type { JsonObject } from "../../../util/json.ts";
import { isObject } from "../fields.ts";
import { type Graph, type GraphLink, type GraphNode, MAX_NODES } from "./graph.ts";

/** Widgets of ComfyUI's own nodes, in the order of `widgets_values`; "" stands for "control after generate". */
const widgets: Readonly<Record<string, readonly string[]>> = {
  KSampler: ["seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"],
  KSamplerAdvanced: [
    ...["add_noise", "noise_seed", "", "steps", "cfg", "sampler_name", "scheduler", "start_at_step", "end_at_step"],
    "return_with_leftover_noise",
  ],
  SamplerCustom: ["add_noise", "noise_seed", "", "cfg"],
  KSamplerSelect: ["sampler_name"],
  BasicScheduler: ["scheduler", "steps", "denoise"],
  KarrasScheduler: ["steps", "sigma_max", "sigma_min", "rho"],
  ExponentialScheduler: ["steps", "sigma_max", "sigma_min"],
  RandomNoise: ["noise_seed", ""],
  CFGGuider: ["cfg"],
  CLIPTextEncode: ["text"],
  CLIPTextEncodeSDXL: ["width", "height", "crop_w", "crop_h", "target_width", "target_height", "text_g", "text_l"],
  CLIPSetLastLayer: ["stop_at_clip_layer"],
  EmptyLatentImage: ["width", "height", "batch_size"],
  CheckpointLoaderSimple: ["ckpt_name"],
  UNETLoader: ["unet_name", "weight_dtype"],
  VAELoader: ["vae_name"],
  LoraLoader: ["lora_name", "strength_model", "strength_clip"],
  LoraLoaderModelOnly: ["lora_name", "strength_model"],
  ControlNetLoader: ["control_net_name"],
  RescaleCFG: ["multiplier"],
  PrimitiveNode: ["value", ""],
  PrimitiveInt: ["value", ""],
  PrimitiveFloat: ["value"],
  PrimitiveString: ["value"],
  PrimitiveStringMultiline: ["value"],
};

/** Modes of a node that did not run. */
const MUTED = 2;
const BYPASSED = 4;
/** The ids that a subgraph's own inputs and outputs have as nodes. */
const INPUT_NODE = "-10";
const OUTPUT_NODE = "-20";
const MAX_DEPTH = 16;
/** Subgraphs that are unpacked at most: one may hold others many times over. */
const MAX_SUBGRAPHS = 256;

interface Link {
  readonly id: string;
  readonly from: string;
  readonly slot: number;
  readonly to: string;
  readonly toSlot: number;
}
/** A canvas: that of the workflow, or of a subgraph. */
interface Canvas {
  readonly nodes: readonly JsonObject[];
  readonly byNode: ReadonlyMap<string, JsonObject>;
  readonly byLink: ReadonlyMap<string, Link>;
  /** By "node:slot" of their targets. */
  readonly byTarget: ReadonlyMap<string, Link>;
}
type Canvases = ReadonlyMap<string, Canvas>;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Both forms of a link: a list, and since subgraphs an object. */
function linkOf(value: unknown): readonly Link[] {
  const parts = isObject(value)
    ? ["id", "origin_id", "origin_slot", "target_id", "target_slot"].map((key) => value[key])
    : listOf(value);
  const [id, from, slot, to, toSlot] = parts;
  return parts.length < 5
    ? []
    : [{ id: String(id), from: String(from), slot: Number(slot), to: String(to), toSlot: Number(toSlot) }];
}

function canvasOf(json: JsonObject): Canvas {
  const nodes = listOf(json["nodes"]).filter(isObject).slice(0, MAX_NODES);
  const links = listOf(json["links"]).flatMap(linkOf);
  return {
    nodes,
    byNode: new Map(nodes.map((node) => [String(node["id"]), node])),
    byLink: new Map(links.map((link) => [link.id, link])),
    byTarget: new Map(links.map((link) => [`${link.to}:${link.toSlot}`, link])),
  };
}

/** The graph of the `workflow` text, as its `prompt` would be: subgraphs unpacked, muted nodes gone, bypassed ones passed. */
export function workflowGraph(json: JsonObject): Graph {
  const definitions = isObject(json["definitions"]) ? json["definitions"] : {};
  const canvases = new Map(
    listOf(definitions["subgraphs"])
      .filter(isObject)
      .map((item) => [String(item["id"]), canvasOf(item)] as const),
  );
  const nodes = new Map<string, GraphNode>();
  position(canvasOf(json), {
    canvases,
    nodes,
    prefix: "",
    outer: () => undefined,
    depth: 0,
    budget: { expansions: MAX_SUBGRAPHS },
  });
  return nodes;
}

interface Placing {
  readonly canvases: Canvases;
  readonly nodes: Map<string, GraphNode>;
  readonly prefix: string;
  /** Outer link of an input of this subgraph. */
  readonly outer: (slot: number) => GraphLink | undefined;
  readonly depth: number;
  readonly budget: { expansions: number };
}

/** Adds a canvas's nodes under the names that the `prompt` has: "12", and "12:3" within the subgraph 12. */
function position(canvas: Canvas, placing: Placing): void {
  const { canvases, nodes, prefix, depth, budget } = placing;
  if (depth > MAX_DEPTH || budget.expansions-- <= 0) return;
  const source = sourcesOf(canvas, placing);
  for (const node of canvas.nodes) {
    const [id, type] = [String(node["id"]), String(node["type"])];
    if (node["mode"] === MUTED || node["mode"] === BYPASSED) continue;
    const inner = canvases.get(type);
    if (inner) {
      const outer = (slot: number) => source(canvas.byTarget.get(`${id}:${slot}`));
      position(inner, { ...placing, prefix: `${prefix}${id}:`, outer, depth: depth + 1 });
    } else if (nodes.size < MAX_NODES)
      nodes.set(prefix + id, { id: prefix + id, type, inputs: inputsOf(node, canvas, source) });
  }
}

type Source = (link: Link | undefined, depth?: number) => GraphLink | undefined;

/** Finds what a link comes from: through bypassed nodes, into subgraphs, and out of them. */
function sourcesOf(canvas: Canvas, placing: Placing): Source {
  const { canvases, prefix, outer, depth: level } = placing;
  const source: Source = (link, depth = 0) => {
    if (!link || depth > 256) return undefined;
    if (link.from === INPUT_NODE) return outer(link.slot);
    const node = canvas.byNode.get(link.from);
    if (!node || node["mode"] === MUTED) return undefined;
    if (node["mode"] === BYPASSED) return source(bypassed(node, link.slot, canvas), depth + 1);
    const inner = canvases.get(String(node["type"]));
    if (!inner || level > MAX_DEPTH) return [prefix + link.from, link.slot];
    const output = inner.byTarget.get(`${OUTPUT_NODE}:${link.slot}`);
    const within = `${prefix}${link.from}:`;
    const passed = (slot: number) => source(canvas.byTarget.get(`${link.from}:${slot}`), depth + 1);
    return sourcesOf(inner, { ...placing, prefix: within, outer: passed, depth: level + 1 })(output, depth + 1);
  };
  return source;
}

/** The link into a bypassed node that its output passes on: the first input of the output's type. */
function bypassed(node: JsonObject, slot: number, { byLink }: Canvas): Link | undefined {
  const output = listOf(node["outputs"])[slot];
  const type = isObject(output) ? output["type"] : undefined;
  const input = listOf(node["inputs"]).find((item) => isObject(item) && item["type"] === type && item["link"] != null);
  return isObject(input) ? byLink.get(String(input["link"])) : undefined;
}

function inputsOf(node: JsonObject, { byLink }: Canvas, source: Source): JsonObject {
  const inputs = listOf(node["inputs"]).filter(isObject);
  const values = node["widgets_values"];
  const linked = inputs.flatMap((item) => {
    const link = item["link"] == null ? undefined : source(byLink.get(String(item["link"])));
    return link ? [[String(item["name"]), link] as const] : [];
  });
  const set = isObject(values) ? values : widgetValues(String(node["type"]), inputs, listOf(values));
  return { ...set, ...Object.fromEntries(linked) };
}

/** Widgets by name: as the table has them, else as newer files list them among the inputs. */
function widgetValues(type: string, inputs: readonly JsonObject[], values: readonly unknown[]): JsonObject {
  const widgetNames = inputs.filter((item) => isObject(item["widget"])).map((item) => String(item["name"]));
  const control = /^(fixed|increment|decrement|randomize)$/;
  const plain = values.filter((value, i) => !(i > 0 && typeof value === "string" && control.test(value)));
  const names =
    widgets[type]?.filter((name) => name !== "") ??
    (widgetNames.length === plain.length ? widgetNames : unnamed(values));
  return Object.fromEntries(names.flatMap((name, i) => (plain[i] === undefined ? [] : [[name, plain[i]]])));
}

/** A node that is not known and holds one text or number. */
const unnamed = (values: readonly unknown[]): readonly string[] =>
  values.length === 1 ? [typeof values[0] === "string" ? "text" : "value"] : [];
