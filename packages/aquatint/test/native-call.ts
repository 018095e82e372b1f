/** `node native-call.js ENDING`: calls the engine without end, says so, and ends in the middle of a call as ENDING says. */
import { isMainThread, parentPort } from "node:worker_threads";
import { float, ponder, thought } from "../src/runtime/cases/models.cases.ts";
import { nodeRuntime } from "../src/runtime/runtime.node.ts";

const endings: Readonly<Record<string, () => void>> = {
  exit: () => process.exit(7),
  throw: () => {
    throw new Error("uncaught");
  },
  forget: () => {
    calls = 1;
  },
};
let calls = Number.POSITIVE_INFINITY;

const runtime = await nodeRuntime();
const program = await runtime.load(ponder);
const state = await runtime.createState({ w: float(0) });
if (isMainThread) console.log("running", process.env["ORT_DISABLE_TELEMETRY"] ?? "unset");
parentPort?.postMessage("running");
const end = endings[process.argv[2] ?? ""];
if (end) setTimeout(end, 50 + 200 * Math.random());
while (calls-- > 0) await program.run({ x0: thought }, { state });
