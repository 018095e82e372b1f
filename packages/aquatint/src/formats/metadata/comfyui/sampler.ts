import { itemAt } from "../../../util/items.ts";
import { type Graph, type GraphNode, isLink, linked, numberAt, textAt, upstream } from "./graph.ts";

/** Nodes that sample parts of an image or many times: they are named, not taken for the sampler. */
const composite = /detailer|ultimate|upscale|hires|tiled.?(sampl|k)|inpaint.?crop/i;

/** Tells whether a node walks from noise to a latent: it has a guider, or prompts and what a sampler is told. */
export function isSampler({ type, inputs }: GraphNode): boolean {
  if (composite.test(type)) return false;
  const has = (...names: readonly string[]) => names.some((name) => inputs[name] !== undefined);
  const prompts = isLink(inputs["positive"]) || isLink(inputs["guider"]);
  if (prompts && has("guider", "steps", "sampler_name", "sigmas", "sampler")) return true;
  return (
    /k ?sampler|sampler ?custom/i.test(type) &&
    !/select|provider|info|config/i.test(type) &&
    has("seed", "noise_seed", "pipe", "latent_image")
  );
}

const latentNames = /^(latent(_image|s)?|samples|optional_latent|init_latent|pipe|image|pixels|images)$/i;
/** Nodes that write images, and samplers one after the other, that are looked at. */
const MAX_ENDS = 64;
const outputs = /save|output|websocket|preview|image ?saver|send/i;

/** The way of an image through the graph. */
export interface SamplingPath {
  /** The sampler that began with noise. */
  readonly sampler: GraphNode;
  /** Samplers after it, the last one first. */
  readonly later: readonly GraphNode[];
  /** Nodes after the result, the last one first. */
  readonly after: readonly GraphNode[];
  /** True if the graph writes images at places that other samplers lead to. */
  readonly ambiguous: boolean;
}

/** From the nodes that write images up to the sampler that began; undefined where the graph has no sampler. */
export function samplingPath(graph: Graph): SamplingPath | undefined {
  const nodes = [...graph.values()];
  const writes = (pattern: RegExp) =>
    nodes.filter(
      (node) =>
        pattern.test(node.type) &&
        Object.entries(node.inputs).some(([name, value]) => /image|pixels|samples/i.test(name) && isLink(value)),
    );
  const ends = [...writes(/save|image ?saver/i), ...writes(outputs)].slice(0, MAX_ENDS);
  const paths = ends.flatMap((end) => pathTo(graph, [end.id, 0]) ?? []);
  const path = paths[0] ?? withoutOutput(graph, nodes);
  return path && { ...path, ambiguous: paths.some(({ sampler }) => sampler !== path.sampler) };
}

/** A graph that writes nothing: the sampler that no other sampler comes after. */
function withoutOutput(graph: Graph, nodes: readonly GraphNode[]) {
  const samplers = nodes.filter(isSampler).slice(-MAX_ENDS);
  const before = new Set(samplers.flatMap((node) => latentsOf(graph, node).map(({ id }) => id)));
  const last = samplers.findLast(({ id }) => !before.has(id)) ?? samplers.at(-1);
  return last && pathTo(graph, [last.id, 0]);
}

const latentsOf = (graph: Graph, node: GraphNode): readonly GraphNode[] =>
  Object.entries(node.inputs).flatMap(([name, value]) => (latentNames.test(name) ? upstream(graph, value) : []));

function pathTo(graph: Graph, link: unknown): Omit<SamplingPath, "ambiguous"> | undefined {
  const path = upstream(graph, link, { stop: isSampler });
  const last = path.find(isSampler);
  if (!last) return undefined;
  const chain = [last];
  const between: GraphNode[] = [];
  for (let at = last; chain.length < MAX_ENDS; ) {
    const links = Object.entries(at.inputs).filter(([name, value]) => latentNames.test(name) && isLink(value));
    const nodes = links.flatMap(([, value]) => upstream(graph, value, { stop: isSampler }));
    const next = nodes.find((node) => isSampler(node) && !chain.includes(node));
    if (!next) break;
    between.push(...nodes.filter((node) => !isSampler(node)));
    chain.push(next);
    at = next;
  }
  const sampler = itemAt(chain, -1);
  const upstreamIds = new Set(upstream(graph, [sampler.id, 0]).map(({ id }) => id));
  const after = [...path, ...between].filter((node) => !upstreamIds.has(node.id) && !isSampler(node));
  return { sampler, later: chain.slice(0, -1), after };
}

