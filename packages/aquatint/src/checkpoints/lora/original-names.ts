import { countOf } from "../../util/numbered.ts";
import { unetRenames } from "../single-file/original-unet.ts";
import type { Rename } from "../single-file/rename.ts";

/** The names that other programs give a network's modules, with today's. */
export function originalNames(component: string, modules: ReadonlySet<string>): readonly Rename[] {
  return component === "unet" ? originalUNet(modules) : shortText(modules);
}

/** A U-Net's modules where a LoRA was trained on an original file. */
function originalUNet(modules: ReadonlySet<string>): readonly Rename[] {
  const levels = countOf(modules, /^down_blocks\.(\d+)\./);
  const layers = countOf(modules, /^down_blocks\.0\.resnets\.(\d+)\./);
  const table = [...unetRenames({ levels, layers })];
  const byCurrent = new Map<string, string[]>();
  for (const [original, current] of table) byCurrent.set(current, [...(byCurrent.get(current) ?? []), original]);
  return [...modules].flatMap((path) => {
    for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) {
      const originals = byCurrent.get(path.slice(0, end));
      if (originals) return originals.map((original): Rename => [original + path.slice(end), path]);
    }
    return [];
  });
}

/** A text encoder's modules without "text_model.", as in NovelAI's files. */
const shortText = (modules: ReadonlySet<string>): readonly Rename[] =>
  Array.from(modules, (path): Rename => [path.replace(/^text_model\./, ""), path]);
