import * as ort from "onnxruntime-web/webgpu";
import { serveWeb } from "./web-serve.ts";

serveWeb(ort);
