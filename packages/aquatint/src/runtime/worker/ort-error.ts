import { describeOrigin, originIn } from "../../compiler/onnx/names.ts";
import { AquatintError, messageOf } from "../../errors.ts";

const hints = {
  load: "its ONNX form does not fit this version of ONNX Runtime or this device: see `emit` in the op's declaration",
  run: "its shapes were checked when the graph was made, so look at the values that it is given",
};
const MEMORY = "memory ran out: use a smaller batch or size, or train with checkpoint()";

/** The error of a program that ONNX Runtime cannot load or run, with the op and the module of the node that failed. */
export function ortError(action: "load" | "run", error: unknown): AquatintError {
  const ortMessage = messageOf(error);
  const origin = originIn(ortMessage);
  const outOfMemory = /bad_alloc|failed to allocate|out of memory/i.test(ortMessage);
  const hint = outOfMemory ? MEMORY : origin && hints[action];
  const subject = origin ? `${describeOrigin(origin)} (${origin.onnx})` : "the program";
  const detail = origin ? ortMessage.replace(/^Non-zero status code.* Status Message: /s, "") : ortMessage;
  return new AquatintError("runtime/failed", `ONNX Runtime could not ${action} ${subject}: ${detail}`, { hint });
}
