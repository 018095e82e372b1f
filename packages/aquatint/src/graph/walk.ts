import type { Node, Tensor } from "./tensor.ts";

/** Every node that `roots` depend on, inputs before users. Iterative: graphs are deep. */
export function topological(roots: readonly Tensor[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const visit = (node: Node) => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const root of roots) {
    visit(root.node);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input) visit(input.node);
      else order.push(stack.pop()!.node);
    }
  }
  return order;
}
