import { pathIn } from "../../checkpoints/files.ts";
import { GENERATION } from "../../checkpoints/folder.ts";
import { publishedScheduler } from "../../diffusion/diffusers/scheduler-config.ts";
import { fromFloat32 } from "../../formats/safetensors/half.ts";
import { encodeSafetensors } from "../../formats/safetensors/safetensors.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { type ModelClassName, modelClasses } from "../../models/classes.ts";
import { type PipelineKind, pipelineKinds, tokenizerFolder } from "../../models/pipeline-classes.ts";
import { type TokenizerFiles, tokenizerFileNames } from "../../tokenizers/files.ts";
import type { JsonObject } from "../../util/json.ts";
import type { ModelConfigs } from "./model-folder.ts";

/** JSON as it stands in a model folder. */
export const encodeJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Content of a component's folder. */
export interface ComponentContent {
  readonly folder: string;
  readonly className: ModelClassName;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly dtype?: "F16" | "F32";
}

/** The files of a component, by their paths. */
export function encodeComponent(content: ComponentContent): [path: string, bytes: Uint8Array | string][] {
  const { folder, className, config, weights, dtype = "F16" } = content;
  const { weightsFile, marks } = modelClasses[className];
  const raw = Array.from(weights, ([name, tensor]) => {
    return [name, fromFloat32(float32Data(tensor), tensor.shape, dtype)] as const;
  });
  return [
    [pathIn(folder, `${weightsFile}.safetensors`), encodeSafetensors(new Map(raw), { format: "pt" })],
    [pathIn(folder, "config.json"), encodeJson({ ...marks, ...config })],
  ];
}

/** The entries whose names begin with a component's, without it. */
const entriesOf = <T>(entries: Iterable<readonly [string, T]>, part: string): [string, T][] =>
  Array.from(entries).flatMap(([name, value]) =>
    name.startsWith(`${part}.`) ? [[name.slice(part.length + 1), value] as [string, T]] : [],
  );

/** All that a model folder holds. */
export interface ModelFolder {
  readonly configs: ModelConfigs;
  /** One a text encoder. */
  readonly tokenizers: readonly TokenizerFiles[];
  /** By their names in `modelParameters`. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly dtype?: "F16" | "F32";
}

/** The files of a model folder, by their paths in it. */
export function encodeModelFolder({ configs, tokenizers, weights, dtype = "F16" }: ModelFolder) {
  const { scheduler, generation, index: source, ...networks } = configs;
  const [className, kind] = kindWith(networks, source);
  const files = new Map<string, Uint8Array | string>();
  const index: Record<string, unknown> = { _class_name: className, ...kind.index };
  for (const [folder, part] of Object.entries(kind.components)) {
    const config = (networks as Readonly<Record<string, JsonObject>>)[folder]!;
    const content = { folder, className: part, config, weights: new Map(entriesOf(weights, folder)), dtype };
    for (const [path, bytes] of encodeComponent(content)) files.set(path, bytes);
    index[folder] = [modelClasses[part].library, part];
  }
  for (const [i, encoder] of Object.keys(kind.components).filter(isTextEncoder).entries()) {
    const folder = tokenizerFolder(encoder);
    for (const file of tokenizerFileNames) files.set(`${folder}/${file}`, tokenizers[i]![file]);
    index[folder] = ["transformers", "CLIPTokenizer"];
  }
  files.set("scheduler/scheduler_config.json", encodeJson(publishedScheduler(scheduler)));
  if (generation) files.set(GENERATION, encodeJson(generation));
  files.set("model_index.json", encodeJson({ ...index, scheduler: ["diffusers", scheduler["_class_name"]] }));
  return files;
}

const isTextEncoder = (component: string): boolean => component.startsWith("text_encoder");

/** The kind that is named, else the first whose networks are exactly these. */
function kindWith(networks: object, index: JsonObject | undefined): readonly [className: string, kind: PipelineKind] {
  const names = (of: object) => Object.keys(of).sort().join();
  const kinds: [string, PipelineKind][] = Object.entries(pipelineKinds);
  const fitting = kinds.filter(([, { components }]) => names(components) === names(networks));
  return fitting.find(([name]) => name === index?.["_class_name"]) ?? fitting[0]!;
}
