/** `npm run bench -- NAME [--json]`: timings of the parts whose speed is promised, and walks too long for the tests. */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { allBenches } from "./all.ts";
import { dataBench } from "./data.ts";
import { deepNetworkBench } from "./deep-network.ts";
import { fullSizeBench, peerRuntimes } from "./full-size/full-size.ts";
import { parts } from "./full-size/parts.ts";
import { prologueBench } from "./full-size/prologue.ts";
import { imageBench } from "./image.ts";
import { memoryBench } from "./memory.ts";
import { passesBench } from "./passes.ts";
import { quantizeBench } from "./quantize.ts";
import { randomBench } from "./random.ts";
import { samplerWalk } from "./sampler-walk.ts";
import { serverLoad } from "./server-load.ts";
import { serverWorkers } from "./server-workers.ts";
import { soak } from "./soak.ts";
import { stepCacheBench } from "./step-cache.ts";
import { trainRunBench } from "./train-run.ts";
import { trainStepBench } from "./train-step.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean" },
    short: { type: "boolean" },
    out: { type: "string" },
    peer: { type: "boolean" },
    peers: { type: "string" },
    compile: { type: "boolean" },
    python: { type: "string", default: "python3" },
    steps: { type: "string" },
    seeds: { type: "string" },
    samplers: { type: "string" },
    caches: { type: "string" },
    variant: { type: "string" },
    memory: { type: "string", default: "packed" },
    clients: { type: "string" },
    seconds: { type: "string" },
    jobs: { type: "string" },
  },
});
const { peer = false, python, memory: weightMemory } = flags;
const variants = ["eager", "channels_last", ...(flags.compile ? ["compiled"] : [])];
const peers = flags.peers?.split(",") ?? (peer ? ["torch"] : []);
const unknown = peers.find((runtime) => !peerRuntimes.some((other) => other === runtime));
if (unknown !== undefined) refuse(`--peers: expected some of ${peerRuntimes.join(", ")}, got "${unknown}"`);
const fullSize = { peers, python, steps: Number(flags.steps ?? 3), weightMemory };
const trainStep = { ...(peer && { peer: { python, variants } }), steps: Number(flags.steps ?? 8) };

const stepCache = {
  seeds: Number(flags.seeds ?? 32),
  ...(flags.samplers !== undefined && { samplers: flags.samplers.split(";") }),
  ...(flags.caches !== undefined && { caches: flags.caches.split(";") }),
};

const quantization = { ...(flags.seeds && { seeds: Number(flags.seeds) }), variant: flags.variant };

const load = {
  clients: Number(flags.clients ?? 200),
  seconds: Number(flags.seconds ?? 40),
  databaseUrl: process.env["DATABASE_URL"] || undefined,
};

const workers = { databaseUrl: load.databaseUrl, jobs: Number(flags.jobs ?? 30) };

interface Bench {
  run(): Promise<object>;
  /** Its arguments where `all` runs it, and where `all --short` does. */
  readonly full?: readonly string[];
  readonly short?: readonly string[];
}

const otherPrograms = peerRuntimes.filter((runtime) => !runtime.startsWith("aquatint"));
const int8Peers = ["--peers", "aquatint-float32,openvino"];
const benches: Readonly<Record<string, Bench>> = {
  data: { run: dataBench, full: [] },
  "deep-network": { run: () => deepNetworkBench() },
  "deep-network-checkpointed": { run: () => deepNetworkBench({ checkpoints: true }) },
  memory: { run: () => memoryBench(), full: [] },
  "memory-default": { run: () => memoryBench({ fullSize: false }) },
  passes: { run: passesBench, full: [], short: [] },
  image: { run: imageBench, full: [] },
  prologue: { run: () => prologueBench({ steps: fullSize.steps, weightMemory }), full: [] },
  quantize: { run: () => quantizeBench(quantization), full: [], short: ["--seeds", "1"] },
  random: { run: randomBench, full: [], short: [] },
  samplers: { run: samplerWalk },
  "server-load": { run: () => serverLoad(load) },
  "server-workers": { run: () => serverWorkers(workers) },
  soak: { run: () => soak() },
  "step-cache": {
    run: () => stepCacheBench(stepCache),
    full: [],
    short: ["--seeds", "1", "--samplers", "ddim", "--caches", "easy"],
  },
  studio: { run: async () => (await import("../apps/studio/scripts/speed.ts")).studioBench() },
  "train-run": {
    run: () => trainRunBench(flags.steps ? { steps: Number(flags.steps) } : {}),
    full: [],
    short: ["--steps", "2"],
  },
  "train-step-latents": {
    run: () => trainStepBench({ ...trainStep, subject: "latents" }),
    full: ["--peer"],
    short: ["--steps", "2"],
  },
  "train-step": { run: () => trainStepBench(trainStep), full: ["--peer"], short: ["--steps", "2"] },
  ...Object.fromEntries(
    ["unet-sd15", "vae-decode"].map((part) => [
      `${part}-int8`,
      { run: () => fullSizeBench(part, { ...fullSize, precision: "int8" }), full: int8Peers },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(parts).map(([part, { peers: some = otherPrograms }]) => [
      part,
      { run: () => fullSizeBench(part, fullSize), full: ["--peers", some.join(",")] },
    ]),
  ),
};
const suite = Object.fromEntries(
  Object.entries(benches).flatMap(([bench, { full, short }]) =>
    full ? [[bench, { full, ...(short && { short }) }]] : [],
  ),
);
const everything: Bench = {
  run: () => allBenches({ suite, short: flags.short ?? false, args: flags.short ? [] : ["--python", python] }),
};

const [name = ""] = positionals;
const bench = { ...benches, all: everything }[name];
if (!bench)
  refuse(`usage: npm run bench -- NAME [--json] [--out FILE]   NAME is all, or one of: ${Object.keys(benches).join(", ")}
all: [--short] [--python PATH]
step-cache: [--seeds N] [--samplers "ddim;euler"] [--caches "easy,threshold=0.1;spectrum"]
quantize: [--seeds N] [--variant FILE]
server-load: [--clients N] [--seconds N]   DATABASE_URL takes PostgreSQL in the place of PGlite
server-workers: [--jobs N]   on DATABASE_URL, or on a PostgreSQL of its own
train-run: [--steps N]
train-step, train-step-latents: [--steps N] [--peer [--compile] [--python PATH]]
${Object.keys(parts).join(", ")}, unet-sd15-int8, vae-decode-int8: [--steps N] [--memory packed|mapped] [--peers ${peerRuntimes.join(",")}] [--python PATH]
  peers need bench/peers/requirements.txt; --peer is --peers torch`);
const figures = await bench.run();
if (flags.out !== undefined) await writeFile(flags.out, `${JSON.stringify(figures, null, 2)}\n`);
if (flags.json) console.log(JSON.stringify(figures));
else
  for (const [key, value] of Object.entries(figures))
    console.log(`${key.padEnd(20)} ${typeof value === "object" ? JSON.stringify(value) : value}`);
if ("failures" in figures) process.exitCode = 1;

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}
