import { AquatintError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { HostTensor } from "../graph/types.ts";
import { CLIPTextModel, parseClipTextConfig } from "../models/clip/index.ts";
import { ConditionalGenerator, parseGeneratorConfig } from "../models/gan/index.ts";
import { ConditionalVAE, parseVaeConfig } from "../models/vae/index.ts";
import { type Module, parameters } from "../nn/module.ts";
import type { ClipTokenizer } from "../tokenizers/clip.ts";
import { type TokenizerFiles, tokenizerFileNames, tokenizerFrom } from "../tokenizers/files.ts";
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

/** How the folders of one kind of model are built, read and written. */
function onePassFolder<Network extends OnePassNetwork>({ pipeline, part, className, create }: OnePassKind<Network>) {
  const parts = [{ part, className }, TEXT] as const;
  const build = (configs: OnePassConfigs): OnePassModules<Network> => {
    const network = create(configs.network);
    const textEncoder = CLIPTextModel(parseClipTextConfig(configs.text_encoder));
    return { network, textEncoder, parameters: parameters({ [part]: network, [TEXT.part]: textEncoder }) };
  };
  const own = <T>(all: ReadonlyMap<string, T>, prefix: string) =>
    new Map(
      [...all].flatMap(([name, x]) => (name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), x]] : [])),
    );
  return {
    part,
    build,
    /** @throws AquatintError "model/class" where the folder holds another kind of model. */
    async open(source: ModelSource): Promise<OnePassModel<Network>> {
      expectClass(source.name, pipeline, await readJson(source, "model_index.json"));
      const configs = {
        network: await readJson(source, `${part}/config.json`),
        text_encoder: await readJson(source, `${TEXT.part}/config.json`),
      };
      const modules = build(configs);
      const tokenizerFiles = await readTokenizer(source, "tokenizer/");
      const weights = async () => {
        const all = new Map<string, HostTensor>();
        for (const { part: folder, className } of parts) {
          const read = await readWeights(source, { folder, className, parameters: own(modules.parameters, folder) });
          for (const [name, value] of read) all.set(`${folder}.${name}`, value);
        }
        return all;
      };
      return { ...modules, configs, tokenizerFiles, tokenizer: tokenizerFrom(tokenizerFiles), weights };
    },
    /** The files of a model, by their paths in its folder. */
    encode({ configs, tokenizerFiles, weights }: OnePassContent): Map<string, Uint8Array | string> {
      const jsons = [configs.network, configs.text_encoder];
      const files = parts.flatMap(({ part: folder, className }, i) =>
        encodeComponent({ folder, className, config: jsons[i]!, weights: own(weights, folder) }),
      );
      const index = parts.map((one) => [one.part, [published[one.className].library, one.className]] as const);
      return new Map([
        ...files,
        ...tokenizerFileNames.map((file) => [`tokenizer/${file}`, tokenizerFiles[file]] as const),
        ["model_index.json", encodeJson({ _class_name: pipeline, ...Object.fromEntries(index) })],
      ]);
    },
  };
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
