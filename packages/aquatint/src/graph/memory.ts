import type { Node, Tensor } from "./tensor.ts";
import { sizeOf, type Type } from "./types.ts";
import { topological } from "./walk.ts";

/** Bytes that a graph takes when it runs, by its shapes alone. */
export interface GraphMemory {
  /** Constant weights as float32. */
  readonly weights: number;
  /** The same as they lie in their files. */
  readonly stored: number;
  /** The most that is computed and not yet used up at one time, inputs and widened weights included. */
  readonly activations: number;
}

/** What is known of a leaf: bytes that it takes beside the graph, or undefined for an input. */
export type StoredBytes = (leaf: Tensor) => number | undefined;

const elementBytes = { float32: 4, int32: 4, bool: 1 };
const bytesOf = ({ dtype, shape }: Type): number => elementBytes[dtype] * sizeOf(shape);
const total = (xs: readonly Type[]): number => xs.reduce((sum, x) => sum + bytesOf(x), 0);

/** The memory of a graph whose nodes run one after the other, each result freed after its last use. */
export function graphMemory(outputs: Readonly<Record<string, Tensor>>, storedBytes: StoredBytes): GraphMemory {
  const order = executionOrder(Object.values(outputs));
  let [weights, stored, live, activations] = [0, 0, 0, 0];
  const lastUse = lastUses(order, Object.values(outputs));
  for (const node of order) {
    const bytes = node.op.grad === "leaf" ? storedBytes(node.outputs[0]!) : undefined;
    const made = total(node.outputs);
    if (bytes !== undefined) {
      weights += made;
      stored += bytes;
    }
    const isFree = node.op.view === true || (bytes !== undefined && bytes >= made);
    if (!isFree) live += made;
    activations = Math.max(activations, live);
    live -= total(lastUse.get(node) ?? []);
  }
  return { weights, stored, activations };

  /** For each node what is of no use after it: tensors that own memory. */
  function lastUses(nodes: readonly Node[], results: readonly Tensor[]): ReadonlyMap<Node, readonly Tensor[]> {
    const last = new Map<Tensor, Node>();
    for (const node of nodes) {
      for (const y of node.outputs) last.set(y, node);
      for (const x of node.inputs) last.set(ownerOf(x), node);
    }
    const kept = new Set(results.map(ownerOf));
    const byNode = new Map<Node, Tensor[]>();
    for (const [x, node] of last) {
      const ownsNone = ownerOf(x) !== x || (storedBytes(x) ?? 0) >= bytesOf(x);
      if (!kept.has(x) && !ownsNone) byNode.set(node, [...(byNode.get(node) ?? []), x]);
    }
    return byNode;
  }
}

/** The tensor whose memory x is a view of, most often x. */
function ownerOf(x: Tensor): Tensor {
  let owner = x;
  while (owner.node.op.view) owner = owner.node.inputs[0]!;
  return owner;
}

/** ONNX Runtime's order for nodes written by `topological`: before a node its inputs, of which the last written is made first. */
function executionOrder(roots: readonly Tensor[]): Node[] {
  const written = new Map(topological(roots).map((node, i) => [node, i]));
  const order: Node[] = [];
  const seen = new Set<Node>();
  const descending = (nodes: Iterable<Node>) => [...new Set(nodes)].sort((a, b) => placeOf(a) - placeOf(b)); // the last of them is on top of the stack
  // weights are widened by nodes that stand before all others, so they are made just before their use
  const placeOf = (node: Node) => (node.inputs.length === 0 ? -1 : written.get(node)!);
  const stack = descending(roots.map(({ node }) => node)).map((node) => ({ node, done: false }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (top.done) order.push(top.node);
    if (top.done || seen.has(top.node)) continue;
    seen.add(top.node);
    stack.push({ node: top.node, done: true });
    for (const node of descending(top.node.inputs.map((x) => x.node))) stack.push({ node, done: false });
  }
  return order;
}
