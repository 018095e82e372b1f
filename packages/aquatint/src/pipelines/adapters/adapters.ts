import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensor, HostTensors } from "../../graph/types.ts";
import { input } from "../../ops/leaves.ts";

/** A LoRA beside a model's networks. */
export interface AddedLora {
  readonly name: string;
  readonly scale: number;
  /** True for a part of the model, whose scale no caller gives. */
  readonly fixed?: true;
}

/** Runs a trace of a network with branches beside its layers. */
export type AdaptedTrace = <R>(trace: () => R) => R;

/** LoRAs, by the network that they stand beside: "unet", "text_encoder", "text_encoder_2". */
export type NetworkAdapters = ReadonlyMap<string, AdaptedTrace>;

const scaleName = (i: number): string => `lora.${i}.scale`;

/** The scale of the LoRA of a number: an input, so that it changes without another program. */
export const scaleInput = (i: number): Tensor => input({ name: scaleName(i), dtype: "float32", shape: [] });

/** The values of those inputs, in order. */
export const scaleFeeds = (scales: readonly number[]): HostTensors =>
  Object.fromEntries(
    scales.map((scale, i): [string, HostTensor] => [
      scaleName(i),
      { dtype: "float32", shape: [], data: Float32Array.of(scale) },
    ]),
  );

/** Runs `trace` with the branches of a network beside its layers. */
export const adapted = <R>(adapters: NetworkAdapters | undefined, network: string, trace: () => R): R => {
  const traced = adapters?.get(network);
  return traced ? traced(trace) : trace();
};
