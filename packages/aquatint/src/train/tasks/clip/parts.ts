import type { CLIPModel } from "../../../models/clip/index.ts";
import type { TokenizerFiles } from "../../../tokenizers/files.ts";

/** Both towers without weights, and what they are made from. */
export interface ClipParts {
  readonly model: ReturnType<typeof CLIPModel>;
  readonly json: Readonly<Record<string, unknown>>;
  readonly tokenizerFiles: TokenizerFiles;
}
