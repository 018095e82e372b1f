import {
  componentOf,
  type ModelComponent,
  type ModelFiles,
  openModel,
  readTensors,
  readTokenizer,
} from "aquatint/checkpoints";
import type { HostTensor, Tensor } from "aquatint/graph";
import { CLIPTextModel, type ModelClassName, models, parseClipTextConfig, tokenizerFolder } from "aquatint/models";
import { expectKeys, type Module, parameters } from "aquatint/nn";
import { encodeComponent, encodeJson } from "aquatint/pipelines";
import { type ClipTokenizer, type TokenizerFiles, tokenizerFileNames, tokenizerFrom } from "aquatint/tokenizers";
import type { JsonObject } from "aquatint/util";
import { AquatintError } from "aquatint/util";
import { ConditionalGenerator } from "./conditional-generator.ts";
import { ConditionalVAE } from "./conditional-vae.ts";
import { parseGeneratorConfig, parseVaeConfig } from "./config.ts";

/** A network that makes images [n, 3, h, w] of vectors [n, latent_size] and conditions [n, condition_size]. */
export type OnePassNetwork = Module<(z: Tensor, condition: Tensor) => Tensor> & {
  readonly config: { readonly latent_size: number; readonly condition_size: number; readonly sample_size: number };
};

/** A kind of model that makes an image of a caption in one pass. */
export interface OnePassKind<Network extends OnePassNetwork> {
  /** The `_class_name` of its model_index.json. */
  readonly pipeline: string;
  /** The network's folder, which its parameters' names begin with. */
  readonly part: string;
  readonly className: ModelClassName;
  readonly create: (json: JsonObject) => Network;
}

/** The networks of such a model, without weights. */
export interface OnePassModules<Network extends OnePassNetwork> {
  readonly network: Network;
  readonly textEncoder: ReturnType<typeof CLIPTextModel>;
  /** By their names in checkpoints: "text_encoder.…", and the network's under its part's. */
  readonly parameters: ReadonlyMap<string, Tensor>;
}

/** Such a model that has been read and checked. */
export interface OnePassModel<Network extends OnePassNetwork> extends OnePassModules<Network> {
  readonly tokenizer: ClipTokenizer;
  readonly tokenizerFiles: TokenizerFiles;
  readonly configs: OnePassConfigs;
  /** By their names in `parameters`, widened to float32. @throws CheckpointError */
  weights(): Promise<ReadonlyMap<string, HostTensor>>;
}

/** The configurations of both networks. */
export interface OnePassConfigs {
  readonly network: JsonObject;
  readonly text_encoder: JsonObject;
}

/** Files of such a model. */
export interface OnePassContent {
  readonly configs: OnePassConfigs;
  readonly tokenizerFiles: TokenizerFiles;
  /** By their names in `OnePassModules.parameters`; others are left out. */
  readonly weights: ReadonlyMap<string, HostTensor>;
}

const TEXT = { part: "text_encoder", className: "CLIPTextModel" } as const;

/** The tensors whose names begin with a part's, without it. */
const ownOf = <T>(all: ReadonlyMap<string, T>, part: string): Map<string, T> =>
  new Map([...all].flatMap(([name, x]) => (name.startsWith(`${part}.`) ? [[name.slice(part.length + 1), x]] : [])));

const partsOf = ({ part, className }: Pick<OnePassKind<OnePassNetwork>, "part" | "className">) =>
  [{ part, className }, TEXT] as const;

/** Description of the folders of one kind of model: how they are built, read and written. */
function onePassFolder<Network extends OnePassNetwork>(kind: OnePassKind<Network>) {
  return {
    build: (configs: OnePassConfigs) => built(kind, configs),
    /** @throws AquatintError "model/class" where the folder holds another kind of model. */
    open: (files: ModelFiles) => opened(kind, files),
    /** The files of a model, by their paths in its folder. */
    encode: (content: OnePassContent) => encoded(kind, content),
  };
}

function built<Network extends OnePassNetwork>(
  { part, create }: OnePassKind<Network>,
  configs: OnePassConfigs,
): OnePassModules<Network> {
  const network = create(configs.network);
  const textEncoder = CLIPTextModel(parseClipTextConfig(configs.text_encoder));
  return { network, textEncoder, parameters: parameters({ [part]: network, [TEXT.part]: textEncoder }) };
}

async function opened<Network extends OnePassNetwork>(
  kind: OnePassKind<Network>,
  files: ModelFiles,
): Promise<OnePassModel<Network>> {
  const model = await openModel(files);
  expectClass(model.name, kind.pipeline, model.index);
  const [network, text] = partsOf(kind).map(({ className }) => componentOf(model, className)) as [
    ModelComponent,
    ModelComponent,
  ];
  const configs = { network: network.config, text_encoder: text.config };
  const modules = built(kind, configs);
  const tokenizerFiles = await readTokenizer(model, tokenizerFolder(TEXT.part));
  if (!tokenizerFiles) {
    throw new AquatintError("model/parts", `${model.name} holds no tokenizer/vocab.json`, {
      hint: "give the folder of the model that was trained for this",
    });
  }
  const weights = async () => {
    const locations = partsOf(kind).flatMap(({ part, className }) =>
      Array.from(componentOf(model, className).weights, ([key, at]) => [`${part}.${key}`, at] as const),
    );
    expectKeys(model.name, modules.parameters, new Map(locations));
    return readTensors(new Map(locations));
  };
  return { ...modules, configs, tokenizerFiles, tokenizer: tokenizerFrom(tokenizerFiles), weights };
}

function encoded<Network extends OnePassNetwork>(
  kind: OnePassKind<Network>,
  { configs, tokenizerFiles, weights }: OnePassContent,
): Map<string, Uint8Array | string> {
  const parts = partsOf(kind);
  const jsons = [configs.network, configs.text_encoder];
  const files = parts.flatMap(({ part, className }, i) =>
    encodeComponent({ folder: part, className, config: jsons[i]!, weights: ownOf(weights, part) }),
  );
  const index = parts.map(({ part, className }) => [part, [models[className].library, className]] as const);
  return new Map([
    ...files,
    ...tokenizerFileNames.map((file) => [`tokenizer/${file}`, tokenizerFiles[file]] as const),
    ["model_index.json", encodeJson({ _class_name: kind.pipeline, ...Object.fromEntries(index) })],
  ]);
}

/** One kind of folder. */
export type OnePassFolder<Network extends OnePassNetwork = OnePassNetwork> = ReturnType<typeof onePassFolder<Network>>;

function expectClass(name: string, expected: string, { _class_name: actual }: JsonObject): void {
  if (actual === expected) return;
  throw new AquatintError("model/class", `${name} holds a ${JSON.stringify(actual)}, expected ${expected}`, {
    hint: "give the folder of the model that was trained for this",
  });
}

/** The folders of variational autoencoders. */
export const vaeFolder = onePassFolder({
  pipeline: "AquatintVAEPipeline",
  part: "vae",
  className: "ConditionalVAE",
  create: (json) => ConditionalVAE(parseVaeConfig(json)),
});

/** The folders of generators; the critic that they were trained against is not part of the model. */
export const ganFolder = onePassFolder({
  pipeline: "AquatintGANPipeline",
  part: "generator",
  className: "ConditionalGenerator",
  create: (json) => ConditionalGenerator(parseGeneratorConfig(json)),
});
