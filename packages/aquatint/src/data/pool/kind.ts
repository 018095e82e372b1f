import { z } from "zod";
import { itemAt } from "../../util/items.ts";
import type { Dataset, Split } from "../dataset.ts";
import { type DrawSample, indexedStream, shuffler } from "../indexed-stream.ts";
import type { DatasetKind } from "../kind.ts";
import { entryShape, type LatentPool } from "./pool.ts";

const config = z.strictObject({
  name: z.literal("latent-pool").describe("Latents that `aquatint encode` wrote, instead of images."),
  folder: z.string().min(1).describe("Folder of the latents, relative to the current directory."),
});

/** Latents of images that were encoded once, in a new order each epoch. */
export const latentPool: DatasetKind<typeof config, undefined> = {
  config,
  async create({ name, folder }, sources): Promise<Dataset<undefined>> {
    const pool = await sources.latentPool(folder);
    const { size, shape, scalingFactor, clip } = pool.facts;
    return {
      name,
      size,
      latents: { shape, scalingFactor },
      ...(clip && { clip }),
      report: {
        counts: { train: pool.parts.train.captions.length, "held-out": pool.parts["held-out"].captions.length },
        skipped: [],
      },
      captions: () => new Set(pool.parts.train.captions),
      stream: ({ seed, split = "train" }) =>
        indexedStream(drawOf(pool, split), { seed, shape: entryShape(pool.facts) }),
    };
  },
};

/** Every latent once an epoch while training; held-out ones in their order. */
function drawOf(pool: LatentPool, split: Split): DrawSample<undefined> {
  const { captions, read } = pool.parts[split];
  const indexAt =
    split === "train" ? shuffler(captions.length) : ({ index }: { index: number }) => index % captions.length;
  return (_, position) => {
    const index = indexAt(position);
    return { caption: itemAt(captions, index), truth: undefined, paint: (values) => read(index, values) };
  };
}
