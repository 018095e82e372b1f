import * as ort from "onnxruntime-web/wasm";
import { serveWeb } from "./worker/serve.web.ts";

serveWeb(ort);
