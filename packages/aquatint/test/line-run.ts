/** `node --import tsx line-run.ts FOLDER [STEPS]`: trains in a folder, going on where there is a checkpoint; to be killed. */

import { nodeRuntime } from "../src/runtime/runtime.node.ts";
import { lineRun } from "../src/train/line-run.cases.ts";
import { claimFolder, diskFiles } from "../src/train/run/folder.node.ts";
import { checkpointNames } from "../src/train/run/run-folder.ts";

const [folder = "", steps = "30"] = process.argv.slice(2);
await using _ = await claimFolder(folder);
await using runtime = await nodeRuntime({ threads: 1 });
const files = diskFiles(folder);
const resume = (await checkpointNames(files)).length > 0;
for await (const event of lineRun({ runtime, files, resume, training: { steps: Number(steps) } })) {
  if (event.type !== "step") console.log(JSON.stringify(event));
}
