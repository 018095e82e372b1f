import {
  messageOf,
  openModel,
  planTextToImage,
  textToImage,
  textToImageModel,
  textToImageNetwork,
  urlFiles,
} from "aquatint";
import { pngBlob, webRuntime } from "aquatint/web";

const find = <Name extends keyof HTMLElementTagNameMap>(name: Name) => document.querySelector(name)!;
const say = (text: string, { busy = false } = {}) => {
  find("output").value = text;
  find("button").disabled = busy;
};

const loaded = Promise.all([openModel(urlFiles("model")).then((model) => textToImageModel(model)), webRuntime()]).then(
  async ([model, runtime]) => ({
    model,
    network: textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) }),
  }),
);
loaded.then(() => say("Ready")).catch((error: unknown) => say(messageOf(error), { busy: true }));

async function draw(prompt: string, seed: number): Promise<string> {
  const [{ model, network }, start] = [await loaded, performance.now()];
  for await (const event of textToImage(network, await planTextToImage(model, { prompt, seed }))) {
    if (event.type === "evaluation") find("progress").value = (event.i + 1) / event.n;
    if (event.type === "image") find("img").src = URL.createObjectURL(await pngBlob(event.image));
  }
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

find("form").onsubmit = async (event) => {
  event.preventDefault();
  const { prompt, seed } = Object.fromEntries(new FormData(find("form")));
  say("Drawing…", { busy: true });
  say(await draw(String(prompt), Number(seed)).catch(messageOf));
};
