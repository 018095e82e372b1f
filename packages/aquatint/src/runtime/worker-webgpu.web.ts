import * as ort from "onnxruntime-web/webgpu";
import { serveWeb } from "./worker/serve.web.ts";

serveWeb(ort, async () => {
  const { reason, message } = await (await ort.env.webgpu.device).lost;
  return message || reason;
});
