import { expect, test } from "vitest";
import { type SubgroupAdapter, withholdSmallSubgroups } from "./subgroups.web.ts";

/** The features of the device that an adapter with subgroups of this size gives. */
async function featuresOf(info: SubgroupAdapter["info"]): Promise<readonly string[]> {
  let features: readonly string[] = [];
  const prototype: SubgroupAdapter = {
    requestDevice({ requiredFeatures = [] } = {}) {
      features = [...requiredFeatures];
      return Promise.resolve({} as GPUDevice);
    },
  };
  withholdSmallSubgroups(prototype);
  const adapter: SubgroupAdapter = Object.assign(Object.create(prototype), { info });
  const requiredFeatures = ["shader-f16", "subgroups", "subgroup-size-control"] as GPUFeatureName[];
  await adapter.requestDevice({ requiredFeatures });
  return features;
}

test("a device has subgroups where they are as large as ONNX Runtime's attention assumes", async () => {
  const all = ["shader-f16", "subgroups", "subgroup-size-control"];
  expect(await featuresOf({ subgroupMinSize: 8 })).toEqual(all);
  expect(await featuresOf({ subgroupMinSize: 32 })).toEqual(all);
  expect(await featuresOf({ subgroupMinSize: 4 })).toEqual(["shader-f16"]);
  expect(await featuresOf({})).toEqual(["shader-f16"]);
  expect(await featuresOf(undefined)).toEqual(["shader-f16"]);
});
