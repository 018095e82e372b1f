import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readText } from "../../formats/files.node.ts";
import { openFileHeader } from "../open.node.ts";
import { PEFT_CONFIG } from "./alpha.ts";
import type { Lora } from "./branches.ts";
import { readLora } from "./read.ts";

/** Opens a LoRA of this machine's disk, with PEFT's config beside it. */
export const openLora = async (path: string): Promise<Lora> =>
  readLora(await openFileHeader(path), { name: path, config: await adapterConfig(path) });

/** PEFT's config, which lies beside the weights of its folders. */
async function adapterConfig(path: string): Promise<Readonly<Record<string, string>>> {
  if (!/^adapter_model\b/.test(basename(path))) return {};
  const config = join(dirname(path), "adapter_config.json");
  const stats = await stat(config).catch(() => undefined);
  return stats?.isFile() ? { [PEFT_CONFIG]: await readText(config) } : {};
}
