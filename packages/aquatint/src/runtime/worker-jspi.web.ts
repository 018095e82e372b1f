import * as ort from "onnxruntime-web/jspi";
import { serveWeb } from "./worker/serve.web.ts";

serveWeb(ort);
