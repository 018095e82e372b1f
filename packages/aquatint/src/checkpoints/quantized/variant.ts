import { fileName, type ModelFiles } from "../files.ts";
import { locationsOf, readHeader } from "../read.ts";
import type { Model, ModelComponent, TensorLocation } from "../types.ts";
import { INT8_KEY, INT8_VERSION, joinQuantized, quantizedError } from "./format.ts";

/**
 * The model with the weights of a quantized file in place of its own, network by network.
 * @throws AquatintError "quantized/…" where the file is none, is damaged or was made of another model.
 */
export async function withQuantizedWeights(model: Model, files: ModelFiles): Promise<Model> {
  const name = fileName(files, files.file ?? "");
  const header = await readHeader(files, files.file ?? "");
  const version = header.header.metadata[INT8_KEY];
  if (version === undefined) {
    throw quantizedError("kind", `${name} is no file of \`aquatint quantize\`: its metadata has no "${INT8_KEY}"`);
  }
  if (version !== INT8_VERSION) {
    const message = `${name} has version ${version.slice(0, 20)} of the quantized form, expected ${INT8_VERSION}`;
    throw quantizedError("version", message, "write it again with this version of Aquatint");
  }
  const parts = networksOf(joinQuantized(locationsOf(header), { name }));
  const replaced = Array.from(parts, ([part, weights]) => {
    const component = model.components.get(part);
    if (!component) throw foreign(name, model, `it has weights of a ${part}, the model has none`);
    checkShapes(component, weights, (problem) => foreign(name, model, `${part}.${problem}`));
    return [part, { ...component, weights }] as const;
  });
  return { ...model, components: new Map([...model.components, ...replaced]) };
}

const foreign = (file: string, { name }: Model, problem: string) =>
  quantizedError("model", `${file} was not made of ${name}: ${problem}`, "name the model that was quantized");

/** Tensors by network, "unet.conv_in.weight" as "conv_in.weight" of "unet". */
function networksOf(tensors: ReadonlyMap<string, TensorLocation>): ReadonlyMap<string, Map<string, TensorLocation>> {
  const networks = new Map<string, Map<string, TensorLocation>>();
  for (const [key, location] of tensors) {
    const [part = ""] = key.split(".", 1);
    const weights = networks.get(part) ?? new Map<string, TensorLocation>();
    networks.set(part, weights.set(key.slice(part.length + 1), location));
  }
  return networks;
}

function checkShapes(
  { weights: expected }: ModelComponent,
  actual: ReadonlyMap<string, TensorLocation>,
  error: (problem: string) => Error,
): void {
  for (const [key, { shape }] of expected) {
    const other = actual.get(key);
    if (!other) throw error(`${key} is missing`);
    if (String(other.shape) !== String(shape)) throw error(`${key} is [${other.shape}], in the model [${shape}]`);
  }
  const extra = [...actual.keys()].find((key) => !expected.has(key));
  if (extra !== undefined) throw error(`${extra} is unknown to the model`);
}
