import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "aquatint/cli";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedIo } from "../../../aquatint/test/captured-io.ts";
import type { Measured } from "../compare/measured.ts";
import { openComparison, untrainedRuns } from "../compare/open.node.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-compare-"));
});
afterAll(() => rm(cwd, { recursive: true }));

const text = { hidden_size: 16, intermediate_size: 32, num_hidden_layers: 1, num_attention_heads: 2 };
const tokenizer = { merges: 20, context: 8 };
const decoder = { block_out_channels: [4, 8], latent_size: 4, norm_num_groups: 4 };
const unet = {
  ...{ block_out_channels: [4, 8], layers_per_block: 1, norm_num_groups: 4, attention_head_dim: 2 },
  ...{ cross_attention_dim: 16, down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D"] },
  up_block_types: ["CrossAttnUpBlock2D", "UpBlock2D"],
};
const scheduler = { _class_name: "DDPMScheduler", beta_schedule: "cosine", prediction_type: "v_prediction" };
const tasks = {
  judge: {
    task: "classification",
    model: { classifier: { block_out_channels: [4, 8, 8], norm_num_groups: 4 } },
    evaluation: { images: 8 },
  },
  vae: { task: "vae", model: { vae: decoder, text_encoder: text, tokenizer }, evaluation: { images: 8 } },
  gan: {
    task: "gan",
    model: {
      generator: decoder,
      critic: { block_out_channels: [4, 8], feature_size: 8 },
      text_encoder: text,
      tokenizer,
    },
  },
  denoising: {
    task: "denoising",
    model: { unet, text_encoder: text, scheduler, tokenizer },
    evaluation: { images: 8 },
  },
};

/** Writes a comparison of toys and the configurations that it names; returns its path. */
async function writeComparison(folder: string, change: object = {}): Promise<string> {
  await mkdir(join(cwd, folder));
  for (const [name, task] of Object.entries(tasks)) {
    const training = { steps: 2, batch_size: 4, warmup_steps: 1 };
    const dataset = { name: "digits", digits: [1, 7] };
    const config = { output: join(cwd, folder, "runs", name), dataset, training, ...task };
    await writeFile(join(cwd, folder, `${name}.json`), JSON.stringify(config));
  }
  const comparison = {
    title: "ones and sevens",
    judge: "judge.json",
    models: [
      { name: "VAE", config: "vae.json" },
      { name: "GAN", config: "gan.json" },
      { name: "Diffusion", config: "denoising.json", walks: [{ steps: 1 }, { sampler: "ddim", steps: 3 }] },
    ],
    measure: { images: 32, bounds: 3, evaluations: 3, importance: 2, timed: 1, neighbors: 20 },
    ...change,
  };
  const path = join(cwd, folder, "compare.json");
  await writeFile(path, JSON.stringify(comparison));
  return path;
}

test("trains what is missing, measures everything and writes a page that needs nothing else", async () => {
  const config = await writeComparison("whole");
  const { io, out, err } = capturedIo({ cwd });
  expect(await main(["compare", config, "--out", "report", "--threads", "1"], io), err()).toBe(0);
  expect(out()).toBe("report/index.html\n");
  const page = await readFile(join(cwd, "report/index.html"), "utf8");
  expect(page).not.toMatch(/(src|href)="(?!#|data:)/);
  const words = page.replace(/data:[^"]*/g, ""); // base64 may spell anything
  expect(words).not.toMatch(/NaN|undefined|Infinity/);
  const measured: Measured = JSON.parse(await readFile(join(cwd, "report/compare.json"), "utf8"));
  expect(measured.models.map(({ points }) => points.map(({ evaluations }) => evaluations))).toEqual([[1], [1], [1, 3]]);
  expect(measured.models.map(({ bound }) => bound !== null)).toEqual([true, false, true]);
  const [vae] = measured.models;
  const { total, reconstruction, priorMatching } = vae!.bound!.elbo;
  expect(total).toBeCloseTo(reconstruction + priorMatching, 9);
  expect(measured.models[1]!.parameters).toBeLessThan(measured.models[1]!.training.parameters!);
  for (const { training } of measured.models) expect(training.steps).toBe(2);

  expect(await untrainedRuns(await openComparison(config))).toEqual([]);
}, 600_000);

test("what does not fit together is refused before anything is trained", async () => {
  const refused = async (folder: string, change: object, message: RegExp) => {
    const { io, err } = capturedIo({ cwd });
    expect(await main(["compare", await writeComparison(folder, change), "--out", "report"], io)).toBe(1);
    expect(err()).toMatch(message);
  };
  await refused("judge", { judge: "vae.json" }, /of the task "vae", expected classification/);
  await refused("missing", { judge: "nothing.json" }, /nothing\.json/);
  const models = [
    { name: "a", config: "vae.json" },
    { name: "b", config: "other.json" },
  ];
  const path = await writeComparison("data", { models });
  const training = { steps: 2, batch_size: 4 };
  const other = { output: join(cwd, "other"), dataset: { name: "digits", digits: [3] }, training, ...tasks.gan };
  await writeFile(join(cwd, "data/other.json"), JSON.stringify(other));
  const { io, err } = capturedIo({ cwd });
  expect(await main(["compare", path, "--out", "report"], io)).toBe(1);
  expect(err()).toMatch(/of different data/);
});
