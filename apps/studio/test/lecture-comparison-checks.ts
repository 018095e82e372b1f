import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { modelKinds, type OpenedModel, pointsOf, spherical, trilemma } from "@aquatint/lab/compare";
import { torchCpu } from "aquatint/math";
import { diskFiles, nodeRuntime } from "aquatint/node";
import { captions, families, familyNames, type Measurement } from "../src/lecture/pages/comparison/families.ts";
import type { NumberCheck } from "./lecture-checks.ts";

const folder = fileURLToPath(new URL("../../../packages/model-emoji/compare/", import.meta.url));

const STEPS = 3;

/** What every model of the page does, in Node. */
async function ofEach(
  numbers: (model: OpenedModel) => Promise<Float32Array>,
): Promise<Readonly<Record<string, number>>> {
  await using runtime = await nodeRuntime();
  const all: Record<string, number> = {};
  for (const name of familyNames) {
    const { title, task } = families[name];
    const walks = [{ sampler: "ddim", steps: STEPS }];
    await using model = await modelKinds[task]!.open({
      files: await diskFiles(folder + name),
      runtime,
      chunk: 1,
      walks,
    });
    const values = await numbers(model);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    Object.assign(all, { [`${title} mean`]: mean, [`${title} deviation`]: deviation });
  }
  return all;
}

const samples = () =>
  ofEach((model) => {
    const z = torchCpu(4).randn(captions.length * model.latentSize);
    return model.walks[0]!.draw({ z, captions });
  });

const between = () =>
  ofEach((model) => {
    const [from, to] = [5, 6].map((seed) => torchCpu(seed).randn(model.latentSize));
    return model.walks[0]!.draw({ z: spherical(from!, to!, 0.25), captions: ["a pizza, teal background"] });
  });

async function scores(): Promise<Readonly<Record<string, number>>> {
  const { measured } = JSON.parse(await readFile(`${folder}measured.json`, "utf8")) as Measurement;
  const placed = trilemma(pointsOf(measured), measured.floor.distance);
  return Object.fromEntries(
    placed.flatMap(({ point, scores: { quality, coverage } }) => [
      [`${point.name} quality`, quality],
      [`${point.name} coverage`, coverage],
      [`${point.name} ms there`, 1000 * point.seconds],
    ]),
  );
}

/** Checks of the page on diffusion, VAE and GAN. */
export const comparisonChecks: readonly NumberCheck[] = [
  {
    address: `comparison?samples.steps=${STEPS}&samples.seed=4`,
    figure: "samples",
    expected: samples,
    tolerance: 1e-3,
  },
  {
    address: `comparison?walk.caption=a%20pizza,%20teal%20background&walk.share=0.25&walk.steps=${STEPS}&walk.seed=5`,
    figure: "walk",
    expected: between,
    tolerance: 1e-3,
  },
  { address: "comparison", figure: "trilemma", expected: scores, tolerance: 1e-12 },
];
