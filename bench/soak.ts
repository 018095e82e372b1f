import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { prepareGeneration } from "../packages/aquatint/src/pipelines/generate.node.ts";
import { tinyLatentModel } from "../packages/aquatint/test/tiny-latent-model.ts";
import { tinyPixelModel, writeFiles } from "../packages/aquatint/test/tiny-pixel-model.ts";

/** What a process holds. */
interface Holding {
  readonly rssMB: number;
  readonly files: number;
  /** Workers, ports, timers: what keeps an event loop busy. */
  readonly handles: number;
}

export interface SoakOptions {
  /** Models that are made ready, used and let go of, one after the other. */
  readonly switches?: number;
  readonly imagesEach?: number;
}

/** Three small models with random weights: of pixels, and two of latents. */
const models = [() => tinyPixelModel(), () => tinyLatentModel(), () => tinyLatentModel({ seed: 1 })];

/**
 * Makes images while switching between three models, and compares what the process holds after the switches of the
 * second quarter and of the last: the fewest MB, and the most files and handles.
 */
export async function soak({ switches = 50, imagesEach = 4 }: SoakOptions = {}) {
  const root = await mkdtemp(join(tmpdir(), "aquatint-soak-"));
  try {
    for (const [i, files] of models.entries()) await writeFiles(join(root, String(i)), files());
    const holdings: Holding[] = [];
    let images = 0;
    for (let i = 0; i < switches; i++) {
      const model = join(root, String(i % models.length));
      const generation = await prepareGeneration({ prompt: "a red apple", model, steps: 2, count: imagesEach });
      for await (const { type } of generation.run()) if (type === "image") images++;
      holdings.push(await holding());
    }
    return { images, switches, ...growthOf(holdings) };
  } finally {
    await rm(root, { recursive: true });
  }
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What is held without garbage, whose amount depends on how busy the machine is. */
async function holding(): Promise<Holding> {
  collectGarbage();
  const files = (await readdir("/proc/self/fd")).length;
  return { rssMB: process.memoryUsage.rss() / 2 ** 20, files, handles: process.getActiveResourcesInfo().length };
}

function growthOf(holdings: readonly Holding[]) {
  const quarter = Math.floor(holdings.length / 4);
  const [early, late] = [holdings.slice(quarter, 2 * quarter), holdings.slice(-quarter)];
  const maximum = (some: readonly Holding[], key: keyof Holding) => Math.max(...some.map((item) => item[key]));
  const least = (some: readonly Holding[]) => Math.min(...some.map(({ rssMB }) => rssMB));
  return {
    rssMB: Math.round(least(late)),
    growthMB: Math.round(least(late) - least(early)),
    files: maximum(late, "files"),
    moreFiles: maximum(late, "files") - maximum(early, "files"),
    handles: maximum(late, "handles"),
    moreHandles: maximum(late, "handles") - maximum(early, "handles"),
  };
}
