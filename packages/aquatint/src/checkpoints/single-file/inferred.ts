import type { ModelClassName } from "../../models/classes.ts";
import { DEFAULT_SCALING_FACTOR, type Family, familyFacts } from "../../models/families.ts";
import { type InferenceFacts, inferredConfigs } from "../../models/infer-config.ts";
import type { ModelComponent, TensorLocation } from "../types.ts";

/** Facts about a network beside the shapes of its weights. */
interface ComponentFacts extends Pick<InferenceFacts, "pooled" | "openClip"> {
  readonly family?: Family | undefined;
}

/** A network with the config that its shapes imply. */
export function inferredComponent(
  className: ModelClassName,
  weights: ReadonlyMap<string, TensorLocation>,
  { family, ...facts }: ComponentFacts,
): ModelComponent {
  const scalingFactor = family ? familyFacts(family).scalingFactor : DEFAULT_SCALING_FACTOR;
  const config = inferredConfigs[className]?.(weights, { ...facts, scalingFactor }) ?? {};
  return { className, config, inferred: true, weights };
}
