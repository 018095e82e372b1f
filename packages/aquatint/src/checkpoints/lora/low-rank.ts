import type { TensorLocation } from "../types.ts";
import { type Method, rolesBy, shapesOf } from "./method.ts";

const isMatrix = ({ shape }: TensorLocation) => shape.length === 2 || (shape.length === 4 && shape[2] === shape[3]);

/** LoRA (Hu et al. 2021) and LoCon: y + s alpha / rank · up(mid(down(x))), down [rank, in] or [rank, in, k, k], up [out, rank]. */
export const lowRank: Method = {
  name: "LoRA",
  role: rolesBy([
    [/^lora_A(\.[^.]+)?\.weight$/, "down"],
    [/^lora_B(\.[^.]+)?\.weight$/, "up"],
    [/^(lora|lora_linear_layer|lora_conv2d_layer)\.down\.weight$/, "down"],
    [/^(lora|lora_linear_layer|lora_conv2d_layer)\.up\.weight$/, "up"],
    [/^lora_down\.weight$/, "down"],
    [/^lora_up\.weight$/, "up"],
    [/^lora_mid\.weight$/, "mid"],
  ]),
  fault({ down, up, mid }) {
    if (!down || !up) return ["keys", "only one half of the pair"];
    const [rank = 0] = down.shape;
    const fits = isMatrix(down) && isMatrix(up) && up.shape[1] === rank && rank > 0 && (up.shape[2] ?? 1) === 1;
    const middle = !mid || (mid.shape.length === 4 && isMatrix(mid) && mid.shape[0] === rank && mid.shape[1] === rank);
    if (fits && middle) return undefined;
    return ["shape", `the shapes ${shapesOf({ down, up, ...(mid && { mid }) })}, which do not fit together`];
  },
  fits({ down, up, mid }, [outputs, inputs, kernel = 1]) {
    const size = mid?.shape[2] ?? down?.shape[2] ?? 1;
    return down?.shape[1] === inputs && up?.shape[0] === outputs && size === kernel;
  },
  rank: ({ down }) => down?.shape[0],
  branch: ({ down, up, mid }, scale) => ({ down: down!, up: up!, mid, scale }),
};
