/** The origin of an ONNX node: its module and its op. */
export interface NodeOrigin {
  /** Path of the module, "" outside of all: "mid_block.resnets.0.conv1 (gradient)". */
  readonly path: string;
  /** The op that emitted it, by our name. */
  readonly op: string;
  /** ONNX's operator. */
  readonly onnx: string;
}

/** The name of the `index`th ONNX node of a model: "mid_block.resnets.0.conv1/conv2d/Conv_12". */
export const nodeName = ({ path, op, onnx }: NodeOrigin, index: number): string => `${path}/${op}/${onnx}_${index}`;

/** The origin that a text names first, as ONNX Runtime's messages do: `Name:'…'`, `Node (…)`, `In Node, ("…"`. */
export function originIn(text: string): NodeOrigin | undefined {
  const match = /(?:Name:'|\bnode,? \("?)([^'"/]*)\/(\w+)\/(\w+)_\d+/i.exec(text);
  const [, path, op, onnx] = match ?? [];
  return path !== undefined && op && onnx ? { path, op, onnx } : undefined;
}

/** For messages: "embedding in text_model.embeddings". */
export const describeOrigin = ({ op, path }: Pick<NodeOrigin, "op" | "path">): string =>
  path ? `${op} in ${path}` : op;
