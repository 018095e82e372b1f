import { AquatintError } from "../../errors.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { CLIPTextModel, parseClipTextConfig } from "../../models/clip/index.ts";
import { ConditionalGenerator, parseGeneratorConfig } from "../../models/gan/index.ts";
import { ConditionalVAE, parseVaeConfig } from "../../models/vae/index.ts";
import { type Module, parameters } from "../../nn/module.ts";
import type { ClipTokenizer } from "../../tokenizers/clip.ts";
import { type TokenizerFiles, tokenizerFileNames, tokenizerFrom } from "../../tokenizers/files.ts";
import { encodeComponent, encodeJson, type PublishedClass, published, readJson, readWeights } from "./component.ts";
import { readTokenizer } from "./model-folder.ts";
import type { ModelSource } from "./source.ts";

/** A network that makes pictures [n, 3, h, w] of vectors [n, latent_size] and conditions [n, condition_size]. */
type OnePassNetwork = Module<(z: Tensor, condition: Tensor) => Tensor> & {
  readonly config: { readonly latent_size: number; readonly condition_size: number; readonly sample_size: number };
};

type Json = Readonly<Record<string, unknown>>;

/** A kind of model that makes a picture of a caption in one pass. */
interface OnePassKind<Network extends OnePassNetwork> {
  /** The `_class_name` of its model_index.json. */
  readonly pipeline: string;
  /** The network's folder, which its parameters' names begin with. */
  readonly part: string;
  readonly className: PublishedClass;
  readonly create: (json: Json) => Network;
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
  readonly network: Json;
  readonly text_encoder: Json;
}

/** What is written of such a model. */
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

/** How the folders of one kind of model are built, read and written. */
function onePassFolder<Network extends OnePassNetwork>(kind: OnePassKind<Network>) {
  return {
    build: (configs: OnePassConfigs) => built(kind, configs),
    /** @throws AquatintError "model/class" where the folder holds another kind of model. */
    open: (source: ModelSource) => opened(kind, source),
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
  source: ModelSource,
): Promise<OnePassModel<Network>> {
  expectClass(source.name, kind.pipeline, await readJson(source, "model_index.json"));
  const configs = {
    network: await readJson(source, `${kind.part}/config.json`),
    text_encoder: await readJson(source, `${TEXT.part}/config.json`),
  };
  const modules = built(kind, configs);
  const tokenizerFiles = await readTokenizer(source, "tokenizer/");
  const weights = async () => {
    const all = new Map<string, HostTensor>();
    for (const { part, className } of partsOf(kind)) {
      const read = await readWeights(source, { folder: part, className, parameters: ownOf(modules.parameters, part) });
      for (const [name, value] of read) all.set(`${part}.${name}`, value);
    }
    return all;
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
  const index = parts.map(({ part, className }) => [part, [published[className].library, className]] as const);
  return new Map([
    ...files,
    ...tokenizerFileNames.map((file) => [`tokenizer/${file}`, tokenizerFiles[file]] as const),
    ["model_index.json", encodeJson({ _class_name: kind.pipeline, ...Object.fromEntries(index) })],
  ]);
}

/** One kind of folder. */
export type OnePassFolder<Network extends OnePassNetwork = OnePassNetwork> = ReturnType<typeof onePassFolder<Network>>;

function expectClass(name: string, wanted: string, { _class_name: found }: Json): void {
  if (found === wanted) return;
  throw new AquatintError("model/class", `${name} holds a ${JSON.stringify(found)}, expected ${wanted}`, {
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
