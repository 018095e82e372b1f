import { type GuidanceRange, isGuided, needsUnconditional } from "../../diffusion/guidance.ts";
import { type Latent, rowsOf } from "../../diffusion/process/latent.ts";
import { float32, float32Data } from "../../graph/host-tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { itemAt } from "../../util/items.ts";
import type { Conditions } from "../network/network.ts";
import type { BatchNetwork } from "./batch-network.ts";

/** The branches of guidance. */
interface Branches {
  readonly cfgBatch: number;
  readonly weights?: readonly number[] | undefined;
  readonly guidanceRange?: GuidanceRange | undefined;
}

/**
 * The network in calls of one branch each, so that one program, and one copy of the weights, does for all noise levels, and values
 * are in memory for one branch.
 * Outside of the guidance range the branch without a prompt is evaluated only where the prompts' weights need it.
 */
export const separateBranches = (
  call: BatchNetwork,
  { cfgBatch, weights = [1], guidanceRange }: Branches,
): BatchNetwork => {
  const first = needsUnconditional(weights) ? 0 : cfgBatch - weights.length;
  return async (x, { conditions, controls, ...point }) => {
    const outputs: Latent[] = [];
    for (let k = isGuided(point.level, guidanceRange) ? 0 : first; k < cfgBatch; k++) {
      const branch = (tensor: HostTensor) => branchOf(tensor, k, cfgBatch);
      const images = controls?.map(({ image, scale }) => ({ image: branch(image), scale }));
      const [output] = await call(x, {
        ...point,
        branches: 1,
        conditions: conditionsOf(conditions, branch),
        controls: images,
      });
      if (output) outputs.push(output);
    }
    return outputs;
  };
};

function conditionsOf(
  { context, textEmbeds, timeIds, guidance, ...rest }: Conditions,
  branch: (tensor: HostTensor) => HostTensor,
): Conditions {
  return {
    ...rest,
    context: branch(context),
    ...(textEmbeds && { textEmbeds: branch(textEmbeds) }),
    ...(timeIds && { timeIds: branch(timeIds) }),
    ...(guidance && { guidance: branch(guidance) }),
  };
}

/** The rows of branch k of a tensor; one row is that of all branches. */
function branchOf(tensor: HostTensor, k: number, branches: number): HostTensor {
  const [n = 1, ...shape] = tensor.shape;
  if (n === 1) return tensor;
  return float32([n / branches, ...shape], itemAt(rowsOf(float32Data(tensor), branches), k));
}
