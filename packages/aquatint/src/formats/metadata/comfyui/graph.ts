import { itemAt } from "../../../util/items.ts";
import type { JsonObject } from "../../../util/json.ts";
import { isObject } from "../fields.ts";

/** A link to an output of another node. */
export type GraphLink = readonly [id: string, slot: number];

/** A node of ComfyUI's graph: values by input, links as `GraphLink`. */
export interface GraphNode {
  readonly id: string;
  readonly type: string;
  readonly inputs: JsonObject;
}

/** Nodes by id. */
export type Graph = ReadonlyMap<string, GraphNode>;

/** Nodes of a graph that are read at most, so that reading always ends soon. */
export const MAX_NODES = 4096;

/** Tells whether a value is a link. */
export const isLink = (value: unknown): value is GraphLink =>
  Array.isArray(value) &&
  value.length === 2 &&
  (typeof value[0] === "string" || typeof value[0] === "number") &&
  typeof value[1] === "number";

/** The graph of the `prompt` text, which holds the nodes that ran. */
export function promptGraph(json: JsonObject): Graph {
  const nodes = Object.entries(json).flatMap(([id, node]) =>
    isObject(node) && typeof node["class_type"] === "string" && isObject(node["inputs"])
      ? [[id, { id, type: node["class_type"], inputs: node["inputs"] }] as const]
      : [],
  );
  return new Map(nodes.slice(0, MAX_NODES));
}

/** The node that an input is linked to. */
export const linked = (graph: Graph, value: unknown): GraphNode | undefined =>
  isLink(value) ? graph.get(String(value[0])) : undefined;

/** Options of a walk: where it stops and which inputs it takes. */
export interface WalkOptions {
  /** Inputs of a node that are followed; all if absent. */
  readonly inputs?: (node: GraphNode, name: string) => boolean;
  /** Nodes that are visited, but not passed. */
  readonly stop?: (node: GraphNode) => boolean;
}

/** The nodes that a link leads to, nearest first; each once, so that rings end. */
export function upstream(graph: Graph, link: unknown, { inputs, stop }: WalkOptions = {}): readonly GraphNode[] {
  const nodes = new Map<string, GraphNode>();
  const queue: unknown[] = [link];
  for (let at = 0; at < queue.length && nodes.size < MAX_NODES; at++) {
    const node = linked(graph, queue[at]);
    if (!node || nodes.has(node.id)) continue;
    nodes.set(node.id, node);
    if (stop?.(node)) continue;
    for (const [name, value] of Object.entries(node.inputs)) {
      if (isLink(value) && (inputs?.(node, name) ?? true)) queue.push(value);
    }
  }
  return [...nodes.values()];
}

/** Names of inputs under which nodes of primitives, strings and numbers hold their value. */
const numberNames = ["value", "seed", "noise_seed", "int", "number", "float", "Value", "INT", "FLOAT", "a"];
const stringNames = [
  ...["populated_text", "text", "string", "value", "String", "Text", "prompt", "positive", "text_positive", "STRING"],
  ...["wildcard_text", "text_g", "text1", "text_a", "string_a", "multiline_text", "t5xxl", "clip_l"],
];
const joins = /concat|join|combine.*(text|string)|text.*combine/i;

/** Number of visits left: a graph may lead to its values on very many ways. */
interface Budget {
  visits: number;
}
const newBudget = (): Budget => ({ visits: 4096 });

/** Takes visits from the budget; true if some remain. */
const spend = (budget: Budget, cost = 1): boolean => {
  budget.visits -= cost;
  return budget.visits > 0;
};

/** The number of an input: its own, or that of the node it is linked to. */
export function numberAt(
  graph: Graph,
  node: GraphNode,
  name: string,
  budget = newBudget(),
): number | string | undefined {
  const value = node.inputs[name];
  if (typeof value === "number" || (typeof value === "string" && /^\d{1,20}$/.test(value))) return value;
  const source = linked(graph, value);
  if (!source || !spend(budget)) return undefined;
  for (const key of [name, ...numberNames]) {
    const value = source.inputs[key] === undefined ? undefined : numberAt(graph, source, key, budget);
    if (value !== undefined) return value;
  }
  const only = Object.keys(source.inputs).filter((key) => isLink(source.inputs[key]));
  return only.length === 1 ? numberAt(graph, source, itemAt(only, 0), budget) : undefined;
}

/** The text of an input: its own, or that of the node it is linked to; nodes that join texts join them here. */
export function textAt(graph: Graph, node: GraphNode, name: string, budget = newBudget()): string | undefined {
  const value = node.inputs[name];
  if (typeof value === "string") return spend(budget, value.length / 1024) ? value : undefined;
  const source = linked(graph, value);
  if (!source || !isLink(value) || !spend(budget)) return undefined;
  if (joins.test(source.type)) return joinedText(graph, source, budget);
  const side = sideOf(source, value);
  if (side !== undefined) return textAt(graph, source, side, budget);
  const literal = stringNames.find((key) => typeof source.inputs[key] === "string" && source.inputs[key] !== "");
  const follow = stringNames.find((key) => isLink(source.inputs[key]));
  // a text that is linked wins over the one in the box beside it
  if (follow !== undefined) return textAt(graph, source, follow, budget);
  if (literal !== undefined) return source.inputs[literal] as string;
  for (const key of Object.keys(source.inputs).filter((key) => isLink(source.inputs[key]))) {
    const text = textAt(graph, source, key, budget);
    if (text !== undefined) return text;
  }
  return stringNames.some((key) => source.inputs[key] === "") ? "" : undefined;
}

/** The input of a node with two texts that its output stands for: the second output of a styler is the negative one. */
function sideOf({ inputs }: GraphNode, [, slot]: GraphLink): string | undefined {
  const names = ["positive", "negative"].map((side) =>
    Object.keys(inputs).find((key) => new RegExp(`^(text_|prompt_)?${side}(_prompt|_text)?$`, "i").test(key)),
  );
  return names[0] !== undefined && names[1] !== undefined ? names[slot === 1 ? 1 : 0] : undefined;
}

const separators = ["delimiter", "separator", "divider"];

function joinedText(graph: Graph, node: GraphNode, budget: Budget): string {
  const separator = separators.map((key) => node.inputs[key]).find((value) => typeof value === "string");
  const names = Object.keys(node.inputs).filter((key) => /text|string|str|prompt|^[a-d]$|input/i.test(key));
  const parts = names.flatMap((key) => textAt(graph, node, key, budget) || []);
  return parts.join(typeof separator === "string" ? separator.replace(/\\n/g, "\n") : ", ");
}
