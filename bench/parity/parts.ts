import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { compile } from "../../packages/aquatint/src/compiler/compile.ts";
import { AquatintError } from "../../packages/aquatint/src/errors.ts";
import { readSafetensors, readText } from "../../packages/aquatint/src/formats/files.node.ts";
import { toFloat32 } from "../../packages/aquatint/src/formats/safetensors/half.ts";
import { currentKeys } from "../../packages/aquatint/src/formats/safetensors/renamed-keys.ts";
import type { RawTensor, RawTensors } from "../../packages/aquatint/src/formats/safetensors/safetensors.ts";
import type { HostTensor } from "../../packages/aquatint/src/graph/types.ts";
import { expectKeys, parameters } from "../../packages/aquatint/src/nn/module.ts";
import { nodeRuntime } from "../../packages/aquatint/src/runtime/runtime.node.ts";
import type { Runtime } from "../../packages/aquatint/src/runtime/types.ts";
import { entriesOf, guarded, judged, maxError, type Outcome, type ParityKind } from "./check.ts";
import { type Traced, timeOf, trace } from "./traces.ts";

const TOLERANCE = 1e-4;
const REFERENCE = "reference.safetensors";

/** Folders of checkpoints, or of one part alone, with a `reference.safetensors`: inputs and outputs of each part alone. */
export const parts: ParityKind = {
  claims: (entries) => entries.filter((name) => !name.includes(".")),
  async *run(folder, entries) {
    await using runtime = await nodeRuntime();
    for (const name of entries) {
      const files = await readdir(join(folder, name)).catch((): string[] => []);
      if (!files.includes(REFERENCE)) {
        yield { check: name, skipped: "no reference.safetensors says what its parts give" };
        continue;
      }
      const { tensors } = await readSafetensors(join(folder, name, REFERENCE));
      const partNames = new Set(Array.from(tensors.keys(), (key) => key.slice(0, key.indexOf("/"))));
      for (const part of partNames) {
        const site = { runtime, part: join(folder, name, part), check: part ? `${name}/${part}` : name };
        yield* guarded(site.check, comparePart({ ...site, reference: group(tensors, part) }));
      }
    }
  },
};

const group = (tensors: RawTensors, part: string): RawTensors =>
  new Map(
    Array.from(tensors).flatMap(([k, raw]) => (k.startsWith(`${part}/`) ? [[k.slice(part.length + 1), raw]] : [])),
  );

interface PartReference {
  readonly runtime: Runtime;
  /** The folder with its config and weights. */
  readonly part: string;
  readonly check: string;
  readonly reference: RawTensors;
}

/** A part that is not supported is skipped with the words that refused it. */
async function* comparePart(site: PartReference): AsyncGenerator<Outcome> {
  const config: unknown = JSON.parse(await readText(join(site.part, "config.json")));
  try {
    yield* compare({ ...site, ...trace(config, site.reference) });
  } catch (error) {
    if (!(error instanceof AquatintError) || !error.code.startsWith("config/")) throw error;
    yield { check: site.check, skipped: error.message };
  }
}

async function* compare(site: PartReference & Traced): AsyncGenerator<Outcome> {
  const { runtime, part, check, reference, model, outputs, measure = maxError } = site;
  const names = parameters(model);
  const values = new Map(Array.from(await weightsOf(part), ([key, raw]) => [key, hostTensor(raw)]));
  expectKeys(part, names, values);
  const executable = compile({ outputs, parameters: { names, as: values } });
  await using program = await runtime.load(executable);
  const feeds = Object.fromEntries(
    Object.keys(executable.feeds).map((name) => [name, timeOf(name) ?? hostTensor(reference.get(name)!)]),
  );
  const results = await program.run(feeds);
  for (const [name, raw] of reference) {
    if (name in executable.feeds) continue;
    const result = results[name];
    if (!result) yield { check: `${check}/${name}`, skipped: "nothing computes it" };
    else yield judged(`${check}/${name}`, measure(result.data, toFloat32(raw, { name })), TOLERANCE);
  }
}

/** All tensors of a part, whatever its file is called. */
async function weightsOf(part: string): Promise<RawTensors> {
  const files = (await entriesOf(part)).filter((file) => file.endsWith(".safetensors") && file !== REFERENCE);
  const read = await Promise.all(files.map(async (file) => [...(await readSafetensors(join(part, file))).tensors]));
  return currentKeys(new Map(read.flat()), { name: part });
}

function hostTensor(raw: RawTensor): HostTensor {
  const { dtype, shape, data } = raw;
  if (dtype !== "I64") return { dtype: "float32", shape, data: toFloat32(raw) };
  return { dtype: "int32", shape, data: Int32Array.from(new BigInt64Array(data.slice().buffer), Number) };
}
