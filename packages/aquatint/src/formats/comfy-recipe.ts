import type { PictureRecipe } from "./picture-recipe.ts";

interface Node {
  readonly class_type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}
type Graph = Readonly<Record<string, unknown>>;

/** Nodes that are followed at most; a graph may be a ring. */
const MAX_HOPS = 64;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function nodeAt(graph: Graph, id: unknown): Node | undefined {
  const node = graph[String(id)];
  if (!isRecord(node) || typeof node["class_type"] !== "string" || !isRecord(node["inputs"])) return undefined;
  return { class_type: node["class_type"], inputs: node["inputs"] };
}

/** The nodes from a link upstream, nearest first. */
function upstream(graph: Graph, link: unknown): readonly Node[] {
  const found: Node[] = [];
  const queue: unknown[] = [link];
  const seen = new Set<string>();
  for (let at = 0; at < queue.length && found.length < MAX_HOPS; at++) {
    const next = queue[at];
    const id = Array.isArray(next) ? String(next[0]) : undefined;
    if (id === undefined || seen.has(id)) continue;
    seen.add(id);
    const node = nodeAt(graph, id);
    if (!node) continue;
    found.push(node);
    for (const input of Object.values(node.inputs)) queue.push(input);
  }
  return found;
}

const first = (nodes: readonly Node[], key: string, kind: "string" | "number"): unknown =>
  nodes.map(({ inputs }) => inputs[key]).find((value) => typeof value === kind);

/** What ComfyUI's graph of a picture says, from its first sampler upstream; undefined where it has no sampler. */
export function comfyRecipe(graph: Graph): PictureRecipe | undefined {
  const nodes = Object.keys(graph).flatMap((id) => nodeAt(graph, id) ?? []);
  const sampler = nodes.find(({ inputs }) => Array.isArray(inputs["positive"]) && Array.isArray(inputs["negative"]));
  if (!sampler) return undefined;
  const { inputs } = sampler;
  const text = (link: unknown) => first(upstream(graph, link), "text", "string");
  const latent = upstream(graph, inputs["latent_image"]);
  const own = { ...inputs, seed: inputs["seed"] ?? inputs["noise_seed"] };
  const seed = typeof own.seed === "number" ? own.seed : first(upstream(graph, own.seed), "seed", "number");
  const fields = {
    ...{ prompt: text(inputs["positive"]), negative: text(inputs["negative"]), seed },
    ...{ steps: inputs["steps"], guidance: inputs["cfg"] },
    sampler: [inputs["sampler_name"], inputs["scheduler"]].filter((word) => typeof word === "string").join(" "),
    ...{ width: first(latent, "width", "number"), height: first(latent, "height", "number") },
    model: first(upstream(graph, inputs["model"]), "ckpt_name", "string"),
  };
  const known = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && !Array.isArray(value)),
  );
  return { source: "comfyui", ...known, settings: inputs };
}