/** Settings of a sampler node, from its own inputs and the nodes that hold them. */
export interface SamplerSettings {
  readonly seed: number | string | undefined;
  readonly steps: number | string | undefined;
  readonly guidance: number | string | undefined;
  readonly sampler: string | undefined;
  readonly schedule: string | undefined;
  /** Other settings that are not repeated. */
  readonly changes: readonly string[];
}

/** Reads KSampler and its like, SamplerCustom, and SamplerCustomAdvanced with its guider, noise and sigmas. */
export function samplerSettings(graph: Graph, node: GraphNode): SamplerSettings {
  const neighbors = upstream(graph, [node.id, 0]);
  const source = (name: string) => linked(graph, node.inputs[name]);
  const guider = source("guider");
  const sigmas = upstream(graph, node.inputs["sigmas"]).find((candidate) => candidate.inputs["steps"] !== undefined);
  const first = (holders: readonly (GraphNode | undefined)[], ...names: readonly string[]) => {
    for (const holder of holders) {
      for (const name of names) {
        const value = holder && numberAt(graph, holder, name);
        if (value !== undefined) return value;
      }
    }
    return undefined;
  };
  return {
    seed: first([node, source("noise"), ...neighbors], "seed", "noise_seed"),
    steps: first([node, sigmas, ...neighbors], "steps"),
    guidance: /^BasicGuider$/i.test(guider?.type ?? "") ? 1 : first([node, guider, ...neighbors], "cfg", "cfg_conds"),
    sampler: samplerName(graph, node, neighbors),
    schedule: scheduleName(graph, node, sigmas, neighbors),
    changes: [...partial(graph, node), ...partial(graph, sigmas), ...guiderChanges(guider)],
  };
}

/** The input `sampler_name`, of the node or of KSamplerSelect; else the type of a node such as SamplerEulerAncestral. */
function samplerName(graph: Graph, node: GraphNode, neighbors: readonly GraphNode[]): string | undefined {
  const direct = textAt(graph, node, "sampler_name");
  if (direct !== undefined) return direct;
  const select = linked(graph, node.inputs["sampler"]);
  if (!select)
    return neighbors.map((neighbor) => neighbor.inputs["sampler_name"]).find((value) => typeof value === "string");
  return textAt(graph, select, "sampler_name") ?? select.type.replace(/^Sampler_?/, "");
}

function scheduleName(graph: Graph, node: GraphNode, sigmas: GraphNode | undefined, neighbors: readonly GraphNode[]) {
  const direct = textAt(graph, node, "scheduler") ?? (sigmas && textAt(graph, sigmas, "scheduler"));
  if (direct !== undefined) return direct;
  if (sigmas) return sigmas.type.replace(/(Sampling)?(Scheduler|Sigmas)$/, "");
  return neighbors.map((neighbor) => neighbor.inputs["scheduler"]).find((value) => typeof value === "string");
}

/** A walk that begins late, ends early or adds no noise. */
function partial(graph: Graph, node: GraphNode | undefined): readonly string[] {
  if (!node) return [];
  const at = (name: string) => {
    const value = numberAt(graph, node, name);
    return value === undefined ? undefined : Number(value);
  };
  const [denoise, start, end, steps] = [at("denoise"), at("start_at_step"), at("end_at_step"), at("steps")];
  const noise = node.inputs["add_noise"];
  return [
    ...(denoise !== undefined && denoise < 1 ? [`denoise ${denoise}`] : []),
    ...(start ? [`start_at_step ${start}`] : []),
    ...(end !== undefined && steps !== undefined && end < steps ? [`end_at_step ${end}`] : []),
    ...(noise === "disable" || noise === false ? ["add_noise off"] : []),
    ...["sigma_max", "sigma_min", "rho"].flatMap((name) => (at(name) === undefined ? [] : [`${name} ${at(name)}`])),
  ];
}

const guiderChanges = (guider: GraphNode | undefined): readonly string[] =>
  guider && !/^(CFGGuider|BasicGuider)$/i.test(guider.type) ? [guider.type] : [];
