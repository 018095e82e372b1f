/** `npm run bench -- NAME [--json]`: timings of the parts whose speed is promised. */
import { dataBench } from "./data.ts";
import { deepNetworkBench } from "./deep-network.ts";
import { passesBench } from "./passes.ts";
import { randomBench } from "./random.ts";
import { trainStepBench } from "./train-step.ts";

const benches: Readonly<Record<string, () => Promise<object>>> = {
  data: dataBench,
  "deep-network": () => deepNetworkBench(),
  "deep-network-checkpointed": () => deepNetworkBench({ checkpoints: true }),
  passes: passesBench,
  random: randomBench,
  "train-step": () => trainStepBench(),
};

const [name = "", ...flags] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (!bench || flags.some((flag) => flag !== "--json")) {
  console.error(`usage: npm run bench -- NAME [--json]   NAME is one of: ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
const figures = await bench();
if (flags.includes("--json")) console.log(JSON.stringify(figures));
else for (const [key, value] of Object.entries(figures)) console.log(`${key.padEnd(20)} ${value}`);
