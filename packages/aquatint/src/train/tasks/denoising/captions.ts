import type { HostTensor } from "../../../graph/types.ts";
import type { RandomStream } from "../../../math/random.ts";
import { captionIds } from "../../../pipelines/conditioning/caption-ids.ts";
import type { ClipTokenizer } from "../../../tokenizers/clip.ts";
import { itemAt } from "../../../util/items.ts";

/** The ids of captions, int32 [n, tokens], a share of them replaced by "" so that guidance has something to compare with. */
export function captionFeed(
  captions: readonly string[],
  draws: RandomStream,
  { tokenizer, dropout }: { readonly tokenizer: ClipTokenizer; readonly dropout: number },
): HostTensor {
  const chances = draws.rand(captions.length);
  return captionIds(
    tokenizer,
    captions.map((caption, i) => (itemAt(chances, i) < dropout ? "" : caption)),
  );
}
