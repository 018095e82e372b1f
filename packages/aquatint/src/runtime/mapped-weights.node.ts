import { realpathSync } from "node:fs";
import { dirname, relative, sep } from "node:path";
import type { CompileOptions } from "../compiler/compile.ts";
import type { ExternalData, StoredType } from "../compiler/onnx/emit.ts";
import { AquatintError } from "../errors.ts";
import { fileError } from "../formats/files.node.ts";
import type { SafetensorsDType, TensorEntry } from "../formats/safetensors/header.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type Defaulted, typeName } from "../graph/types.ts";

/** The position of a weight's bytes in a file. `shape` is the module's; a transposed weight lies in the file with its two axes swapped. */
export interface MappedWeight extends TensorEntry {
  readonly file: string;
  readonly transposed?: true;
}

/** The stored types of graphs by the element types of files. */
const storedTypes: Partial<Record<SafetensorsDType, StoredType | "float32">> = {
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  F64: "float64",
  F8_E4M3: "float8e4m3fn",
  F8_E5M2: "float8e5m2",
};

/**
 * Binds parameters to the files that they lie in, so that no weight passes through JavaScript: options of `compile`.
 * @throws AquatintError "weights/missing", "weights/shape" or "weights/dtype" where the files do not hold the module's
 * weights; "file/…" where one is not there.
 */
export function mappedWeights(
  names: ReadonlyMap<string, Tensor>,
  weights: ReadonlyMap<string, MappedWeight>,
): Defaulted<Pick<CompileOptions, "parameters" | "weightsFolder">> {
  const weightList = Array.from(names, ([name, type]) => [name, checkWeight(name, type, weights.get(name))] as const);
  // ONNX Runtime follows no link out of the folder, and a download cache is made of links
  const paths = new Map(weightList.map(([, { file }]) => [file, ""]));
  for (const file of paths.keys()) paths.set(file, realPath(file));
  const folder = commonFolder([...paths.values()]);
  const dataOf = ({ file, offset, length, dtype, transposed }: MappedWeight): ExternalData => {
    const stored = storedTypes[dtype];
    return {
      location: relative(folder, paths.get(file) ?? file)
        .split(sep)
        .join("/"),
      offset,
      length,
      stored: stored === "float32" ? undefined : stored,
      transposed,
    };
  };
  const as = new Map(weightList.map(([name, weight]) => [name, dataOf(weight)]));
  return { parameters: { names, as }, weightsFolder: folder };
}

function checkWeight(name: string, { dtype, shape }: Tensor, weight: MappedWeight | undefined): MappedWeight {
  const fail = (kind: string, message: string, hint: string) => new AquatintError(`weights/${kind}`, message, { hint });
  if (!weight) throw fail("missing", `no file has the weight ${name}`, "Take all files of the same model.");
  if (String(weight.shape) !== String(shape)) {
    const message = `${name} is [${weight.shape}] in ${weight.file}, expected [${shape}]`;
    throw fail("shape", message, "The config belongs to another model: take config.json and weights from one place.");
  }
  if (dtype !== "float32" || !storedTypes[weight.dtype]) {
    const message = `${name} is ${weight.dtype} in ${weight.file}, expected ${Object.keys(storedTypes).join(", ")} for ${typeName({ dtype, shape })}`;
    throw fail("dtype", message, "Take the float16 or float32 file of the same model.");
  }
  return weight;
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch (cause) {
    throw fileError("read", file, cause);
  }
}

/** The deepest folder that all files are in. */
export function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0] ?? ".");
  const outside = (file: string) => !file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  while (files.some(outside) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
