import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AquatintError } from "../../packages/aquatint/src/errors.ts";
import { toFloat32 } from "../../packages/aquatint/src/formats/half.ts";
import { readSafetensors, readText } from "../../packages/aquatint/src/formats/node.ts";
import { currentKeys } from "../../packages/aquatint/src/formats/renamed-keys.ts";
import type { RawTensor, RawTensors } from "../../packages/aquatint/src/formats/safetensors.ts";
import type { Tensor } from "../../packages/aquatint/src/graph/tensor.ts";
import type { HostTensor } from "../../packages/aquatint/src/graph/types.ts";
import { models } from "../../packages/aquatint/src/models/registry.ts";
import { type Child, expectKeys, parameters } from "../../packages/aquatint/src/nn/module.ts";
import { input } from "../../packages/aquatint/src/ops/leaves.ts";
import { executableOf } from "../../packages/aquatint/src/runtime/compile.ts";
import { nodeRuntime } from "../../packages/aquatint/src/runtime/node.ts";
import type { Runtime } from "../../packages/aquatint/src/runtime/types.ts";
import { entriesOf, judged, maxError, type Outcome, type ParityKind } from "./check.ts";

const TOLERANCE = 1e-4;

/** Folders of whole checkpoints with a `reference.safetensors`: inputs and outputs of each part alone. */
export const parts: ParityKind = {
  claims: (entries) => entries.filter((name) => !name.includes(".")),
  async *run(folder, entries) {
    await using runtime = await nodeRuntime();
    for (const name of entries) {
      const files = await readdir(join(folder, name)).catch((): string[] => []);
      if (!files.includes("reference.safetensors")) {
        yield { check: name, skipped: "no reference.safetensors says what its parts give" };
        continue;
      }
      const { tensors } = await readSafetensors(join(folder, name, "reference.safetensors"));
      const named = new Set(Array.from(tensors.keys(), (key) => key.slice(0, key.indexOf("/"))));
      for (const part of named)
        yield* comparePart(runtime, join(folder, name), `${name}/${part}`, group(tensors, part));
    }
  },
};

const group = (tensors: RawTensors, part: string): RawTensors =>
  new Map(
    Array.from(tensors).flatMap(([k, raw]) => (k.startsWith(`${part}/`) ? [[k.slice(part.length + 1), raw]] : [])),
  );

/** A part that is not supported is skipped with the words that refused it. */
async function* comparePart(runtime: Runtime, folder: string, check: string, reference: RawTensors) {
  const part = join(folder, check.slice(check.indexOf("/") + 1));
  const config: unknown = JSON.parse(await readText(join(part, "config.json")));
  try {
    const { model, outputs } = partOf(config, reference);
    yield* compare({ runtime, part, check, reference, model, outputs });
  } catch (error) {
    if (!(error instanceof AquatintError) || !error.code.startsWith("config/")) throw error;
    yield { check, skipped: error.message };
  }
}

interface Traced {
  readonly model: Child;
  readonly outputs: Readonly<Record<string, Tensor>>;
}
interface Comparison extends Traced {
  readonly runtime: Runtime;
  readonly part: string;
  readonly check: string;
  readonly reference: RawTensors;
}

async function* compare({ runtime, part, check, reference, model, outputs }: Comparison): AsyncGenerator<Outcome> {
  const names = parameters(model);
  const values = new Map(Array.from(await weightsOf(part), ([key, raw]) => [key, hostTensor(raw)]));
  expectKeys(part, names, values);
  const executable = executableOf({ outputs, parameters: { names, as: values } });
  await using program = await runtime.load(executable);
  const feeds = Object.fromEntries(
    Object.keys(executable.feeds).map((name) => [name, timeOf(name) ?? hostTensor(reference.get(name)!)]),
  );
  const results = await program.run(feeds);
  for (const [name, raw] of reference) {
    if (name in executable.feeds) continue;
    const found = results[name];
    if (!found) yield { check: `${check}/${name}`, skipped: "nothing computes it" };
    else yield judged(`${check}/${name}`, maxError(found.data, toFloat32(raw, { name })), TOLERANCE);
  }
}

/** All tensors of a part, whatever its file is called. */
async function weightsOf(part: string): Promise<RawTensors> {
  const files = (await entriesOf(part)).filter((file) => file.endsWith(".safetensors"));
  const read = await Promise.all(files.map(async (file) => [...(await readSafetensors(join(part, file))).tensors]));
  return currentKeys(new Map(read.flat()), { name: part });
}

function hostTensor(raw: RawTensor): HostTensor {
  const { dtype, shape, data } = raw;
  if (dtype !== "I64") return { dtype: "float32", shape, data: toFloat32(raw) };
  return { dtype: "int32", shape, data: Int32Array.from(new BigInt64Array(data.slice().buffer), Number) };
}

/** The names of the U-Net's outputs say at which time: "out_t981". */
const timeOf = (feed: string): HostTensor | undefined =>
  /^t\d+$/.test(feed) ? { dtype: "float32", shape: [1], data: Float32Array.of(Number(feed.slice(1))) } : undefined;

/** A part traced over the reference's inputs. */
function partOf(config: unknown, reference: RawTensors): Traced {
  const feed = (name: string) => {
    const { dtype, shape } = reference.get(name)!;
    return input({ name, dtype: dtype === "I64" ? "int32" : "float32", shape });
  };
  if (reference.has("z")) return autoencoder(config, feed);
  return reference.has("ids") ? textEncoder(config, feed) : unet(config, feed, [...reference.keys()]);
}

type Feed = (name: string) => Tensor;

function autoencoder(config: unknown, feed: Feed): Traced {
  const model = models.AutoencoderKL.create(models.AutoencoderKL.parseConfig(config));
  const { mean, logVariance } = model.encode(feed("image"));
  return { model, outputs: { mean, logvar: logVariance, decoded: model.decode(feed("z")) } };
}

function textEncoder(config: unknown, feed: Feed): Traced {
  const [architecture] = (config as { readonly architectures: readonly string[] }).architectures;
  if (architecture === "CLIPTextModelWithProjection") {
    const { parseConfig, create } = models.CLIPTextModelWithProjection;
    const model = create(parseConfig(config));
    const { lastHiddenState, hiddenStates, textEmbeds } = model(feed("ids"));
    const outputs = { last_hidden_state: lastHiddenState, penultimate: hiddenStates.at(-2)!, pooled: textEmbeds };
    return { model, outputs };
  }
  const model = models.CLIPTextModel.create(models.CLIPTextModel.parseConfig(config));
  const { lastHiddenState, hiddenStates, pooled } = model(feed("ids"));
  return { model, outputs: { last_hidden_state: lastHiddenState, penultimate: hiddenStates.at(-2)!, pooled } };
}

function unet(config: unknown, feed: Feed, names: readonly string[]): Traced {
  const model = models.UNet2DConditionModel.create(models.UNet2DConditionModel.parseConfig(config));
  const [sample, context] = [feed("sample"), feed("context")];
  const at = (time: string) => model(sample, input({ name: time, dtype: "float32", shape: [1] }), context);
  const times = names.filter((name) => name.startsWith("out_t"));
  return { model, outputs: Object.fromEntries(times.map((name) => [name, at(name.slice("out_".length))])) };
}
