import { resolve } from "node:path";
import type { Command } from "commander";
import { readText } from "../../formats/files.node.ts";
import type { QuantizedLayerReport } from "../../pipelines/quantize/quantize.node.ts";
import type { Io } from "../io.ts";
import { decimal, size, whole } from "../options/names.ts";
import { checkedFile } from "../options/outputs.ts";
import { type TextColumn, textTable } from "../terminal/columns.ts";
import { createProgress, type Progress } from "../terminal/progress.ts";

interface Flags {
  readonly out: string;
  readonly prompts?: string;
  readonly steps?: number;
  readonly seed: number;
  readonly size?: { readonly width: number; readonly height: number };
  readonly minimum: number;
  readonly variant?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Adds `aquatint quantize` to the program. */
export const addQuantize = (program: Command, io: Io): Command =>
  program
    .command("quantize")
    .summary("write a model's weights in 8 bits, for fast images on a CPU")
    .description(
      "Writes the weights of a model's U-Net and decoder in 8 bits. Makes an image from each prompt to find the range of numbers in each layer, which takes minutes for a large model. Then: aquatint generate PROMPT --model MODEL --variant FILE",
    )
    .argument("<model>", "folder or .safetensors file of a model")
    .requiredOption("--out <file>", ".safetensors file to write; overwritten if it exists")
    .option(
      "--prompts <file>",
      "text file with a prompt in each line; best are prompts like those that you will use (default: 8 prompts)",
    )
    .option("--steps <n>", "steps of each image (default: 20)", whole("--steps", { min: 1, max: 1000, example: 10 }))
    .option("--seed <n>", "seed of the first image", whole("--seed", { min: 0, max: 2 ** 31, example: 1 }), 0)
    .option("--size <WxH>", "image size in pixels (default: what the model was trained at)", size)
    .option(
      "--minimum <dB>",
      "layers whose signal-to-noise ratio in 8 bits is lower stay float32",
      decimal("--minimum", { min: 0, max: 200, example: "25" }),
      33,
    )
    .option("--variant <name>", "variant of the weights to read, if the folder holds several, such as fp16 or non_ema")
    .option("--json", "print one JSON object on stdout")
    .option("--quiet", "show no progress")
    .action((model: string, flags: Flags) => run(resolve(io.cwd, model), flags, io));

async function run(model: string, flags: Flags, io: Io): Promise<void> {
  const { variant, steps, seed, minimum, json, quiet = false } = flags;
  const out = await checkedFile({ path: flags.out, flag: "--out", extension: ".safetensors" }, io.cwd);
  const { calibrationPrompts, quantize } = await import("../../pipelines/quantize/quantize.node.ts");
  const prompts = flags.prompts === undefined ? calibrationPrompts : await promptsIn(resolve(io.cwd, flags.prompts));
  let progress: Progress | undefined;
  const onProgress = (done: number, total: number) => {
    progress ??= createProgress({ stream: io.stderr, total, unit: "steps", quiet });
    progress.update(done);
  };
  try {
    const { layers } = await quantize({
      ...{ model, variant, prompts, steps, seed, minimum, ...flags.size, signal: io.signal },
      ...{ out, onProgress },
    });
    progress?.hide();
    io.stdout.write(json ? `${JSON.stringify({ out: flags.out, layers })}\n` : report(flags.out, layers));
  } finally {
    progress?.hide();
  }
}

async function promptsIn(path: string): Promise<readonly string[]> {
  const lines = (await readText(path)).split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

/** Layers that are listed, those with the most noise. */
const LISTED = 12;
const columns: readonly TextColumn<QuantizedLayerReport>[] = [
  { title: "layer", cell: ({ name }) => name.replace(/\.weight$/, "") },
  { title: "dB", number: true, cell: ({ decibels }) => decibels.toFixed(1) },
  { title: "", cell: ({ quantized }) => (quantized ? "8 bits" : "float32") },
];

function report(out: string, layers: readonly QuantizedLayerReport[]): string {
  const worst = layers.toSorted((a, b) => a.decibels - b.decibels).slice(0, LISTED);
  const count = layers.filter(({ quantized }) => quantized).length;
  const lines = [
    `The ${worst.length} layers with the most noise, in dB of signal to noise:`,
    ...textTable(columns, worst),
  ];
  return `${[...lines, `${out}: ${count} of ${layers.length} layers in 8 bits`].join("\n")}\n`;
}
