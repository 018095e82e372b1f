/**
 * `npm run schemas`: writes the JSON schemas of configurations to `schemas/`, for editors to complete by `$schema`, and the
 * tables of `docs/training.md` and `docs/comparison.md`.
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { allDatasetKinds } from "../packages/aquatint/src/data/registry.ts";
import { type ConfigKinds, trainConfigs } from "../packages/aquatint/src/train/config/config.ts";
import { presets } from "../packages/aquatint/src/train/config/presets.ts";
import { trainJsonSchema } from "../packages/aquatint/src/train/config/schema.ts";
import { DEFAULT_TASK } from "../packages/aquatint/src/train/tasks/registry.ts";
import { allTaskKinds } from "../packages/aquatint/src/train/tasks/task-kinds.ts";
import { comparisonConfig } from "../packages/lab/src/compare/config.ts";
import { root } from "../test/tree.ts";
import { fieldTable } from "./config-table.ts";

const jsonSchema = (schema: z.ZodType): object => z.toJSONSchema(schema, { io: "input", reused: "inline" });

/** The tables of the documentation: the fields of every run, and those of each task. */
function tables(kinds: ConfigKinds): string {
  const taskTables = Object.entries(kinds.tasks).map(([name, { fields, summary }]) => {
    return `### \`"task": "${name}"\`\n\n${summary}\n\n${fieldTable(jsonSchema(z.object(fields)))}`;
  });
  const ofTasks = Object.values(kinds.tasks).flatMap(({ fields }) => Object.keys(fields));
  return [fieldTable(jsonSchema(trainConfigs(kinds)[DEFAULT_TASK]!), ofTasks), ...taskTables].join("\n\n");
}

/** What each preset is for, and what it sets. */
function presetTable(): string {
  const rows = Object.entries(presets).map(([name, { summary, training }]) => {
    const set = Object.entries(training).map(([key, value]) => `\`${key} = ${JSON.stringify(value)}\``);
    return `| \`"${name}"\` | ${summary} | ${set.join(", ")} |`;
  });
  return ["| `preset` | for | sets in `training` |", "| --- | --- | --- |", ...rows].join("\n");
}

/** Replaces what stands between the marks of a generated part. */
const filled = (docs: string, name: string, text: string): string =>
  docs.replace(
    new RegExp(`(<!-- ${name}: npm run schemas -->\n)[\\s\\S]*?(\n<!-- end of ${name} -->)`),
    (_, before: string, after: string) => `${before}\n${text}\n${after}`,
  );

const page = (name: string): Promise<string> => readFile(join(root, `docs/${name}.md`), "utf8");

const encoded = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;

/** The text that each generated file should have, by its path from the root. */
export async function schemaFiles(): Promise<Readonly<Record<string, string>>> {
  const comparison = jsonSchema(comparisonConfig);
  const kinds = { datasets: await allDatasetKinds(), tasks: await allTaskKinds() };
  return {
    "schemas/train.json": encoded(trainJsonSchema(kinds)),
    "schemas/compare.json": encoded(comparison),
    "docs/training.md": filled(filled(await page("training"), "presets", presetTable()), "fields", tables(kinds)),
    "docs/comparison.md": filled(await page("comparison"), "fields", fieldTable(comparison, ["$schema"])),
  };
}

if (process.argv[1]?.endsWith("schemas.ts")) {
  for (const [path, text] of Object.entries(await schemaFiles())) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}
