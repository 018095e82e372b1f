/** `npm run bench -- NAME [--json]`: timings of the parts whose speed is promised, and walks too long for the tests. */
import { parseArgs } from "node:util";
import { dataBench } from "./data.ts";
import { deepNetworkBench } from "./deep-network.ts";
import { fullSizeBench } from "./full-size/full-size.ts";
import { parts } from "./full-size/parts.ts";
import { prologueBench } from "./full-size/prologue.ts";
import { imageBench } from "./image.ts";
import { passesBench } from "./passes.ts";
import { randomBench } from "./random.ts";
import { samplerWalk } from "./sampler-walk.ts";
import { soak } from "./soak.ts";
import { stepCacheBench } from "./step-cache.ts";
import { trainStepBench } from "./train-step.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean" },
    peer: { type: "boolean" },
    compile: { type: "boolean" },
    python: { type: "string", default: "python3" },
    steps: { type: "string" },
    seeds: { type: "string" },
    samplers: { type: "string" },
    caches: { type: "string" },
    memory: { type: "string", default: "packed" },
  },
});
const { peer = false, python, memory: weightMemory } = flags;
const variants = ["eager", "channels_last", ...(flags.compile ? ["compiled"] : [])];
const fullSize = { peer, python, steps: Number(flags.steps ?? 3), weightMemory };
const trainStep = { ...(peer && { peer: { python, variants } }), steps: Number(flags.steps ?? 8) };

const stepCache = {
  seeds: Number(flags.seeds ?? 32),
  ...(flags.samplers !== undefined && { samplers: flags.samplers.split(";") }),
  ...(flags.caches !== undefined && { caches: flags.caches.split(";") }),
};

const benches: Readonly<Record<string, () => Promise<object>>> = {
  data: dataBench,
  "deep-network": () => deepNetworkBench(),
  "deep-network-checkpointed": () => deepNetworkBench({ checkpoints: true }),
  passes: passesBench,
  image: imageBench,
  prologue: () => prologueBench({ steps: fullSize.steps, weightMemory }),
  random: randomBench,
  samplers: samplerWalk,
  soak: () => soak(),
  "step-cache": () => stepCacheBench(stepCache),
  "train-step": () => trainStepBench(trainStep),
  ...Object.fromEntries(Object.keys(parts).map((part) => [part, () => fullSizeBench(part, fullSize)])),
};

const [name = ""] = positionals;
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (!bench) {
  console.error(`usage: npm run bench -- NAME [--json]   NAME is one of: ${Object.keys(benches).join(", ")}
step-cache: [--seeds N] [--samplers "ddim;euler"] [--caches "easy,threshold=0.1;spectrum"]
train-step: [--steps N] [--peer [--compile] [--python PATH]]
${Object.keys(parts).join(", ")}: [--steps N] [--memory packed|mapped] [--peer [--python PATH]]
  --peer compares with PyTorch and diffusers, see bench/peers/requirements.txt`);
  process.exit(2);
}
const figures = await bench();
if (flags.json) console.log(JSON.stringify(figures));
else
  for (const [key, value] of Object.entries(figures))
    console.log(`${key.padEnd(20)} ${typeof value === "object" ? JSON.stringify(value) : value}`);
