import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allDatasetKinds } from "../packages/aquatint/src/data/registry.ts";
import { parseTrainConfig } from "../packages/aquatint/src/train/config/config.ts";
import { trainJsonSchema } from "../packages/aquatint/src/train/config/schema.ts";
import { allTaskKinds } from "../packages/aquatint/src/train/tasks/task-kinds.ts";
import { parseComparison } from "../packages/lab/src/compare/config.ts";
import { filesUnder, root } from "../test/tree.ts";
import { schemaFiles } from "./schemas.ts";

const kinds = { datasets: await allDatasetKinds(), tasks: await allTaskKinds() };
const read = (path: string) => readFile(join(root, path), "utf8");

test("schemas and the tables of the documentation are those of the source: npm run schemas", async () => {
  for (const [path, text] of Object.entries(await schemaFiles())) expect(await read(path), path).toBe(text);
});

test("every field of the schema says what it is", () => {
  const missing: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== "object" || node === null) return;
    const { properties = {}, description } = node as {
      properties?: Record<string, Record<string, unknown>>;
      description?: string;
    };
    const fields = Object.entries(properties).filter(([, field]) => field["const"] === undefined);
    const unsaid = fields.filter(([, field]) => !field["description"] && !field["properties"]);
    // an object that says what it maps from names to numbers says it for all of them
    const isMap = description !== undefined && unsaid.length === fields.length;
    if (!isMap) missing.push(...unsaid.map(([key]) => `${path}.${key}`));
    for (const [key, below] of Object.entries(node)) visit(below, `${path}.${key}`);
  };
  visit(trainJsonSchema(kinds, { reused: "inline" }), "");
  expect(missing).toEqual([]);
});

test.each(filesUnder("recipes").filter((path) => path.endsWith(".json")))(
  "%s is right and names its schema",
  async (path) => {
    const json = JSON.parse(await read(path));
    const [schema, parse] = path.endsWith("compare.json") ? ["compare", parseComparison] : ["train", parseTrainConfig];
    expect(() => parse(json, { name: path, kinds })).not.toThrow();
    expect(join(path, "..", json.$schema)).toBe(join("schemas", `${schema}.json`));
  },
);
