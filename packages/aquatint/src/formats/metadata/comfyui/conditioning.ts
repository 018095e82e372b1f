import { itemAt } from "../../../util/items.ts";
import { type Graph, type GraphNode, isLink, linked, textAt, upstream } from "./graph.ts";

/** Prompt in a conditioning node. */
export interface GraphPrompt {
  /** The texts that were encoded; undefined where none was found. */
  readonly text: string | undefined;
  /** The conditioning was set to zeros, so that its text says nothing. */
  readonly zeroed: boolean;
  /** Nodes on the way that change it. */
  readonly changes: readonly string[];
  /** The nodes whose text was read. */
  readonly encoders: readonly GraphNode[];
}

/** Which prompt is asked for. */
export type Role = "positive" | "negative";

const NONE: GraphPrompt = { text: undefined, zeroed: false, changes: [], encoders: [] };
/** Nodes that pass a conditioning on as it is. */
const passing = /^(reroute|primitive|.*\breroute\b.*|conditioning ?switch|pipe.*|.*\bpipe\b.*)$/i;
/** Nodes that make another text of the one they are given. */
const rewrites = /styler|style|translat|llm|gpt|ollama|llama|caption|tagger|interrogat|enhanc|expan/i;
/** Inputs that hold a prompt, in the order that they are asked. */
const textNames = ["text", "prompt", "text_g", "string", "clip_l", "caption", "t5xxl"];

/** The prompt that an input of conditioning leads to. */
export function promptAt(graph: Graph, value: unknown, role: Role, visited: Set<string> = new Set()): GraphPrompt {
  const node = linked(graph, value);
  if (!node || visited.has(node.id) || !isLink(value)) return NONE;
  visited.add(node.id); // each once: a graph may lead to a node on very many ways
  const next = (name: string) => promptAt(graph, node.inputs[name], role, visited);
  if (/zero ?out/i.test(node.type)) return { ...NONE, zeroed: true };
  const sides = ["positive", "negative"].filter((name) => node.inputs[name] !== undefined);
  if (sides.length === 2) return sided(graph, node, { role, slot: value[1], next });
  const parts = conditioningNames(node);
  if (parts.length > 1) return merged(parts.map(next), node);
  if (parts.length === 1) return changed(next(itemAt(parts, 0)), node);
  const text = encodedText(graph, node);
  if (text !== undefined) return { ...NONE, ...text, encoders: [node] };
  return throughAny(graph, node, role, visited);
}

/** Nodes with both prompts: ControlNet's pass on what comes in, loaders hold the texts themselves. */
function sided(
  graph: Graph,
  node: GraphNode,
  { role, slot, next }: { role: Role; slot: number; next: (name: string) => GraphPrompt },
): GraphPrompt {
  const name = isLink(node.inputs["positive"]) && slot <= 1 ? (slot === 1 ? "negative" : "positive") : role;
  const inner = next(name);
  if (inner.text !== undefined || inner.zeroed) return changed(inner, node);
  const text = textAt(graph, node, name);
  return text === undefined ? inner : { ...NONE, text, encoders: [node] };
}

/** Links that carry a conditioning, by the names that nodes give them. */
const conditioningNames = (node: GraphNode): readonly string[] =>
  Object.keys(node.inputs).filter(
    (name) => isLink(node.inputs[name]) && /^(conditioning|cond)([_ ]?(\d+|[a-z]|to|from))?$/i.test(name),
  );

function merged(parts: readonly GraphPrompt[], node: GraphNode): GraphPrompt {
  const texts = parts.flatMap(({ text }) => text ?? []).filter((text) => text !== "");
  return {
    text: texts.length > 0 ? texts.join("\n") : parts.find(({ text }) => text !== undefined)?.text,
    zeroed: parts.every(({ zeroed }) => zeroed),
    changes: [...(texts.length > 1 ? [node.type] : []), ...parts.flatMap(({ changes }) => changes)],
    encoders: parts.flatMap(({ encoders }) => encoders),
  };
}

const changed = (prompt: GraphPrompt, { type }: GraphNode): GraphPrompt =>
  passing.test(type) ? prompt : { ...prompt, changes: [type, ...prompt.changes] };

/** The text of an encoder; SDXL's have one for each text encoder. */
function encodedText(graph: Graph, node: GraphNode): Pick<GraphPrompt, "text" | "changes"> | undefined {
  const name = textNames.find((key) => node.inputs[key] !== undefined && textAt(graph, node, key) !== undefined);
  if (name === undefined) return undefined;
  const text = textAt(graph, node, name)!;
  const writers = upstream(graph, node.inputs[name]).filter(({ type }) => rewrites.test(type));
  const rewriters = writers.map(({ type }) => `${type} (which changes the prompt)`);
  const local = ["text_l", "clip_l"].find((key) => key !== name && node.inputs[key] !== undefined);
  const other = local === undefined ? text : (textAt(graph, node, local) ?? text);
  if (other === text || other.trim() === "") return { text, changes: rewriters };
  if (text.trim() === "") return { text: other, changes: rewriters };
  return { text, changes: [`${local} ${other}`, ...rewriters] };
}

/** A node that is not known: the first of its links that leads to a text, and the node itself as a change. */
function throughAny(graph: Graph, node: GraphNode, role: Role, visited: Set<string>): GraphPrompt {
  for (const input of Object.values(node.inputs)) {
    const base = isLink(input) ? promptAt(graph, input, role, visited) : NONE;
    if (base.text !== undefined || base.zeroed) return changed(base, node);
  }
  return NONE;
}

/** The layer that CLIPSetLastLayer chose for these encoders, counted from the last one, which is 1. */
export function stopLayer(graph: Graph, encoders: readonly GraphNode[]): number | undefined {
  for (const { inputs } of encoders) {
    for (const node of upstream(graph, inputs["clip"])) {
      const layer = node.inputs["stop_at_clip_layer"] ?? node.inputs["clip_skip"];
      if (typeof layer === "number" && layer < 0) return -layer;
    }
    if (typeof inputs["clip_skip"] === "number" && inputs["clip_skip"] < 0) return -inputs["clip_skip"];
  }
  return undefined;
}
