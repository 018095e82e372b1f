/** A process that compiles, runs and lets go, over and over: prints by how many MB it grew after its first 50 cycles. */

import { compile } from "../src/compiler/compile.ts";
import { silu } from "../src/ops/activation.ts";
import { constant, input } from "../src/ops/leaves.ts";
import { matmul } from "../src/ops/matmul.ts";
import { nodeRuntime } from "../src/runtime/runtime.node.ts";
import { noise } from "./evaluate.ts";

const CYCLES = 200;
const WARM_UP = 50;
const shape = [256, 256];
const forgetful = process.argv.includes("--forget-to-dispose");

await using runtime = await nodeRuntime({ threads: 1 });
const x = input({ name: "x", shape });
const feeds = { x: noise(shape) };
let start = 0;
for (let i = 0; i <= CYCLES + WARM_UP; i++) {
  if (i === WARM_UP) start = process.memoryUsage().rss;
  const weight = constant({ value: noise(shape, { seed: i }) });
  const program = await runtime.load(compile({ outputs: { y: silu(matmul(x, weight)) } }));
  const state = await runtime.createState({ weight: feeds.x });
  await program.run(feeds);
  if (forgetful) continue;
  await program[Symbol.asyncDispose]();
  await state[Symbol.asyncDispose]();
}
console.log((process.memoryUsage().rss - start) / 2 ** 20);
