import { modelKinds, spherical } from "@aquatint/lab/compare";
import { torchCpu } from "aquatint/math";
import { diskFiles, nodeRuntime } from "aquatint/node";

const folder = new URL("../../packages/model-emoji/compare/", import.meta.url).pathname;

// #region
await using runtime = await nodeRuntime();
const walks = [{ sampler: "ddim", steps: 4 }]; // of the diffusion model; the others have one way
const captions = ["a pizza, teal background"];
for (const [name, task] of Object.entries({ vae: "vae", gan: "gan", diffusion: "denoising" })) {
  await using model = await modelKinds[task]!.open({ files: await diskFiles(folder + name), runtime, chunk: 1, walks });
  const random = torchCpu(0);
  const [from, to] = [random.randn(model.latentSize), random.randn(model.latentSize)];
  const [way] = model.walks;
  const image = await way!.draw({ z: spherical(from, to, 0.5), captions }); // [3, 32, 32]
  console.log(name, model.latentSize, way!.evaluations, image.length);
}
// #endregion
