import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { DType } from "../../graph/types.ts";
import { checkData } from "./validate.ts";

const arrays: Readonly<Record<DType, string>> = {
  float32: "Float32Array",
  int32: "Int32Array",
  bool: "Uint8Array",
  int8: "Int8Array",
  uint8: "Uint8Array",
};
const check = (dtype: DType, array: string) => () =>
  checkData("x", { dtype, shape: [2], data: runInNewContext(`new ${array}(2)`) }, "runtime/feed");

test.each(Object.entries(arrays))("data of %s may come from another context, as in tests of Jest", (dtype, array) => {
  expect(check(dtype as DType, array)).not.toThrow();
  for (const other of Object.values(arrays).filter((name) => name !== array)) {
    expect(check(dtype as DType, other)).toThrow(`its data is not of type ${array}`);
  }
});
