import { useStore } from "../state/store.ts";
import { engineStore } from "./engine-store.ts";
import type { EngineInfo } from "./protocol.ts";
import { serverModelStore } from "./server-model.ts";

/** Facts about the default model, until it says them itself. */
const expected: Pick<EngineInfo, "sampleSize" | "multiple" | "steps" | "guidance" | "fewSteps" | "sampler"> = {
  sampleSize: 128,
  multiple: 16,
  steps: 20,
  guidance: 3,
  fewSteps: { steps: 4, guidance: 3 },
  sampler: "dpmpp-2m-sde",
};

/** What the model says of itself. */
export function useEngineInfo(): typeof expected {
  const info = useStore(engineStore, (state) => (state.status === "ready" ? state.info : expected));
  return useStore(serverModelStore) ?? info;
}
