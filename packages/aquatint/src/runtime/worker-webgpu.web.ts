import * as ort from "onnxruntime-web/webgpu";
import { serveWeb } from "./worker/serve.web.ts";

serveWeb(ort);
