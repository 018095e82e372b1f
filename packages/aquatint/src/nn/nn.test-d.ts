import { expectTypeOf, test } from "vitest";
import type { Tensor } from "../graph/tensor.ts";
import { dims } from "./einops.ts";
import { Linear } from "./layers.ts";
import { module } from "./module.ts";

declare const x: Tensor;

test("dims names exactly the axes of its pattern", () => {
  const sizes = dims(x, "b c h w");
  expectTypeOf(sizes).toEqualTypeOf<{ readonly [K in "b" | "c" | "h" | "w"]: number }>();
  // @ts-expect-error there is no axis d
  expectTypeOf(sizes.d).toBeNumber();
});

test("a module has the signature of its forward function, and its children by name", () => {
  const block = module({ first: Linear(2, 3), second: undefined }, (y: Tensor, scale: number): [Tensor, number] => [
    y,
    scale,
  ]);
  expectTypeOf(block).parameters.toEqualTypeOf<[y: Tensor, scale: number]>();
  expectTypeOf(block).returns.toEqualTypeOf<[Tensor, number]>();
  expectTypeOf(block.children.first).returns.toEqualTypeOf<Tensor>();
  expectTypeOf(block.children).toHaveProperty("second");
  // @ts-expect-error no such child
  expectTypeOf(block.children.third).toBeAny();
});
