import type { Node, Tensor } from "./tensor.ts";
import { topological } from "./topological.ts";
import { sizeOf, type Type } from "./types.ts";

/** Bytes that a graph takes when it runs, by its shapes alone. */
export interface GraphMemory {
  /** Constant weights as float32. */
  readonly weights: number;
  /** The same as they lie in their files. */
  readonly stored: number;
  /** The most that is computed and not yet used up at one time, inputs and widened weights included. */
  readonly activations: number;
}

/** The stored size of a constant leaf in bytes; undefined for an input. */
export type StoredBytes = (leaf: Tensor) => number | undefined;

const elementBytes = { float32: 4, int32: 4, bool: 1, int8: 1, uint8: 1 };
const bytesOf = ({ dtype, shape }: Type): number => elementBytes[dtype] * sizeOf(shape);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The memory of a graph whose nodes run one after the other, each result freed after its last use. */
export function graphMemory(outputs: Readonly<Record<string, Tensor>>, storedBytes: StoredBytes): GraphMemory {
  const results = Object.values(outputs);
  const order = executionOrder(results);
  // a view owns nothing, and a weight that is computed with as it lies in its file is counted as a weight alone
  const ownBytes = (x: Tensor): number => {
    const isElsewhere = x.node.op.view === true || (storedBytes(x) ?? 0) >= bytesOf(x);
    return isElsewhere ? 0 : bytesOf(x);
  };
  const freeList = freedAfter(order, results);
  let [weights, stored, live, activations] = [0, 0, 0, 0];
  for (const node of order) {
    const bytes = node.op.grad === "leaf" ? storedBytes(node.outputs[0]) : undefined;
    weights += bytes === undefined ? 0 : bytesOf(node.outputs[0]);
    stored += bytes ?? 0;
    live += sum(node.outputs.map(ownBytes));
    activations = Math.max(activations, live);
    live -= sum((freeList.get(node) ?? []).map(ownBytes));
  }
  return { weights, stored, activations };
}

/** For each node what is of no use after it. */
function freedAfter(order: readonly Node[], results: readonly Tensor[]): ReadonlyMap<Node, readonly Tensor[]> {
  const last = new Map<Tensor, Node>();
  for (const node of order) for (const x of [...node.outputs, ...node.inputs]) last.set(ownerOf(x), node);
  for (const result of results) last.delete(ownerOf(result));
  const byNode = new Map<Node, Tensor[]>();
  for (const [x, node] of last) byNode.set(node, [...(byNode.get(node) ?? []), x]);
  return byNode;
}

/** The tensor whose memory x is a view of, most often x. */
function ownerOf(x: Tensor): Tensor {
  let owner = x;
  for (let [input] = owner.node.inputs; input && owner.node.op.view; [input] = owner.node.inputs) owner = input;
  return owner;
}

/** ONNX Runtime's order for nodes written by `topological`: before a node its inputs, of which the last written is made first. */
function executionOrder(roots: readonly Tensor[]): Node[] {
  const position = new Map(topological(roots).map((node, i) => [node, i]));
  const order: Node[] = [];
  const visited = new Set<Node>();
  const descending = (nodes: Iterable<Node>) => [...new Set(nodes)].sort((a, b) => placeOf(a) - placeOf(b)); // the last of them is on top of the stack
  // weights are widened by nodes that stand before all others, so they are made just before their use
  const placeOf = (node: Node) => (node.inputs.length === 0 ? -1 : (position.get(node) ?? -1));
  const stack = descending(roots.map(({ node }) => node)).map((node) => ({ node, done: false }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (top.done) order.push(top.node);
    if (top.done || visited.has(top.node)) continue;
    visited.add(top.node);
    stack.push({ node: top.node, done: true });
    for (const node of descending(top.node.inputs.map((x) => x.node))) stack.push({ node, done: false });
  }
  return order;
}
