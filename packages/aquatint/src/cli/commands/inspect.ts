import { resolve } from "node:path";
import type { Command } from "commander";
import { fileModel } from "../../checkpoints/file-model.ts";
import { diskFiles } from "../../checkpoints/files.node.ts";
import { identify } from "../../checkpoints/identify.ts";
import { type Inspection as Contents, inspectCheckpoint, inspectFile } from "../../checkpoints/inspect.ts";
import { openModel } from "../../checkpoints/open.node.ts";
import { readHeader } from "../../checkpoints/read.ts";
import type { Model } from "../../checkpoints/types.ts";
import { families } from "../../models/families.ts";
import type { Io } from "../io.ts";
import { variantIn } from "../options/checkpoint.ts";
import { integer, size } from "../options/parsers.ts";
import { singleLine as plain } from "../terminal/escape.ts";

interface Flags {
  readonly json?: boolean;
  readonly variant?: string | undefined;
  readonly size?: { readonly width: number; readonly height: number };
  readonly batch: number;
}

/** Adds `aquatint inspect` to the program. */
export const addInspect = (program: Command, io: Io): Command =>
  program
    .command("inspect")
    .summary("describe a file or folder of weights")
    .description(
      "Describes a checkpoint, LoRA or embedding from its headers: kind, family, networks, parameters, element types, metadata, and an estimate of the memory that images take.",
    )
    .argument("<path>", "a .safetensors file, or the folder of a model")
    .option("--json", "print one JSON object on stdout")
    .option(
      "--variant <name>",
      "variant of the weights if a folder holds several, such as fp16 or non_ema, or a .safetensors file of `aquatint quantize`",
    )
    .option("--size <WxH>", "image size for the memory estimate, in pixels (default: the model's own)", size)
    .option("--batch <n>", "batch size for the memory estimate", integer("--batch", { min: 1, max: 64, example: 1 }), 1)
    .action(async (path: string, flags: Flags) => {
      const variant = variantIn(io.cwd, flags.variant);
      const inspection = await inspect(resolve(io.cwd, path), { ...flags, variant });
      io.stdout.write(flags.json ? `${JSON.stringify(inspection)}\n` : described({ ...inspection, path }));
    });

/** Bytes that images take, by the form of the weights. */
interface MemoryEstimate {
  readonly width: number;
  readonly height: number;
  readonly batch: number;
  readonly packed: number;
  readonly mapped: number;
}

/** Contents of a file or folder, and the memory of its images where it makes any. */
interface Inspection extends Contents {
  readonly memory?: MemoryEstimate;
}

async function inspect(path: string, flags: Flags): Promise<Inspection> {
  const { variant } = flags;
  const files = await diskFiles(path);
  if (files.file === undefined || variant?.endsWith(".safetensors")) {
    return inspectModel(await openModel(files, { variant }), flags);
  }
  const file = await readHeader(files, files.file);
  const { kind } = identify(file.header);
  if (kind !== "single-file" && kind !== "component") return inspectFile(file, { name: path });
  return inspectModel(await fileModel(files, { file, variant }), flags);
}

async function inspectModel(model: Model, flags: Flags): Promise<Inspection> {
  const contents = inspectCheckpoint(model);
  return contents.kind === "model" ? { ...contents, memory: await memoryOf(model, flags) } : contents;
}

/** Plans images of a model without loading it. @throws AquatintError where it makes none. */
async function memoryOf(checkpoint: Model, { size, batch }: Flags): Promise<MemoryEstimate> {
  const { adaptedModel } = await import("../../pipelines/adapters/adapted-model.node.ts");
  const { estimateRun } = await import("../../pipelines/memory/plan.node.ts");
  const { rehearsedImages } = await import("../../pipelines/memory/rehearsal.ts");
  const { planTextToImage } = await import("../../pipelines/text-to-image/plan.ts");
  const model = await adaptedModel(checkpoint, {});
  const resized = (other: object) => planTextToImage(model, { prompt: "", ...other });
  const plan = await resized({ ...size });
  const seeds = Array.from({ length: batch }, (_, i) => i);
  const { width, height } = plan;
  return { width, height, batch, ...(await estimateRun(rehearsedImages({ model, plan, seeds, resized }))) };
}

