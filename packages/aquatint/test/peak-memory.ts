/** A process that makes one picture within a limit: prints the plan, and the most memory that it took, in bytes. */
import { prepareGeneration } from "../src/pipelines/generate.node.ts";

const [model = "", side = "", maxMemory = ""] = process.argv.slice(2);
const size = { width: Number(side), height: Number(side) };
const limit = maxMemory === "none" ? undefined : Number(maxMemory);
const generation = await prepareGeneration({ prompt: "a red apple", model, steps: 1, ...size, maxMemory: limit });
let pictures = 0;
for await (const { type } of generation.run()) if (type === "image") pictures++;
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ plan: generation.memory, peak, pictures }));
