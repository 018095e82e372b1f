import { createStore } from "../state/store.ts";
import type { EngineInfo } from "./protocol.ts";

/** What the model of a server says of itself; undefined while the page draws in the tab, or does not know. */
export const serverModelStore = createStore<
  Pick<EngineInfo, "sampleSize" | "multiple" | "steps" | "guidance" | "sampler"> | undefined
>(undefined);
