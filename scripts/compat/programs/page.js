// Draws one image in a tab with the model at /model/ and puts what it is on `window.drawn`.
import { openModel, planTextToImage, textToImage, textToImageModel, textToImageNetwork, urlFiles } from "aquatint";
import { webRuntime } from "aquatint/web";

async function draw() {
  const model = await textToImageModel(await openModel(urlFiles("/model")));
  const runtime = await webRuntime(globalThis.runtimeOptions);
  const network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
  for await (const event of textToImage(
    network,
    planTextToImage(model, { prompt: "a red circle", seed: 1, steps: 2 }),
  )) {
    if (event.type === "image") return facts(event.image);
  }
}

function facts({ width, height, data }) {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const deviation = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
  return { width, height, deviation };
}

draw().then(
  (drawn) => Object.assign(window, { drawn }),
  (error) => Object.assign(window, { drawn: { error: `${error.code}: ${error.message} (${error.hint})` } }),
);
