import type { CompileOptions } from "../compiler/compile.ts";
import type { QuantizedLayer } from "../compiler/int8/weight.ts";
import type { ExternalData, StoredType } from "../compiler/onnx/emit.ts";
import { AquatintError } from "../errors.ts";
import type { SafetensorsDType } from "../formats/safetensors/header.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type HostTensor, typeName } from "../graph/types.ts";
import { readLayerScales } from "./quantized/layers.ts";
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
    readonly int8?: ReadonlyMap<string, QuantizedLayer> | undefined;
  };
  /** The folder that the mapped files are in; absent where none is mapped. */
  readonly weightsFolder?: string;
}

/**
 * Binds parameters to the tensors of files. What lies on this machine's disk is mapped by the engine, so that no weight passes
 * through JavaScript; what lies elsewhere is read and widened to float32.
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
  const elsewhere = await readTensors(new Map(all.filter(([, { file }]) => file.path === undefined)));
  const as = new Map<string, HostTensor | ExternalData>();
  const int8 = new Map<string, QuantizedLayer>();
  const scales = await readLayerScales(new Map(all.filter(([, { file }]) => file.path !== undefined)));
  for (const [name, location] of all) {
    const external = externalData(location, folder);
    const layer = scales.get(name);
    as.set(name, elsewhere.get(name) ?? { ...external, scale: layer?.scale });
    if (layer) int8.set(name, { ...layer, weight: { ...external, stored: undefined } });
  }
  return {
    parameters: { names, as, ...(int8.size > 0 && { int8 }) },
    ...(folder !== undefined && { weightsFolder: folder }),
  };
}

function externalData({ file, offset, length, dtype, transposed }: TensorLocation, folder = ""): ExternalData {
  const stored = storedTypes[dtype];
  const location = (file.path ?? "").slice(folder.length).replace(/^\//, "");
  return { location, offset, length, stored: stored === "float32" ? undefined : stored, transposed };
}

const isBare = ({ dtype, quantized }: TensorLocation): boolean => dtype === "I8" && !quantized;

function checkWeight(name: string, { dtype, shape }: Tensor, location: TensorLocation | undefined): TensorLocation {
  const fail = (kind: string, message: string, hint: string) => new AquatintError(`weights/${kind}`, message, { hint });
  if (!location) throw fail("missing", `no file has the weight ${name}`, "Take all files of the same model.");
  if (String(location.shape) !== String(shape)) {
    const message = `${name} is [${location.shape}] in ${location.file.name}, expected [${shape}]`;
    throw fail("shape", message, "The config belongs to another model: take config.json and weights from one place.");
  }
  if (dtype !== "float32" || !storedTypes[location.dtype] || isBare(location)) {
    const message = `${name} is ${location.dtype} in ${location.file.name}, expected ${Object.keys(storedTypes)
      .filter((type) => type !== "I8")
      .join(", ")} for ${typeName({ dtype, shape })}`;
    throw fail("dtype", message, "Take the float16 or float32 file of the same model.");
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
