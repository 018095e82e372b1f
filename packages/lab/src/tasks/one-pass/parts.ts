import type { HostTensor } from "aquatint/graph";
import { type ClipTokenizer, type TokenizerFiles, tokenizerFrom } from "aquatint/tokenizers";
import { settledVocabulary, type TaskContext, vocabularyConfig } from "aquatint/train";
import type { JsonObject } from "aquatint/util";
import type { OnePassConfigs, OnePassFolder, OnePassModules } from "../../models/one-pass-folder.ts";

/** The part of a configuration about such a model. */
export interface WantedOnePass {
  readonly network: JsonObject;
  readonly text_encoder: JsonObject;
  readonly tokenizer: { readonly merges: number; readonly context: number };
}

type NetworkOf<Folder extends OnePassFolder> = ReturnType<Folder["build"]>["network"];

/** A model in training that makes an image in one pass. */
export interface OnePassParts<Network extends NetworkOf<OnePassFolder>> {
  readonly modules: OnePassModules<Network>;
  readonly configs: OnePassConfigs;
  readonly tokenizerFiles: TokenizerFiles;
  readonly tokenizer: ClipTokenizer;
  /** First values, where the run begins with another model's. */
  initial(): Promise<ReadonlyMap<string, HostTensor>>;
}

/** Settles the vocabulary and builds both networks; sizes follow from the data and the text encoder. */
export async function onePassParts<Network extends NetworkOf<OnePassFolder>>(
  folder: OnePassFolder<Network>,
  fields: WantedOnePass,
  { dataset, assets, initFrom }: Pick<TaskContext, "dataset" | "assets" | "initFrom">,
): Promise<OnePassParts<Network>> {
  const initial = initFrom && (await folder.open(initFrom));
  const tokenizerFiles = settledVocabulary(fields.tokenizer, { dataset, assets, initial: initial?.tokenizerFiles });
  const text_encoder = { ...vocabularyConfig(tokenizerFiles), ...fields.text_encoder };
  const { hidden_size } = text_encoder as JsonObject;
  const configs = {
    network: {
      sample_size: dataset.size[0],
      ...(hidden_size !== undefined && { condition_size: hidden_size }),
      ...fields.network,
    },
    text_encoder,
  };
  return {
    modules: folder.build(configs),
    configs,
    tokenizerFiles,
    tokenizer: tokenizerFrom(tokenizerFiles),
    initial: async () => (await initial?.weights()) ?? new Map(),
  };
}
