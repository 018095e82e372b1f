import { bundledEmbeddings, embeddingOf } from "./embedding.ts";
import { type FileKind, identify } from "./identify.ts";
import { type LoraLayer, loraLayers } from "./lora/file.ts";
import { otherModel } from "./other-models.ts";
import type { FileHeader, Model, ModelComponent } from "./types.ts";

/** One network of a model, as `aquatint inspect` shows it. */
export interface ComponentReport {
  readonly name: string;
  readonly className: string;
  readonly parameters: number;
  readonly tensors: number;
  readonly bytes: number;
  /** Tensors by element type. */
  readonly dtypes: Readonly<Record<string, number>>;
}

/** Report on a LoRA. */
export interface LoraReport {
  /** "LoRA", "LoHa". */
  readonly methods: readonly string[];
  readonly ranks: readonly number[];
  readonly layers: Readonly<Record<string, number>>;
  /** Names of the kinds of layers: "to_q", "ff_net_0_proj". */
  readonly targets: readonly string[];
  readonly convolutions: boolean;
  /** Words of the textual inversions inside. */
  readonly words: readonly string[];
}

/** Content of a file or folder, from headers and configs alone. */
export interface Inspection {
  readonly path: string;
  readonly kind: "model" | "network" | "lora" | "embedding" | "unknown";
  readonly layout: Model["layout"] | "file";
  readonly family: Model["family"] | null;
  readonly components: readonly ComponentReport[];
  readonly parameters: number;
  readonly bytes: number;
  readonly dtypes: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly lora?: LoraReport;
  readonly embedding?: { readonly token: string | null; readonly vectors: number; readonly width: number };
  /** Prediction type of the network: "epsilon", "v_prediction". */
  readonly prediction?: string;
  /** Kind of an unknown file by the names of its tensors: "a Flux transformer". */
  readonly other?: string;
  /** Differences from the published form. */
  readonly notes?: readonly string[];
  /** Tensors that no part of a model takes. */
  readonly unused: readonly string[];
}

type Sized = Iterable<{ readonly dtype: string; readonly shape: readonly number[]; readonly length: number }>;

function totals(tensors: Sized) {
  const dtypes: Record<string, number> = {};
  let [parameters, bytes] = [0, 0];
  for (const { dtype, shape, length } of tensors) {
    dtypes[dtype] = (dtypes[dtype] ?? 0) + 1;
    parameters += shape.reduce((n, d) => n * d, 1);
    bytes += length;
  }
  return { dtypes, parameters, bytes };
}

const componentReport = (name: string, component: ModelComponent): ComponentReport => {
  const { className, weights } = component;
  return { name, className, tensors: weights.size, ...totals(weights.values()) };
};

/** Content of a checkpoint. */
export function inspectCheckpoint(checkpoint: Model): Inspection {
  const { name, layout, family, metadata, unused, notes, scheduler } = checkpoint;
  const components = Array.from(checkpoint.components, ([part, component]) => componentReport(part, component));
  const prediction = scheduler?.["prediction_type"];
  return {
    path: name,
    kind: components.length > 1 ? "model" : "network",
    layout,
    family: family ?? null,
    components,
    ...totals([...checkpoint.components.values()].flatMap(({ weights }) => [...weights.values()])),
    metadata,
    ...(typeof prediction === "string" && { prediction }),
    ...(notes.length > 0 && { notes }),
    unused,
  };
}

/** Content of a file that is no model: a LoRA, an embedding, or tensors of an unknown kind. */
export function inspectFile(file: FileHeader, { name }: { readonly name: string }): Inspection {
  const { header } = file;
  const { kind } = identify(header);
  const extra = extras[kind]?.(file, name);
  const other = kind === "unknown" ? otherModel(header.tensors.keys()) : undefined;
  return {
    path: name,
    kind: "unknown",
    layout: "file",
    family: null,
    components: [],
    ...totals(header.tensors.values()),
    metadata: header.metadata,
    ...(other !== undefined && { other }),
    unused: extra ? [] : [...header.tensors.keys()],
    ...extra,
  };
}

const extras: Partial<Record<FileKind, (file: FileHeader, name: string) => Partial<Inspection>>> = {
  lora: (file, name) => {
    const { layers, unused } = loraLayers(file, { name });
    const words = bundledEmbeddings(file).flatMap(({ token }) => token ?? []);
    return { kind: "lora", lora: { ...loraReport(layers), words }, unused };
  },
  embedding: (file, name) => {
    const { token, vectors, unused } = embeddingOf(file, { name });
    const [first] = vectors.values();
    const [count = 0, width = 0] = first?.shape ?? [];
    return { kind: "embedding", embedding: { token: token ?? null, vectors: count, width }, unused };
  },
};

/** The last names of the layers that files adapt, as kohya writes them. */
const layerNames =
  /(to_q|to_k|to_v|to_out_0|ff_net_0_proj|ff_net_2|proj_in|proj_out|[qkv]_proj|out_proj|mlp_fc[12]|conv\d?|conv_in|conv_out|conv_shortcut|time_emb_proj|in_layers_2|out_layers_3|emb_layers_1|skip_connection|op)$/;

function loraReport(all: readonly LoraLayer[]): Omit<LoraReport, "words"> {
  const layers: Record<string, number> = {};
  for (const { component } of all) layers[component] = (layers[component] ?? 0) + 1;
  const names = all.map(({ module }) => {
    const flat = module.replaceAll(".", "_");
    return layerNames.exec(flat)?.[1] ?? flat;
  });
  const locations = all.flatMap((layer) => Object.values(layer.locations));
  return {
    methods: [...new Set(all.map(({ method }) => method.name))],
    ranks: [...new Set(all.flatMap(({ rank }) => rank ?? []))].sort((a, b) => a - b),
    layers,
    targets: [...new Set(names)].sort(),
    convolutions: locations.some((location) => (location?.shape[2] ?? 1) > 1),
  };
}
