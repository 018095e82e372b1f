import type { CompileOptions } from "../compiler/compile.ts";
import type { Int8Pass } from "../compiler/int8/pass.ts";
import type { QuantizedLayer } from "../compiler/int8/weight.ts";
import type { ExternalData, StoredType } from "../compiler/onnx/emit.ts";
import { AquatintError } from "../errors.ts";
import type { SafetensorsDType } from "../formats/safetensors/header.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type HostTensor, typeName } from "../graph/types.ts";
import { readTensors } from "./read.ts";
import type { TensorLocation } from "./types.ts";

/** The stored types of graphs by the element types of files. */
const storedTypes: Partial<Record<SafetensorsDType, StoredType | "float32">> = {
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  F64: "float64",
  F8_E4M3: "float8e4m3fn",
  F8_E5M2: "float8e5m2",
  I8: "int8",
};

/** Parameters as a program's constants: options of `compile`. */
export interface BoundWeights {
  readonly parameters: NonNullable<CompileOptions["parameters"]> & {
    readonly names: ReadonlyMap<string, Tensor>;
    readonly as: ReadonlyMap<string, HostTensor | ExternalData>;
    readonly int8?: Int8Pass | undefined;
  };
  /** The folder that the mapped files are in; absent where none is mapped. */
  readonly weightsFolder?: string;
}

/**
 * Binds parameters to the tensors of files. What lies on this machine's disk is mapped by the engine, so that no weight passes
 * through JavaScript; so are the files of `externalBlobFiles`. What lies elsewhere is read and widened to float32.
 * @throws AquatintError "weights/missing", "weights/shape" or "weights/dtype" where the files do not hold the module's
 * weights; "file/…" where one is not there.
 */
export async function bindWeights(
  names: ReadonlyMap<string, Tensor>,
  locations: ReadonlyMap<string, TensorLocation>,
): Promise<BoundWeights> {
  const all = Array.from(names, ([name, type]) => [name, checkWeight(name, type, locations.get(name))] as const);
  const files = new Set(all.map(([, { file }]) => file));
  for (const file of files) await file.read({ offset: 0, length: 0 }); // says where one is gone
  const folder = commonFolder([...files].flatMap(({ path }) => path ?? []));
  const context: ExternalContext = { folder, files: [...files] };
  const elsewhere = await readTensors(new Map(all.filter(([, { file }]) => !isExternal(file))));
  const mapped = new Map(all.filter(([, { file }]) => isExternal(file)));
  const { scales, int8 } = await quantizedLayers(mapped, context);
  const as = new Map<string, HostTensor | ExternalData>();
  for (const [name, location] of all) {
    as.set(name, elsewhere.get(name) ?? { ...externalData(location, context), scale: scales.get(name) });
  }
  return {
    parameters: { names, as, ...(int8 && { int8 }) },
    ...(folder !== undefined && { weightsFolder: folder }),
  };
}

interface QuantizedLayers {
  readonly scales: ReadonlyMap<string, Float32Array>;
  readonly int8?: Int8Pass;
}

/** Scales of the weights in 8 bits, and what brings their layers to 8 bits; its code is loaded where there is one. */
async function quantizedLayers(
  locations: ReadonlyMap<string, TensorLocation>,
  context: ExternalContext,
): Promise<QuantizedLayers> {
  if (![...locations.values()].some(({ quantized }) => quantized)) return { scales: new Map() };
  const { readLayerScales } = await import("./quantized/layers.ts");
  const { int8Pass } = await import("../compiler/int8/int8.ts");
  const layers = new Map<string, QuantizedLayer>();
  for (const [name, scales] of await readLayerScales(locations)) {
    const location = locations.get(name);
    if (location) layers.set(name, { ...scales, weight: { ...externalData(location, context), stored: undefined } });
  }
  return { scales: new Map(Array.from(layers, ([name, { scale }]) => [name, scale])), int8: int8Pass(layers) };
}

/** Tells whether the engine reads a file itself. */
const isExternal = ({ path, blob }: TensorLocation["file"]): boolean => path !== undefined || blob !== undefined;

/** Files and the folder that locations of external data are relative to. */
interface ExternalContext {
  readonly folder: string | undefined;
  /** All files, by whose numbers blobs are named: names may repeat. */
  readonly files: readonly TensorLocation["file"][];
}

function externalData(
  { file, offset, length, dtype, transposed }: TensorLocation,
  { folder = "", files }: ExternalContext,
): ExternalData {
  const type = storedTypes[dtype];
  const stored = type === "float32" ? undefined : type;
  // a blob of its own for each tensor: an engine that reads whole blobs then reads no more than it needs
  if (file.blob) {
    const blob = file.blob.slice(offset, offset + length);
    return { location: `blob/${files.indexOf(file)}@${offset}`, offset: 0, length, blob, stored, transposed };
  }
  const location = (file.path ?? "").slice(folder.length).replace(/^\//, "");
  return { location, offset, length, stored, transposed };
}

const isBare = ({ dtype, quantized }: TensorLocation): boolean => dtype === "I8" && !quantized;

function checkWeight(name: string, { dtype, shape }: Tensor, location: TensorLocation | undefined): TensorLocation {
  const fail = (kind: string, message: string, hint: string) => new AquatintError(`weights/${kind}`, message, { hint });
  if (!location) throw fail("missing", `no file has the weight ${name}`, "take all files of the same model");
  if (String(location.shape) !== String(shape)) {
    const message = `${name} is [${location.shape}] in ${location.file.name}, expected [${shape}]`;
    throw fail("shape", message, "the config belongs to another model: take config.json and weights from one place");
  }
  if (dtype !== "float32" || !storedTypes[location.dtype] || isBare(location)) {
    const message = `${name} is ${location.dtype} in ${location.file.name}, expected ${Object.keys(storedTypes)
      .filter((type) => type !== "I8")
      .join(", ")} for ${typeName({ dtype, shape })}`;
    throw fail("dtype", message, "take the float16 or float32 file of the same model");
  }
  return location;
}

/** The deepest folder that all files are in: ONNX Runtime follows no path out of it. */
function commonFolder(files: readonly string[]): string | undefined {
  const [first, ...rest] = files.map((file) => file.split("/").slice(0, -1));
  if (first === undefined) return undefined;
  const end = first.findIndex((part, i) => rest.some((parts) => parts[i] !== part));
  return first.slice(0, end < 0 ? first.length : end).join("/") || "/";
}
