import { expectTypeOf, test } from "vitest";
import { defineOp, isNodeOf, type OpFn } from "./op.ts";
import type { Node, Outputs, Tensor } from "./tensor.ts";
import type { HostTensor, Type } from "./types.ts";

declare const node: Node;
declare const x: Tensor;
const sum2 = { name: "sum2", infer: ([a]: readonly [a: Tensor, b: Tensor]) => a, emit: () => "y" } as const;

test("an op without a gradient does not compile", () => {
  // @ts-expect-error grad is missing
  const missing: OpFn<[a: Tensor, b: Tensor]> = defineOp(sum2);
  expectTypeOf(missing).toBeCallableWith(x, x);
});

test("a gradient has one entry for each input", () => {
  const op: OpFn<[a: Tensor, b: Tensor]> = defineOp({ ...sum2, grad: ([dy]) => [dy, undefined] });
  expectTypeOf(op).toEqualTypeOf<OpFn<[a: Tensor, b: Tensor]>>();
  // @ts-expect-error one of two is missing
  const short: OpFn<[a: Tensor, b: Tensor]> = defineOp({ ...sum2, grad: ([dy]) => [dy] });
  expectTypeOf(short).toBeFunction();
  const zero: OpFn<[a: Tensor, b: Tensor]> = defineOp({ ...sum2, grad: "zero" });
  expectTypeOf(zero).toBeFunction();
  // @ts-expect-error no such rule
  const other: OpFn<[a: Tensor, b: Tensor]> = defineOp({ ...sum2, grad: "none" });
  expectTypeOf(other).toBeFunction();
});

test("emit gets as many names as the op has inputs, and no more", () => {
  const op: OpFn<[a: Tensor, b: Tensor]> = defineOp({
    ...sum2,
    grad: "unsupported",
    emit: (e, [a, b, ...rest]) => {
      expectTypeOf([a, b]).toEqualTypeOf<string[]>();
      expectTypeOf(rest).toEqualTypeOf<[]>();
      return e.node("Add", [a, b]);
    },
  });
  expectTypeOf(op).parameters.toEqualTypeOf<[a: Tensor, b: Tensor]>();
});

test("attributes come last, and only where the op has any", () => {
  expectTypeOf<OpFn<[x: Tensor]>>().parameters.toEqualTypeOf<[x: Tensor]>();
  expectTypeOf<OpFn<[x: Tensor], { axis: number }>>().parameters.toEqualTypeOf<[x: Tensor, { axis: number }]>();
});

test("an op gives a tensor, a tuple of them, or one at least", () => {
  expectTypeOf<OpFn<[x: Tensor]>>().returns.toEqualTypeOf<Tensor>();
  type Pair = ReturnType<OpFn<[x: Tensor], undefined, readonly [Type, Type]>>;
  expectTypeOf<Pair>().toEqualTypeOf<readonly [Tensor, Tensor]>();
  expectTypeOf<ReturnType<OpFn<[x: Tensor], undefined, readonly Type[]>>>().toEqualTypeOf<Outputs>();
});

test("a node of an op has the inputs and attributes of its declaration", () => {
  const op: OpFn<[a: Tensor, b: Tensor], { axis: number }> = defineOp({ ...sum2, grad: "zero" });
  if (isNodeOf(node, op)) {
    expectTypeOf(node.inputs).toEqualTypeOf<[a: Tensor, b: Tensor]>();
    expectTypeOf(node.attrs).toEqualTypeOf<{ axis: number }>();
  }
});

test("the element type of a host tensor decides its array", () => {
  const tensor = {} as HostTensor;
  if (tensor.dtype === "float32") expectTypeOf(tensor.data).toEqualTypeOf<Float32Array>();
  if (tensor.dtype === "int32") expectTypeOf(tensor.data).toEqualTypeOf<Int32Array>();
  // @ts-expect-error integers are no float32
  const wrong: HostTensor = { dtype: "float32", shape: [1], data: Int32Array.of(1) };
  expectTypeOf(wrong).toExtend<HostTensor>();
});
