import { expect, test } from "vitest";
import {
  allDatasetKinds,
  createDataset,
  datasetKindsFor,
  datasetNames,
  datasetPackages,
  ownDatasets,
  parseDatasetConfig,
} from "./registry.ts";

test("every kind is known by the name that its config says", async () => {
  const kinds = await allDatasetKinds();
  expect(Object.keys(kinds).toSorted()).toEqual(datasetNames.toSorted());
  for (const [name, { config }] of Object.entries(kinds)) expect(config.shape.name.value).toBe(name);
});

test.each(datasetPackages)("$name has the kinds that the table lists", async ({ load, names }) => {
  expect(Object.keys((await load()).datasets)).toEqual(names);
});

test("a package is loaded only for a kind of its own; one that is not installed says how to install it", async () => {
  const error = Object.assign(new Error("Cannot find package 'pots'"), { code: "ERR_MODULE_NOT_FOUND" });
  const pots = [{ name: "pots", load: () => Promise.reject(error), names: ["pot"] }];
  expect(await datasetKindsFor({ name: "digits" }, pots)).toBe(ownDatasets);
  await expect(datasetKindsFor({ name: "pot" }, pots)).rejects.toMatchObject({
    code: "package/missing",
    message: 'the dataset "pot" needs the package pots, which is not installed',
    hint: "npm install pots",
  });
});

test("defaults are filled in", async () => {
  expect(await parseDatasetConfig({ name: "emoji-singles" })).toEqual({
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
  [{ name: "captioned-folder", folder: 3 }, `dataset: "folder": Invalid input: expected string`],
  [{ name: "emoji-singles", size: "32" }, `dataset: "size": Invalid input: expected number`],
  [
    { name: "emoji-singles", names: ["cat", "doog"] },
    `dataset: "names.1": "doog" is not a name of the table, did you mean "dog"?`,
  ],
])("the config %o is refused", async (config, message) => {
  await expect(parseDatasetConfig(config)).rejects.toThrow(message);
});

test("a config that was checked becomes its dataset", async () => {
  const digits = async () => ({ images: new Uint8Array(28 * 28 * 10), labels: new Uint8Array(10) });
  const config = await parseDatasetConfig({ name: "digits", digits: [0] });
  const unused = () => Promise.reject(new Error("nothing else was asked for"));
  const sources = { digits, imageFolder: unused, latentPool: unused };
  expect(await createDataset(config, sources)).toMatchObject({ name: "digits", size: [32, 32] });
});
