/**
 * `npm run model-card -- MODEL OUT.png`: pictures of fixed captions and seeds, uncurated. Draws the first 32 as a grid
 * and prints how often the border has the colour that was asked for.
 */
import { colours } from "../packages/aquatint/src/data/emoji/colours.ts";
import { emojiNames } from "../packages/aquatint/src/data/emoji/names.ts";
import { grid, type Picture } from "../packages/aquatint/src/formats/image.ts";
import { writeFileAtomic } from "../packages/aquatint/src/formats/node.ts";
import { encodePng } from "../packages/aquatint/src/formats/png.ts";
import { openModel } from "../packages/aquatint/src/pipelines/model-folder.ts";
import { modelParameters } from "../packages/aquatint/src/pipelines/modules.ts";
import { textToImageNetwork } from "../packages/aquatint/src/pipelines/network.ts";
import { folderSource } from "../packages/aquatint/src/pipelines/node.ts";
import { planTextToImage, textToImage } from "../packages/aquatint/src/pipelines/text-to-image.ts";
import { nodeRuntime } from "../packages/aquatint/src/runtime/node.ts";
import { readTrainConfig } from "../packages/aquatint/src/train/node.ts";

const RECIPE = "recipes/emoji/pixel-3d.json";
/** Ten pictures of each colour. */
const PER_COLOUR = 10;
const SHOWN = 32;
const FIRST_SEED = 1000;

interface Asked {
  readonly prompt: string;
  readonly colour: string;
}

/** Captions that go through names and colours at different paces, so that every colour meets many names. */
function captions(names: readonly string[]): Asked[] {
  const phrase = (name: string) => emojiNames.find((entry) => entry.name === name)!.phrase;
  return Array.from({ length: PER_COLOUR * colours.length }, (_, i) => {
    const colour = colours[(i + Math.floor(i / names.length)) % colours.length]!.name;
    return { colour, prompt: `${phrase(names[i % names.length]!)}, ${colour} background` };
  });
}

/** The named colour that is nearest to the median of the outermost ring of pixels. */
function borderColour({ width, height, data, channels }: Picture): string {
  const ring = Array.from({ length: width * height }, (_, i) => i).filter((i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  });
  const median = [0, 1, 2].map((c) => {
    const values = ring.map((i) => data[i * channels + c]!).sort((a, b) => a - b);
    return values[values.length >> 1]!;
  });
  const distance = (rgb: readonly number[]) => Math.hypot(...rgb.map((v, c) => v - median[c]!));
  return colours.reduce((best, colour) => (distance(colour.rgb) < distance(best.rgb) ? colour : best)).name;
}

const [folder, out] = process.argv.slice(2);
if (!folder || !out) {
  console.error("usage: npm run model-card -- MODEL OUT.png");
  process.exit(2);
}
const { dataset } = await readTrainConfig(RECIPE);
const model = await openModel(folderSource(folder));
const { modules, tokenizer } = model;
await using runtime = await nodeRuntime();
const parameters = { names: modelParameters(modules), as: await model.weights() };
await using network = textToImageNetwork({ runtime, modules, tokenizer, parameters });
const pictures: Picture[] = [];
const wrong: string[] = [];
const asked = captions(("names" in dataset && dataset.names) || emojiNames.map(({ name }) => name));
for (const [i, { prompt, colour }] of asked.entries()) {
  const plan = planTextToImage(model, { prompt, seed: FIRST_SEED + i });
  for await (const event of textToImage(network, plan)) {
    if (event.type !== "image") continue;
    pictures.push(event.picture);
    const found = borderColour(event.picture);
    if (found !== colour) wrong.push(`${prompt}: ${found}`);
  }
}
await writeFileAtomic(out, encodePng(grid(pictures.slice(0, SHOWN), { columns: 8, scale: 3, gap: 3 })));
const backgroundAccuracy = 1 - wrong.length / pictures.length;
console.log(
  JSON.stringify(
    { pictures: pictures.length, backgroundAccuracy, wrong, shown: asked.slice(0, SHOWN).map(({ prompt }) => prompt) },
    null,
    1,
  ),
);
