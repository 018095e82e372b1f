import type { FrameAttention } from "@aquatint/lab/inspect";

/** A layer's name for readers: "down 1.0, first, 8 × 8". */
export function layerLabel({ path, width, height }: Pick<FrameAttention, "path" | "width" | "height">): string {
  const [, side = "mid", block = "", list = ""] =
    /^(down|mid|up)_blocks?(?:\.(\d+))?\.motion_modules\.(\d+)/.exec(path) ?? [];
  const [, depth = "0", half = "1"] = /transformer_blocks\.(\d+)\.attn(\d)$/.exec(path) ?? [];
  const unit = `${side}${block && ` ${block}.${list}`}`;
  return `${unit}, attention ${2 * Number(depth) + Number(half)}, ${width} × ${height}`;
}

/** A place of an image, from its upper left corner, 0 .. 1. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

const cell = (at: number, count: number): number => Math.min(Math.floor(at * count), count - 1);

/** The weights [frames, frames] of one place: a row for each frame that looks. The last clip of a batch is the prompt's. */
export function weightsAt({ weights, height, width, frames }: FrameAttention, { x, y }: Position): Float32Array {
  const size = frames * frames;
  const clips = weights.length / (height * width * size);
  const index = (clips - 1) * height * width + cell(y, height) * width + cell(x, width);
  return weights.subarray(index * size, (index + 1) * size);
}

/** The share that frames give to themselves and to their neighbors, on average, at one place. */
export function nearness(matrix: ArrayLike<number>, frames: number): { readonly self: number; readonly next: number } {
  let [self, next] = [0, 0];
  for (let row = 0; row < frames; row++) {
    self += (matrix[row * frames + row] ?? 0) / frames;
    const before = row > 0 ? (matrix[row * frames + row - 1] ?? 0) : 0;
    const after = row < frames - 1 ? (matrix[row * frames + row + 1] ?? 0) : 0;
    next += (before + after) / frames;
  }
  return { self, next };
}
