import type { Node, Tensor } from "aquatint/graph";

/** The name of the part that a module at this path belongs to; undefined outside of all parts. */
export type PartOf = (path: string) => string | undefined;

/** A part of a traced network. */
export interface GraphPart {
  readonly name: string;
  /** The tensor that leaves it. */
  readonly output: Tensor;
  /** The parts whose outputs reach it without passing another part, in the order of its nodes. */
  readonly inputs: readonly string[];
  /** Parameters and inputs of the graph that its nodes read. */
  readonly leaves: readonly Tensor[];
}

type PartNames = (node: Node) => string | undefined;

/** The names of nodes, each looked up once. */
function partNames(partOf: PartOf): PartNames {
  const names = new Map<Node, string | undefined>();
  return (node) => {
    if (!names.has(node)) names.set(node, partOf(node.scope?.path() ?? ""));
    return names.get(node);
  };
}

/** The parts of a graph, whose nodes are in order, inputs before users. A part has one output: the last of its tensors that leaves it. */
export function graphParts(nodes: readonly Node[], partOf: PartOf): readonly GraphPart[] {
  const nameOf = partNames(partOf);
  const parts = new Map<string, Node[]>();
  for (const node of nodes) {
    const name = nameOf(node);
    if (name !== undefined) parts.set(name, [...(parts.get(name) ?? []), node]);
  }
  const edges = new Set(nodes.flatMap((node) => node.inputs.filter((x) => nameOf(x.node) !== nameOf(node))));
  return [...parts].flatMap(([name, inside]) => {
    const output =
      inside.flatMap(({ outputs }) => outputs.filter((y) => edges.has(y))).at(-1) ?? inside.at(-1)?.outputs[0];
    if (!output) return [];
    const read = inside.flatMap(({ inputs }) => inputs);
    const outside = read.filter((x) => nameOf(x.node) !== name);
    const leaves = new Set(read.filter((x) => x.node.inputs.length === 0));
    return [{ name, output, inputs: sourcesOf(outside, nameOf), leaves: [...leaves] }];
  });
}

/** The nearest parts above some tensors. */
function sourcesOf(tensors: readonly Tensor[], nameOf: PartNames): readonly string[] {
  const sources = new Set<string>();
  const visited = new Set<Node>();
  const stack = tensors.map(({ node }) => node).reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (visited.has(node)) continue;
    visited.add(node);
    const name = nameOf(node);
    if (name === undefined) stack.push(...node.inputs.map((x) => x.node).reverse());
    else sources.add(name);
  }
  return [...sources];
}
