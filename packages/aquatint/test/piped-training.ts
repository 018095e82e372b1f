/** `node piped-training.js FOLDER STEPS`: trains in a folder as `aquatint train` does, with the process's own streams and signals. */

import { reportTraining } from "../src/cli/commands/train.ts";
import { Interrupted, inProcess } from "../src/cli/io.ts";
import { nodeRuntime } from "../src/runtime/runtime.node.ts";
import { lineRun } from "../src/train/line-run.cases.ts";
import { diskFiles } from "../src/train/run/folder.node.ts";

const [folder = "", steps = ""] = process.argv.slice(2);
process.exitCode = await inProcess(async (io) => {
  await using runtime = await nodeRuntime({ threads: 1 });
  const events = lineRun({ runtime, files: diskFiles(folder), training: { steps: Number(steps) }, signal: io.signal });
  try {
    await reportTraining(events, { io });
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    throw error;
  }
});
