import * as ort from "onnxruntime-web/jspi";
import { endWithDevice } from "./worker/device-loss.web.ts";
import { serveWeb } from "./worker/serve.web.ts";
import { withholdSmallSubgroups } from "./worker/subgroups.web.ts";

if (typeof GPUAdapter !== "undefined") withholdSmallSubgroups(GPUAdapter.prototype);
serveWeb(ort, (handlers) => endWithDevice(handlers, () => ort.env.webgpu.device));
