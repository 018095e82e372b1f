import type { Tensor } from "./tensor.ts";
import { topological } from "./topological.ts";

const show = (value: unknown): string => {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as Uint8Array).length})`;
  if (Array.isArray(value)) return `[${value.map(show).join(",")}]`;
  if (value === null || typeof value !== "object") return String(value);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return `{${entries.map(([k, v]) => `${k}: ${show(v)}`).join(", ")}}`;
};

/** The graph behind `outputs` as text, a line a node: "%3: float32[2,4] = matmul(%0, %1) {transB: true}  # mid.proj". */
export function printGraph(outputs: Readonly<Record<string, Tensor>>): string {
  const names = new Map<Tensor, string>();
  const lines = topological(Object.values(outputs)).map((node) => {
    for (const y of node.outputs) names.set(y, `%${names.size}`);
    const results = node.outputs.map((y) => `${names.get(y)}: ${y}`).join(", ");
    const attrs = node.attrs === undefined ? "" : ` ${show(node.attrs)}`;
    const path = node.scope?.path() ? `  # ${node.scope.path()}` : "";
    return `${results} = ${node.op.name}(${node.inputs.map((x) => names.get(x)).join(", ")})${attrs}${path}`;
  });
  return [...lines, ...Object.entries(outputs).map(([name, y]) => `return ${name} = ${names.get(y)}`)].join("\n");
}
