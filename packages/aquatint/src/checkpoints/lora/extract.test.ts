import { expect, test } from "vitest";
import { float32 } from "../../graph/host-tensor.ts";
import { torchCpu } from "../../math/random.ts";
import { extractLora } from "./extract.ts";

const weights = (seed: number, names: readonly (readonly [string, readonly number[]])[]) =>
  new Map(
    names.map(([name, shape], i) => [name, float32(shape, torchCpu(seed + i).randn(shape.reduce((a, b) => a * b, 1)))]),
  );
const shapes = [
  ["a.weight", [4, 6]],
  ["b.weight", [8, 4, 3, 3]],
] as const;
const [base, tuned] = [weights(1, shapes), weights(9, shapes)];

test("layers are named and shaped as diffusers reads them, of at most the rank", () => {
  const { tensors, shares } = extractLora({ component: "unet", base, tuned, rank: 5 });
  expect(Object.fromEntries(Array.from(tensors, ([name, { shape }]) => [name, shape]))).toEqual({
    "unet.a.lora_A.weight": [4, 6],
    "unet.a.lora_B.weight": [4, 4],
    "unet.b.lora_A.weight": [5, 4, 3, 3],
    "unet.b.lora_B.weight": [8, 5, 1, 1],
  });
  expect(shares.get("unet.a")).toBeCloseTo(1, 6);
  expect(shares.get("unet.b")).toBeLessThan(0.99);
});

test("layers that no training changed are left out", () => {
  const changed = new Map([...base, ["a.weight", tuned.get("a.weight")!]]);
  expect([...extractLora({ component: "unet", base, tuned: changed, rank: 2 }).shares.keys()]).toEqual(["unet.a"]);
});

test.each([
  ["another shape", new Map([...tuned, ["a.weight", float32([2], [1, 2])]]), /a\.weight/],
  ["a bias", new Map([...tuned, ["a.bias", float32([2], [1, 2])]]), /a\.bias/],
  ["fewer", new Map([["a.weight", tuned.get("a.weight")!]]), /b\.weight is in the base alone/],
  ["no change", base, /equal/],
])("a network of %s is refused", (_, other, message) => {
  expect(() => extractLora({ component: "unet", base, tuned: other, rank: 2 })).toThrow(message);
});

test("a changed bias is refused with what to freeze", () => {
  const withBias = (value: number) => new Map([...base, ["a.bias", float32([1], [value])]]);
  expect(() => extractLora({ component: "unet", base: withBias(0), tuned: withBias(1), rank: 2 })).toThrow(
    /a\.bias differs/,
  );
});