const kinds: Readonly<Record<Inspection["kind"], string>> = {
  model: "a whole model",
  network: "one network",
  lora: "a LoRA",
  embedding: "a textual-inversion embedding",
  unknown: "tensors of an unknown kind",
};
const layouts: Readonly<Record<Inspection["layout"], string>> = {
  folder: "folder in the published layout",
  "single-file": "original single file",
  component: "weights of one network",
  file: "single file",
};

const count = (n: number): string => {
  const units = [
    [1e9, "billion"],
    [1e6, "million"],
  ] as const;
  const [unit, word] = units.find(([least]) => n >= least) ?? [1, ""];
  return `${unit === 1 ? n : (n / unit).toPrecision(3)} ${word}`.trimEnd();
};
const bytes = (n: number): string => {
  const units = [
    [1e9, "GB"],
    [1e6, "MB"],
    [1e3, "kB"],
  ] as const;
  const [unit, word] = units.find(([least]) => n >= least) ?? [1, "bytes"];
  return `${unit === 1 ? n : (n / unit).toPrecision(3)} ${word}`;
};
const types = (dtypes: Readonly<Record<string, number>>): string =>
  Object.entries(dtypes)
    .map(([dtype, tensors]) => `${tensors} ${dtype}`)
    .join(", ");

const LONGEST_VALUE = 100;
const MAX_LISTED = 3;

function* rows(inspection: Inspection): Generator<readonly [label: string, text: string]> {
  const { kind, layout, family, prediction, parameters, dtypes, memory, unused, metadata } = inspection;
  yield ["kind", `${inspection.other ?? kinds[kind]} (${layouts[layout]})`];
  if (family) yield ["family", families[family].title];
  if (prediction) yield ["predicts", prediction];
  for (const part of inspection.components) {
    yield [
      part.name,
      `${part.className}, ${count(part.parameters)} parameters, ${bytes(part.bytes)}, ${types(part.dtypes)}`,
    ];
  }
  yield* extraRows(inspection);
  yield ["in all", `${count(parameters)} parameters, ${bytes(inspection.bytes)}, tensors: ${types(dtypes)}`];
  if (memory) {
    const of = `${memory.width}x${memory.height}${memory.batch > 1 ? `, ${memory.batch} at a time` : ""}`;
    yield [
      "memory",
      `about ${bytes(memory.packed)} for ${of}; with mapped weights, one network at a time, ${bytes(memory.mapped)}`,
    ];
  }
  for (const [key, value] of Object.entries(metadata)) {
    yield [
      `# ${key.slice(0, 40)}`,
      value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}… (${value.length} characters)` : value,
    ];
  }
  for (const note of inspection.notes ?? []) yield ["note", note];
  if (unused.length > 0)
    yield [
      "not used",
      `${unused.length} tensors: ${unused.slice(0, MAX_LISTED).join(", ")}${unused.length > MAX_LISTED ? ", …" : ""}`,
    ];
}

function* extraRows({ lora, embedding }: Inspection): Generator<readonly [label: string, text: string]> {
  if (lora) {
    yield ["method", lora.methods.join(", ")];
    if (lora.ranks.length > 0) yield ["rank", lora.ranks.join(", ")];
    yield [
      "adapts",
      Object.entries(lora.layers)
        .map(([component, layers]) => `${layers} layers of the ${component}`)
        .join(", "),
    ];
    yield ["layers", lora.targets.join(", ")];
    if (lora.words.length > 0) yield ["words", lora.words.join(", ")];
  }
  if (embedding)
    yield [
      "vectors",
      `${embedding.vectors} of width ${embedding.width}${embedding.token ? ` for ${embedding.token}` : ""}`,
    ];
}

function described(inspection: Inspection): string {
  const all = [...rows(inspection)];
  const width = Math.max(...all.map(([label]) => label.length));
  const lines = all.map(([label, text]) => `${plain(label).padEnd(width)}  ${plain(text)}`.trimEnd());
  return `${[inspection.path, ...lines].join("\n")}\n`;
}
