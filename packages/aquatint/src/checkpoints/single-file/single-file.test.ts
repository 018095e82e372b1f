import { describe, expect, test } from "vitest";
import { memoryFiles } from "../files.ts";
import { headerOf, type NamesCase, names, unreadFile } from "../fixture.cases.ts";
import { identify } from "../identify.ts";
import { renameKey } from "./rename.ts";
import { singleFileModel } from "./single-file.ts";

const open = (tensors: NamesCase["tensors"], metadata = {}) =>
  singleFileModel(
    { file: unreadFile("/m.safetensors"), header: headerOf(tensors, metadata) },
    { files: memoryFiles(new Map(), "m") },
  );
const families = { "tiny-sd1": "sd1", "tiny-sd2": "sd2", "tiny-sdxl": "sdxl" } as const;

describe.each(["tiny-sd1", "tiny-sd2", "tiny-sdxl"] as const)("%s in its original names", (name) => {
  const { tensors, weights } = names[name];
  const checkpoint = open(tensors);
  const header = headerOf(tensors);

  test("is recognized, and every tensor finds its place", () => {
    expect(identify(header).kind).toBe("single-file");
    expect(checkpoint).toMatchObject({ family: families[name], unused: [] });
    const keys = [...checkpoint.components].flatMap(([part, of]) =>
      [...of.weights.keys()].map((key) => `${part}.${key}`),
    );
    expect(keys.sort()).toEqual(Object.keys(weights).sort());
  });

  test("gives each weight the bytes and the shape that it has in the folder", () => {
    let compared = 0;
    for (const [path, expected] of Object.entries(weights)) {
      const dot = path.indexOf(".");
      const location = checkpoint.components.get(path.slice(0, dot))!.weights.get(path.slice(dot + 1))!;
      expect(location.shape, path).toEqual(expected.at(-1));
      const [key, third] = expected;
      if (key === null) continue;
      compared++;
      const source = header.tensors.get(key)!;
      expect(location.offset, path).toBe(source.offset + (typeof third === "number" ? third * location.length : 0));
      expect(location.transposed ?? false).toBe(third === "transposed");
    }
    expect(compared).toBeGreaterThan(500);
  });
});

const { tensors } = names["tiny-sd1"];

test("a network with a strange tensor is refused by name", () => {
  const strange = { ...tensors, "model.diffusion_model.joint_blocks.0.weight": ["F16", [4]] as const };
  expect(() => open(strange)).toThrow(/joint_blocks\.0\.weight/);
});

test("what belongs to no network is named, and tables of training are passed over", () => {
  const more = { ...tensors, "model_ema.decay": ["F32", []] as const, "something.else": ["F32", [1]] as const };
  expect(open(more).unused).toEqual(["something.else"]);
});

test("what the network predicts is read of the metadata and of marker tensors", () => {
  const prediction = (checkpoint: ReturnType<typeof open>) => checkpoint.scheduler?.["prediction_type"];
  expect(prediction(open(tensors))).toBe("epsilon");
  expect(prediction(open(tensors, { "modelspec.prediction_type": "v" }))).toBe("v_prediction");
  expect(prediction(open({ ...tensors, v_pred: ["F32", [0]] }))).toBe("v_prediction");
  expect(prediction(open(names["tiny-sd2"].tensors))).toBe("v_prediction");
});

test("an inpainting model differs in its first convolution", () => {
  const key = "model.diffusion_model.input_blocks.0.0.weight";
  const { components, family } = open({ ...tensors, [key]: ["F16", [32, 9, 3, 3]] });
  expect(components.get("unet")?.config["in_channels"]).toBe(9);
  expect(family).toBe("sd1");
});

test("OpenCLIP in SD 2.x: the last of its layers is never run, the fused projections are three, the last projection is left", () => {
  const layers: NamesCase["tensors"] = Object.fromEntries(
    [0, 1, 2].flatMap((i) => [
      [`cond_stage_model.model.transformer.resblocks.${i}.attn.in_proj_weight`, ["F16", [12, 4]] as const],
      [`cond_stage_model.model.transformer.resblocks.${i}.ln_1.weight`, ["F16", [4]] as const],
    ]),
  );
  const text: NamesCase["tensors"] = { ...layers, "cond_stage_model.model.text_projection": ["F16", [4, 4]] };
  const weights = open(text).components.get("text_encoder")!.weights;
  expect([...weights.keys()]).toEqual(
    [0, 1].flatMap((i) => [
      ...["q", "k", "v"].map((p) => `text_model.encoder.layers.${i}.self_attn.${p}_proj.weight`),
      `text_model.encoder.layers.${i}.layer_norm1.weight`,
    ]),
  );
  expect([...weights.values()].slice(0, 3).map(({ offset }) => offset)).toEqual([8, 40, 72]);
});

test("the longest prefix of whole parts is renamed", () => {
  const table = new Map([
    ["a.1", "x"],
    ["a.1.b", "y"],
    ["a.10", "z"],
  ]);
  expect(["a.1.weight", "a.1.b.weight", "a.10.weight", "a.1", "b.1"].map((key) => renameKey(key, table))).toEqual([
    "x.weight",
    "y.weight",
    "z.weight",
    "x",
    undefined,
  ]);
});
