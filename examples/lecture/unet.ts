import { unetObserver } from "@aquatint/lab/inspect";
import { denoisedOnce, pixelDenoiser } from "@aquatint/lab/theory";
import { defaultModelFolder, nodeRuntime, openTextToImage } from "aquatint/node";

const model = await openTextToImage(await defaultModelFolder({ among: ["pixel"] }));
const runtime = await nodeRuntime();
const x0 = Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => Math.sign((i % 32) - 12)); // a wall

// #region
const lines: string[] = [];
const observer = unetObserver({ activations: true, attention: true }, ({ activations, attention }) => {
  for (const { part, values } of activations) {
    lines.push(`${part.path}: ${part.channels} × ${part.height} × ${part.width}, ${values.length} numbers`);
  }
  for (const { path, weights } of attention) lines.push(`${path}: ${weights.length} weights`); // softmax(q kᵀ / √d)
});
await using network = await pixelDenoiser({ name: "pixel", model, runtime, observer });
const denoise = await network.conditioned(["a red apple"]);
const { schedule } = network.settings;
const { x, x0: estimate, psnr } = await denoisedOnce(denoise, { x0, sigma: 0.75, seed: 0, schedule });
// #endregion

console.log(lines.filter((text) => /^conv|^mid.*attn2/.test(text)).join("\n"));
console.log(x.length, estimate.length, Object.keys(psnr).join(" "));
