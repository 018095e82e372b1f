import { describeOrigin, nodeNamedIn } from "../compiler/onnx/names.ts";
import { AquatintError, messageOf } from "../errors.ts";

const hints = {
  load: "its ONNX form does not fit this version of ONNX Runtime or this device: see `emit` in the op's declaration",
  run: "its shapes were checked when the graph was made, so look at the values that it is given",
};
const MEMORY = "memory ran out: use a smaller batch or size, or train with checkpointed()";

/** What ONNX Runtime says to a program that it cannot load or run, with the op and the module of the node that failed. */
export function refusal(act: "load" | "run", error: unknown): AquatintError {
  const words = messageOf(error);
  const origin = nodeNamedIn(words);
  const outOfMemory = /bad_alloc|failed to allocate|out of memory/i.test(words);
  const hint = outOfMemory ? MEMORY : origin && hints[act];
  const failed = origin ? `${describeOrigin(origin)} (${origin.onnx})` : "the program";
  const said = origin ? words.replace(/^Non-zero status code.* Status Message: /s, "") : words;
  return new AquatintError("runtime/failed", `ONNX Runtime could not ${act} ${failed}: ${said}`, { hint });
}
