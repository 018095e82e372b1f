import { unetRenames } from "./original-unet.ts";
import { countOf, type Rename } from "./rename.ts";

/** The names that kohya's tools give a U-Net's modules where they were trained on an original file, with today's. */
export function originalNames(component: string, modules: ReadonlySet<string>): readonly Rename[] {
  if (component !== "unet") return [];
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
