import { type Node, sizeOf, type Tensor } from "aquatint/graph";
import { itemAt } from "aquatint/util";
import { type GraphPart, graphParts } from "./part-outputs.ts";

const kinds = {
  resnets: "residual",
  attentions: "attention",
  motion_modules: "motion",
  downsamplers: "downsampler",
  upsamplers: "upsampler",
} as const;

/** The kind of a part of a U-Net. */
export type UNetPartKind = (typeof kinds)[keyof typeof kinds] | "convolution";

/** A part of a U-Net: a residual block, attention, a change of size, or the convolution at one of the ends. */
export interface UNetPart {
  /** Its module: "down_blocks.0.resnets.0". */
  readonly path: string;
  readonly kind: UNetPartKind;
  readonly side: "down" | "middle" | "up";
  /** Channels of its output. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly parameters: number;
  /** The parts that it reads; a residual block on the way up also reads one of the way down. */
  readonly inputs: readonly string[];
}

const pattern =
  /^(?:conv_in|conv_out|(?:down_blocks\.\d+|mid_block|up_blocks\.\d+)\.(resnets|attentions|motion_modules|downsamplers|upsamplers)\.\d+)(?=\.|$)/;

const partOf = (path: string): string | undefined => pattern.exec(path)?.[0];

function kindOf(path: string): UNetPartKind {
  const [, list] = pattern.exec(path) ?? [];
  return list === undefined ? "convolution" : kinds[list as keyof typeof kinds];
}

const sideOf = (path: string): UNetPart["side"] =>
  path.startsWith("mid_block") ? "middle" : /^(up_blocks|conv_out)/.test(path) ? "up" : "down";

/** A part with the tensor that it gives, [b, channels, height, width]. */
export interface TracedPart {
  readonly part: UNetPart;
  readonly output: Tensor;
}

/** The parts of a traced U-Net, in the order of its graph; none in the graph of another network. */
export function unetParts(nodes: readonly Node[], parameters: ReadonlySet<Tensor>): readonly TracedPart[] {
  return graphParts(nodes, partOf).map(({ name, output, inputs, leaves }: GraphPart) => {
    const [channels, height, width] = [itemAt(output.shape, 1), itemAt(output.shape, 2), itemAt(output.shape, 3)];
    const weights = leaves.filter((leaf) => parameters.has(leaf));
    const count = weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const size = { channels, height, width, parameters: count };
    return { part: { path: name, kind: kindOf(name), side: sideOf(name), ...size, inputs }, output };
  });
}
