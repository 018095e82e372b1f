import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { RawTensor } from "../../src/formats/safetensors/safetensors.ts";
import { openTextToImage } from "../../src/pipelines/generate.node.ts";
import { type CompatibilityRow, fixture, writeTensors, zeros } from "./row.ts";

const vectors = (count: number, width = 8) => zeros("F32", count, width);

/** The words that prompts may use, with the shapes of their vectors by encoder. */
const called =
  (tensors: Readonly<Record<string, RawTensor>>, model = "sd") =>
  async (folder: string) => {
    const file = await writeTensors(folder, "mycat.safetensors", tensors);
    const { embeddings, notes } = await openTextToImage(fixture(model), { embeddings: [{ file }] });
    const words = [...embeddings!].map(([word, all]) => [
      word,
      Object.fromEntries([...all].map(([key, { shape }]) => [key, shape])),
    ]);
    return { words: Object.fromEntries(words), notes: (notes ?? []).map((note) => note.replaceAll(`${folder}/`, "")) };
  };
const row = (
  what: string,
  from: string,
  run: CompatibilityRow["run"],
  expected: object,
  result = "read",
): CompatibilityRow => ({ what, from, result, run, expected });
const two = { words: { mycat: { text_encoder: [2, 8] } } };
const both = { words: { mycat: { text_encoder: [2, 8], text_encoder_2: [2, 8] } } };

/** Textual inversions. */
export const embeddings: readonly CompatibilityRow[] = [
  row(
    "`emb_params`",
    "A1111's web UI, kohya's sd-scripts",
    called({ emb_params: vectors(2) }),
    two,
    "read; the file's name is the word",
  ),
  row("one tensor named by its word", "diffusers", called({ "<cat>": zeros("F32", 8) }), {
    words: { "<cat>": { text_encoder: [1, 8] } },
  }),
  row(
    "one tensor named `*`",
    "scripts that keep the placeholder",
    called({ "*": vectors(2) }),
    two,
    "read; the file's name is the word",
  ),
  row(
    "`string_to_param.*`",
    "converted from the first script's pickle",
    called({ "string_to_param.*": vectors(2) }),
    two,
    "read; the file's name is the word",
  ),
  row(
    "`clip_l` and `clip_g`",
    "kohya's sd-scripts, OneTrainer, ComfyUI for SDXL",
    called({ clip_l: vectors(2), clip_g: vectors(2) }, "xl"),
    both,
  ),
  row(
    "`text_encoders_0` and `text_encoders_1`",
    "pivotal tuning in diffusers for SDXL",
    called({ text_encoders_0: vectors(2), text_encoders_1: vectors(2) }, "xl"),
    both,
  ),
  row(
    "two files for one word, each of one encoder",
    "the textual inversion script of diffusers for SDXL",
    async (folder) => {
      const files = await Promise.all(
        [
          [1, "clip_l"],
          [2, "clip_g"],
        ].map(([i, key]) => writeTensors(folder, `learned_embeds_${i}.safetensors`, { [key!]: vectors(2) })),
      );
      const { embeddings } = await openTextToImage(fixture("xl"), {
        embeddings: files.map((file) => ({ file, word: "mycat" })),
      });
      return [...embeddings!.get("mycat")!.keys()];
    },
    ["text_encoder", "text_encoder_2"],
  ),
  row(
    "vectors of T5 beside them",
    "trainers for SD 3 and Flux",
    called({ clip_l: vectors(2), t5xxl: vectors(2) }),
    { ...two, notes: [expect.stringContaining("not used: t5xxl")] },
    "read without them, which are named",
  ),
  row(
    "`clip_l` alone for SDXL",
    "trainers for SD 1.x",
    called({ clip_l: vectors(2) }, "xl"),
    { code: "embedding/encoder", message: expect.stringContaining("text_encoder_2") },
    "refused by name",
  ),
  row(
    "vectors of another width",
    "another family",
    called({ emb_params: vectors(2, 9) }),
    { code: "embedding/width", message: expect.stringContaining("of 9 numbers, the text_encoder takes 8") },
    "refused with both widths",
  ),
  row(
    "`.pt`, `.bin`",
    "A1111's web UI, the first script",
    async (folder) => {
      const file = join(folder, "mycat.pt");
      await writeFile(file, "PK\x03\x04 archive/data.pkl");
      return openTextToImage(fixture("sd"), { embeddings: [{ file }] });
    },
    { code: "checkpoint/pickle", hint: expect.stringContaining("convert it once") },
    "refused as a pickle",
  ),
];
