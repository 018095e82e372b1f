import { existsSync } from "node:fs";
import { join } from "node:path";
import { bindWeights } from "../../packages/aquatint/src/checkpoints/bind-weights.ts";
import { openFileHeader } from "../../packages/aquatint/src/checkpoints/open.node.ts";
import { writeQuantized } from "../../packages/aquatint/src/checkpoints/quantized/write.node.ts";
import { locationsOf } from "../../packages/aquatint/src/checkpoints/read.ts";
import { compile } from "../../packages/aquatint/src/compiler/compile.ts";
import { parameters } from "../../packages/aquatint/src/nn/module.ts";
import { mayQuantize } from "../../packages/aquatint/src/pipelines/quantize/float-layers.ts";
import { rangeObserver } from "../../packages/aquatint/src/pipelines/quantize/observers.ts";
import { nodeRuntime } from "../../packages/aquatint/src/runtime/runtime.node.ts";
import { leafOf, parts } from "./parts.ts";
import { folderOf } from "./weights.ts";

/** The file of a part's weights in 8 bits, made when it is not there yet; the ranges are those of its feeds. */
export async function quantizedFile(name: string): Promise<string> {
  const [part, folder] = [parts[name]!, folderOf(name)];
  const file = part.file.replace(".safetensors", ".int8.safetensors");
  if (existsSync(join(folder, file))) return file;
  const weights = locationsOf(await openFileHeader(join(folder, part.file)));
  const { module, trace } = part.create();
  const names = parameters(module as Parameters<typeof parameters>[0]);
  const { observer, layers } = rangeObserver((weight) => mayQuantize(`unet.${weight}`));
  const { outputs, take } = observer({ y: trace(leafOf(part)) }, names);
  await using runtime = await nodeRuntime({ threads: 2 });
  const program = await runtime.load(
    compile({ outputs, ...(await bindWeights(names, weights)), weightMemory: "mapped" }),
  );
  take(await program.run(part.feeds));
  const layerWeights = new Map(Array.from(weights).filter(([weight]) => names.has(weight)));
  await writeQuantized(join(folder, file), { weights: layerWeights, layers });
  return file;
}
