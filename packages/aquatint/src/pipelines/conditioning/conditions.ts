import { float32, float32Data } from "../../graph/host-tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { concatFloat32 } from "../../util/concat.ts";
import { itemAt } from "../../util/items.ts";
import type { Conditions, TextToImageNetwork } from "../network/network.ts";
import type { EncodedCaptions, TokenizedCaption } from "./encode.ts";
import type { Conditioning } from "./plan.ts";

/** Options of `encodedConditioning`. */
export interface EncodedConditioningOptions {
  /** Images in the batch, which all get the same conditions; 1 if absent. */
  readonly rows?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Encodes all stages of a prompt; gives the conditions in a step, counted from 0. */
export async function encodedConditioning(
  network: Pick<TextToImageNetwork, "encode">,
  conditioning: Conditioning,
  { rows = 1, signal }: EncodedConditioningOptions = {},
): Promise<(step: number) => Conditions> {
  const { stages, loraScales } = conditioning;
  const byCaptions = new Map<string, Conditions>(); // alternating prompts come back
  const byStage: { readonly until: number; readonly conditions: Conditions }[] = [];
  for (const { until, captions } of stages) {
    const key = keyOf(captions);
    const conditions =
      byCaptions.get(key) ?? conditionsOf(conditioning, await network.encode(captions, { signal, loraScales }), rows);
    byCaptions.set(key, conditions);
    byStage.push({ until, conditions });
  }
  return (step) => (byStage.find(({ until }) => step < until) ?? itemAt(byStage, -1)).conditions;
}

const keyOf = (captions: readonly TokenizedCaption[]): string =>
  JSON.stringify(
    captions.map(({ chunks }) =>
      chunks.flat().map(({ ids, weights, vectors }) => [Array.from(ids), Array.from(weights), vectors]),
    ),
  );

function conditionsOf(conditioning: Conditioning, captions: EncodedCaptions, rows: number): Conditions {
  const { cfgBatch: branches, zeroUncond: zeroed, timeIds, guidance, loraScales } = conditioning;
  const encoded = (tensor: HostTensor) => repeatRows(zeroed ? prependZeros(tensor) : tensor, rows);
  const { textEmbeds } = captions;
  return {
    context: encoded(captions.context),
    ...(textEmbeds && timeIds && { textEmbeds: encoded(textEmbeds), timeIds: repeatRows(matrix(timeIds), rows) }),
    ...(guidance !== undefined && {
      guidance: float32([branches * rows], new Float32Array(branches * rows).fill(guidance)),
    }),
    loraScales,
  };
}

/** A row of zeros before the rows that there are. */
function prependZeros(tensor: HostTensor): HostTensor {
  const [rows = 1, ...shape] = tensor.shape;
  const data = float32Data(tensor);
  return float32([rows + 1, ...shape], concatFloat32([new Float32Array(data.length / rows), data]));
}

/** Each row of a tensor `count` times. */
function repeatRows(tensor: HostTensor, count: number): HostTensor {
  if (count === 1) return tensor;
  const [shape, data] = [tensor.shape, float32Data(tensor)];
  const size = data.length / itemAt(shape, 0);
  const repeated = Array.from({ length: itemAt(shape, 0) * count }, (_, i) => {
    const row = Math.floor(i / count);
    return data.subarray(row * size, (row + 1) * size);
  });
  return float32([repeated.length, ...shape.slice(1)], concatFloat32(repeated));
}

const matrix = (values: readonly (readonly number[])[]): HostTensor =>
  float32([values.length, itemAt(values, 0).length], values.flat());
