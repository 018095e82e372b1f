import { type FrameAttention, unetObserver } from "@aquatint/lab/inspect";
import { openModel, textToImageModel } from "aquatint";
import { diskFiles, nodeRuntime } from "aquatint/node";
import { motionModules, planTextToVideo, textToImageNetwork, textToVideo, withMotionModules } from "aquatint/pipelines";

const [folder = "model", adapter = "motion"] = process.argv.slice(2);
await using runtime = await nodeRuntime();

// #region
const images = await textToImageModel(await openModel(await diskFiles(folder)));
const model = withMotionModules(images, await motionModules(await openModel(await diskFiles(adapter))));
const layers: FrameAttention[] = []; // weights [places, frames, frames] of each layer and evaluation
const observer = unetObserver({ motion: true }, ({ motion }) => void layers.push(...motion));
await using network = textToImageNetwork({ runtime, modules: model.modules, observer, ...(await model.binding()) });

const plan = await planTextToVideo(model, { prompt: "a red horse", frames: 4, steps: 2, seed: 7, sampler: "ddim" });
for await (const event of textToVideo(network, plan)) {
  if (event.type === "video") console.log(`${event.frames.length} frames at ${event.fps} a second`);
}
// #endregion

const [first] = layers;
console.log(first!.path, "clips:", first!.weights.length / (first!.height * first!.width * first!.frames ** 2));
