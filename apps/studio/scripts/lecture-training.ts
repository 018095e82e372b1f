// Trains the lecture's recipe on digits in Node, and counts how many samples a small judge reads as the digit of their caption.
// lecture-training.ts STEPS [EVERY] [CHANGES]: changes of the recipe as JSON, such as {"training": {"learning_rate": 0.001}}
import { memoryFiles } from "aquatint/checkpoints";
import { nodeRuntime } from "aquatint/node";
import { configKindsFor, createTask, openSession, parseTrainConfig } from "aquatint/train";
import { digitPrompts, recipe } from "../src/lecture/pages/training/recipe.ts";
import { COUNT, lectureDigits, sampleAccuracy, trainedJudge } from "./digit-judge.ts";

const steps = Number(process.argv[2] ?? 1000);
const every = Number(process.argv[3] ?? 500);
/** Scales of guidance that samples are drawn with. */
const GUIDANCES = [1, 2, 4];

type Json = Readonly<Record<string, unknown>>;
const isTable = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** A table with the values of another put into it. */
const merged = (table: Json, changes: Json): Json => ({
  ...table,
  ...Object.fromEntries(
    Object.entries(changes).map(([key, value]) => {
      const before = table[key];
      return [key, isTable(before) && isTable(value) ? merged(before, value) : value];
    }),
  ),
});

const usual = recipe({ data: "digits", minutes: 10, seed: 0, prompts: digitPrompts });
const { minutes: _, ...training } = usual.training;
const json = merged({ ...usual, training: { ...training, steps } }, JSON.parse(process.argv[4] ?? "{}"));
const config = parseTrainConfig(json, { name: "recipe", kinds: await configKindsFor(json) });
const none = () => Promise.reject(new Error("the recipe needs digits alone"));
const dataset = await lectureDigits();
await using runtime = await nodeRuntime({ threads: 1 });

const judge = await trainedJudge(runtime, dataset);
const cpu = () => `${(process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6).toFixed(0)} s of processor time`;
console.log(`the judge reads ${(100 * judge.heldOut).toFixed(0)} % of held-out digits; ${cpu()}`);

const task = await createTask(config, { dataset, runtime, modelFiles: none });
await using session = await openSession({ config, task, runtime });

for await (const { step, loss, ended } of session.steps()) {
  if (step % every !== 0 && !ended) continue;
  console.log(`step ${step}: loss ${loss.toFixed(4)}; ${cpu()}`);
  const files = memoryFiles(await session.outputs.modelFiles());
  for (const guidance of GUIDANCES) {
    console.log(
      `  accuracy ${await sampleAccuracy(judge, { runtime, files, guidance })} with guidance ${guidance}, of ${COUNT} samples; ${cpu()}`,
    );
  }
}
