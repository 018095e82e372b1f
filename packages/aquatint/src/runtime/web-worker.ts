import * as ort from "onnxruntime-web/wasm";
import { serveWeb } from "./web-serve.ts";

serveWeb(ort);
