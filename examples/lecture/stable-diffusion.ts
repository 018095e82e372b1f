import { type Image, planTextToImage, textToImage } from "aquatint";
import { defaultModelFolder, nodeRuntime, openTextToImage } from "aquatint/node";
import { plainCaptions, textToImageNetwork } from "aquatint/pipelines";

await using runtime = await nodeRuntime();

// #region
const model = await openTextToImage(await defaultModelFolder()); // or a folder, a checkpoint, a name on the hub
await using network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
const prompt = "an astronaut riding a horse";

const ids = model.tokenizers[0]!.encode(prompt);
const { context } = await network.encode(plainCaptions(model.tokenizers, [prompt])); // [1, tokens, width]

const plan = await planTextToImage(model, { prompt, steps: 4, seed: 7 });
const latents: Float32Array[] = [];
let image: Image | undefined;
for await (const event of textToImage(network, plan)) {
  if (event.type === "evaluation")
    latents.push(event.latent); // 8 channels
  else image = event.image; // by the decoder
}
// #endregion

console.log(ids.join(" "));
console.log(context.shape.join(" × "), latents.length, latents[0]!.length, image!.width);
