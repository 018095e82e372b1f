import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { openLora } from "../../packages/aquatint/src/checkpoints/lora/open.node.ts";
import type { AdapterFiles } from "../../packages/aquatint/src/pipelines/adapters/adapters.node.ts";

interface AdaptedCase {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}
/** A form of the same adapter, for the check's name, with its files; or why there is none. */
type Form = readonly [form: readonly string[], files: AdapterFiles | string];

/**
 * What a case loads beside its checkpoint, which its name alone says: "…-lora" each lora-*.safetensors, all of which are
 * the same one; "…-textual-inversion" the embedding, as the word in angle brackets of its prompt.
 */
export async function* adapterFiles({ name, args }: AdaptedCase, folder: string): AsyncGenerator<Form> {
  const kind = (Object.keys(finders) as (keyof typeof finders)[]).find((end) => name.endsWith(end));
  if (kind === undefined) {
    yield [[], {}];
    return;
  }
  const files = (await readdir(folder).catch((): string[] => [])).filter((file) => file.endsWith(".safetensors"));
  const matches = files.sort().filter((file) => /^(lora|inversion)/.exec(file)?.[1] === finders[kind].begin);
  if (matches.length === 0) yield [[], `there is no adapters/${finders[kind].begin}*.safetensors`];
  for (const file of matches) {
    yield [[file.replace(/\.safetensors$/, "")], await finders[kind].open(join(folder, file), args)];
  }
}

const finders = {
  "-lora": {
    begin: "lora",
    /** "…-alpha8": what its alpha is, where the file does not say it. */
    async open(file: string): Promise<AdapterFiles> {
      const alpha = /-alpha(\d+)/.exec(file)?.[1];
      const { rank = 1, factor } = (await openLora(file)).layers[0]!;
      return { loras: [{ file, scale: alpha === undefined ? 1 : Number(alpha) / rank / factor }] };
    },
  },
  "-textual-inversion": {
    begin: "inversion",
    async open(file: string, { prompt }: AdaptedCase["args"]): Promise<AdapterFiles> {
      return { embeddings: [{ file, word: /<[^>]*>/.exec(String(prompt))?.[0] }] };
    },
  },
} as const;
