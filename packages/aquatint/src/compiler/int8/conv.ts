import { defineOp, type OpFn } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { convAttributes, type Geometry } from "../../ops/conv-onnx.ts";
import { convolution, shape4 } from "../../ops/conv-ops.ts";
import { expectDtype } from "../../ops/shape-rules.ts";
import { placesOf } from "../../ops/window.ts";
import { type Affine, affineNames, affineOf, dequantize, quantize } from "./affine.ts";
import type { QuantizedWeight } from "./weight.ts";

interface Int8ConvOptions extends Geometry {
  readonly input: Affine;
  readonly output: Affine;
}

const INT32 = 6;

/** conv2d of x in uint8 by a weight in int8, computed in integers; the result is rounded to uint8. */
export const int8Conv: OpFn<readonly [x: Tensor, weight: Tensor, scale: Tensor, ...bias: Tensor[]], Int8ConvOptions> =
  defineOp({
    name: "int8Conv",
    infer: ([x, weight], geometry) => {
      expectDtype(x, "uint8");
      expectDtype(weight, "int8");
      const [n, , h, w] = shape4(x);
      const [o, , kh, kw] = shape4(weight);
      return { dtype: "uint8", shape: [n, o, ...placesOf([h, w], [kh, kw], geometry)] };
    },
    emit: (e, [x, weight, scale, ...bias], { input, output, ...geometry }, { inputs: [, kernel] }) => {
      const zeros = e.constant("int8", new Int8Array(shape4(kernel)[0]));
      const [inputScale, inputZero] = affineNames(e, input);
      // of constants: computed once, while the program is loaded
      const integerBias = bias.map((b) => {
        const steps = e.node("Div", [b, e.node("Mul", [scale, inputScale])]);
        return e.node("Cast", [e.node("Round", [steps])], { to: INT32 });
      });
      return e.node(
        "QLinearConv",
        [x, inputScale, inputZero, weight, scale, zeros, ...affineNames(e, output), ...integerBias],
        convAttributes(shape4(kernel), geometry),
      );
    },
    grad: "unsupported",
  });

/** Convolutions whose weights are quantized. */
export const convInInt8 = (weights: ReadonlyMap<Tensor, QuantizedWeight>): Rule =>
  ruleFor(convolution, ({ inputs: [x, weight, ...bias], attrs }) => {
    const quantized = weights.get(weight);
    if (!quantized?.layer.output) return undefined;
    const { layer, values, scale } = quantized;
    const [input, output] = [affineOf(layer.input), affineOf(quantized.layer.output)];
    const y = int8Conv(quantize(x, input), values, scale, ...bias, { ...attrs, input, output });
    return [dequantize(y, output)];
  });
