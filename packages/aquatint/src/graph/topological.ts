import type { Node, Tensor } from "./tensor.ts";

/**
 * Every node that `roots` depend on, inputs before users; nothing behind a tensor of which `until` holds.
 * Iterative: graphs are deep.
 */
export function topological(roots: readonly Tensor[], until: (x: Tensor) => boolean = () => false): Node[] {
  const order: Node[] = [];
  const visited = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const visit = (x: Tensor) => {
    if (visited.has(x.node) || until(x)) return;
    visited.add(x.node);
    stack.push({ node: x.node, next: 0 });
  };
  for (const root of roots) {
    visit(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input) visit(input);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}
