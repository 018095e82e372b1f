import { encodePng, messageOf, openModel, planTextToImage, textToImage, textToImageNetwork, urlSource } from "aquatint";
import { webRuntime } from "aquatint/web";

const find = <Name extends keyof HTMLElementTagNameMap>(name: Name) => document.querySelector(name)!;

const say = (text: string, { busy = false } = {}) => {
  find("output").value = text;
  find("button").disabled = busy;
};

async function load() {
  const [model, runtime] = await Promise.all([openModel(urlSource("model")), webRuntime()]);
  return { model, network: textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) }) };
}
const loaded = load();
loaded.then(
  () => say("Ready"),
  (error: unknown) => say(messageOf(error), { busy: true }),
);

async function draw(prompt: string, seed: number): Promise<string> {
  const { model, network } = await loaded;
  const start = performance.now();
  for await (const event of textToImage(network, planTextToImage(model, { prompt, seed }))) {
    find("progress").value = event.type === "evaluation" ? (event.i + 1) / event.n : 1;
    if (event.type === "image") {
      const bitmap = await createImageBitmap(new Blob([encodePng(event.picture)]));
      const canvas = Object.assign(find("canvas"), { width: bitmap.width, height: bitmap.height });
      canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
    }
  }
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

find("form").onsubmit = async (event) => {
  event.preventDefault();
  const { prompt, seed } = Object.fromEntries(new FormData(find("form")));
  say("Drawing…", { busy: true });
  say(await draw(String(prompt), Number(seed)).catch(messageOf));
};
