import { expect, test } from "vitest";
import { qualitiesOf, qualityOf, withQuality } from "./presets.ts";
import { drawOptions } from "./request.ts";
import { initialSettings, type Settings } from "./settings.ts";

/** As `generation_config.json` of a model says it: `"few_step": { "num_inference_steps": 4, "guidance_scale": 1 }`. */
const withForm = { fewSteps: { steps: 4, guidance: 1 } };

const settingsWith = (
  id: string,
  model: Parameters<typeof qualitiesOf>[0],
  from: Settings = initialSettings,
): Settings => {
  const quality = qualitiesOf(model).find((item) => item.id === id);
  if (!quality) throw new Error(`there is no quality ${id}`);
  return { ...from, ...withQuality(quality, from) };
};

test.each([
  ["with a form for few steps", withForm, { steps: 4, guidance: 1, fewSteps: true }],
  ["without one", {}, { steps: 8, guidance: undefined }],
])("Quick of a model %s", (_, model, options) => {
  const settings = settingsWith("quick", model);
  expect(qualityOf(settings, model)).toBe("quick");
  expect(drawOptions(settings)).toMatchObject(options);
  expect("fewSteps" in drawOptions(settings)).toBe("fewSteps" in model);
});

test("the guidance of the form goes with it, and one of the visitor stays", () => {
  const back = settingsWith("balanced", withForm, settingsWith("quick", withForm));
  expect(back).toEqual({ ...initialSettings, steps: null, fewSteps: false });
  expect(settingsWith("fine", withForm, { ...initialSettings, guidance: 6 })).toMatchObject({ steps: 40, guidance: 6 });
  expect(qualityOf(settingsWith("quick", withForm), {})).toBe("custom"); // another model is loaded
});
