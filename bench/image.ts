import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeFiles } from "../packages/aquatint/test/tiny-pixel-model.ts";
import { root } from "../test/tree.ts";
import { recipeShapedModel } from "./latent-shape.ts";

const run = promisify(execFile);
const RUNS = 3;
const MORE = 3;

/** The built command in a process of its own, which says at its end what it took. */
const child = `
  const { main } = await import(process.env.COMMAND);
  process.exitCode = await main(JSON.parse(process.env.ARGUMENTS));
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ seconds: performance.now() / 1000, cpuSeconds: (user + system) / 1e6 }));
`;

interface Usage {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** What `aquatint generate` takes for some images, from the start of the process to its end. */
async function usageOf(folder: string, count: number): Promise<Usage> {
  const prompt = "an astronaut riding a horse, sky blue background";
  const args = [
    "generate",
    prompt,
    "--model",
    join(folder, "model"),
    "--seed",
    "7",
    "--count",
    String(count),
    "--quiet",
  ];
  const env = {
    ...process.env,
    COMMAND: new URL("../packages/aquatint/dist/cli/main.js", import.meta.url).href,
    ARGUMENTS: JSON.stringify(args),
  };
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", child], { cwd: folder, env });
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

const median = (values: readonly number[]): string =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!.toFixed(2);

/**
 * One image from a cold start of the built command, and one more by the same process: medians of three runs, on a model
 * of the latent recipe's shape with random weights. The seconds of all processors say more where others compute, too.
 */
export async function imageBench(): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-image-"));
  try {
    await run(process.execPath, [join(root, "scripts/ensure-build.mjs")]);
    await writeFiles(join(folder, "model"), await recipeShapedModel());
    await usageOf(folder, 1); // reads every file once
    const runs: { readonly cold: Usage; readonly warm: Usage }[] = [];
    for (let i = 0; i < RUNS; i++) {
      const [cold, several] = [await usageOf(folder, 1), await usageOf(folder, 1 + MORE)];
      const each = (key: keyof Usage) => (several[key] - cold[key]) / MORE;
      runs.push({ cold, warm: { seconds: each("seconds"), cpuSeconds: each("cpuSeconds") } });
    }
    const figures = (which: "cold" | "warm") => ({
      seconds: median(runs.map((usages) => usages[which].seconds)),
      cpuSeconds: median(runs.map((usages) => usages[which].cpuSeconds)),
    });
    return { cold: figures("cold"), warm: figures("warm") };
  } finally {
    await rm(folder, { recursive: true });
  }
}
