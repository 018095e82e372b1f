import { expect, test } from "vitest";
import { datasetConfig, datasets, parseDatasetConfig } from "./registry.ts";

test.each(Object.entries(datasets))("%s is known by the name that its config says", (name, { config }) => {
  expect(config.shape.name.value).toBe(name);
  expect(datasetConfig.options).toContain(config);
});

test("defaults are filled in", () => {
  expect(parseDatasetConfig({ name: "emoji-singles" })).toEqual({
    name: "emoji-singles",
    size: 32,
    styles: ["noto", "flat", "3d"],
    mirror: false,
  });
});

test.each([
  [{ name: "emoji-single" }, `dataset: "name": expected one of emoji-singles`],
  [{}, `dataset: "name": expected one of emoji-singles`],
  ["emoji-singles", "dataset: Invalid input: expected object"],
  [{ name: "emoji-singles", size: "32" }, `dataset: "size": Invalid input: expected number`],
  [
    { name: "emoji-singles", names: ["cat", "doog"] },
    `dataset: "names.1": "doog" is not a name of the table, did you mean "dog"?`,
  ],
])("the config %o is refused", (config, message) => {
  expect(() => parseDatasetConfig(config)).toThrow(message);
});
