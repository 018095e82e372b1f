/**
 * A process that makes one image and may take so many bytes more than it has at first: prints its plan, peak and limit. With "plan" as
 * the fourth argument it makes no image; the fifth is the form of the weights.
 */
import { prepareGeneration } from "../src/pipelines/generate.node.ts";

const [model = "", side = "", maxMemory = "", part = "image", form] = process.argv.slice(2);
const weightMemory = form as "packed" | "mapped" | undefined;
const size = { width: Number(side), height: Number(side) };
// of different size in each version of Node, before anything is loaded
const baseline = process.memoryUsage.rss();
const limit = maxMemory === "none" ? undefined : baseline + Number(maxMemory);
const options = { prompt: "a red apple", model, steps: 1, ...size, maxMemory: limit, weightMemory };
const generation = await prepareGeneration(options);
let images = 0;
if (part === "image") for await (const { type } of generation.run()) if (type === "image") images++;
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ plan: generation.memory, peak, images, limit, baseline }));
