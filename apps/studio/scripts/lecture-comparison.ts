// Packs the models of the lecture's page on diffusion, VAE and GAN, with what `aquatint compare` measured of them.
// lecture-comparison.ts CONFIG MEASURED MACHINE: the comparison's configuration, its compare.json, and where that was measured
import { cp, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Measured } from "@aquatint/lab/compare";
import { openComparison } from "../../../packages/lab/src/compare/open.node.ts";
import { families, familyNames, type Measurement } from "../src/lecture/pages/comparison/families.ts";

const [config, file, machine] = process.argv.slice(2);
if (!config || !file || !machine) throw new Error("lecture-comparison.ts CONFIG MEASURED MACHINE");
const target = fileURLToPath(new URL("../../../packages/model-emoji/compare/", import.meta.url));
const { models } = await openComparison(config);

for (const name of familyNames) {
  const run = models.find(({ config: { task } }) => task === families[name].task);
  if (!run) throw new Error(`${config} has no model of the task ${families[name].task}`);
  await rm(join(target, name), { recursive: true, force: true });
  await mkdir(join(target, name), { recursive: true });
  await cp(run.model, join(target, name), { recursive: true, filter: (path) => !path.endsWith(".png") });
}
const measured = JSON.parse(await readFile(file, "utf8")) as Measured;
const measurement: Measurement = {
  command: `aquatint compare ${basename(config)}`,
  date: (await stat(file)).mtime.toISOString().slice(0, 10),
  machine,
  measured,
};
await writeFile(join(target, "measured.json"), `${JSON.stringify(measurement, undefined, 1)}\n`);
