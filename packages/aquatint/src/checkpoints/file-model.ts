import { AquatintError } from "../errors.ts";
import type { ModelFiles } from "./files.ts";
import { besideConfig, type FolderOptions, folderModel } from "./folder.ts";
import { identify } from "./identify.ts";
import { READ_MODELS } from "./other-forms.ts";
import { otherModel } from "./other-models.ts";
import { headerReader } from "./read.ts";
import { bareModel } from "./single-file/bare.ts";
import { singleFileModel } from "./single-file/single-file.ts";
import type { FileHeader, Model } from "./types.ts";

/** Options of opening a file. */
interface FileOptions extends FolderOptions {
  readonly file: FileHeader;
}

/** Opens a single file whose header is read already, as `openModel` does. @throws AquatintError that says what the file is instead. */
export async function fileModel(files: ModelFiles, { file, ...options }: FileOptions): Promise<Model> {
  const { kind } = identify(file.header);
  const { name } = file.file;
  if (kind === "single-file") return singleFileModel(file, { files });
  if (kind === "component" && (await besideConfig(file, files))) {
    const variant = /^[^.]+\.([\w-]+)\.safetensors$/.exec(files.file ?? "")?.[1];
    const headers = headerReader(files, new Map([[files.file ?? "", file]]));
    return folderModel(files, { ...options, variant, headers });
  }
  if (kind === "component") return bareModel(file, { files });
  const kinds = {
    lora: "a LoRA",
    embedding: "a textual-inversion embedding",
    unknown: otherModel(file.header.tensors.keys()) ?? "no model that is known",
  };
  throw new AquatintError("checkpoint/kind", `${name} is ${kinds[kind]}, expected a model`, {
    hint: kind === "unknown" ? READ_MODELS : "aquatint inspect FILE shows what it holds",
  });
}
