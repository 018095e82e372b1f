import { afterAll, beforeAll, expect, test } from "vitest";
import { ShapeError } from "../graph/op.ts";
import type { DType } from "../graph/types.ts";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import type { Runtime } from "../runtime/types.ts";
import type { OpCase, Sample } from "./cases/conformance.cases.ts";
import { measure, type Probe, probe } from "./cases/measure.cases.ts";
import { rows } from "./cases/rows.cases.ts";

const dtypes: readonly DType[] = ["float32", "int32", "bool"];
const as = ({ shape, data }: Sample, dtype: DType): Sample => ({
  dtype,
  shape,
  data: dtype === "float32" ? data : data.map((v) => (dtype === "bool" ? Number(v > 0) : Math.round(v))),
});

/** A case with every input of each other type, one at a time, and all of one type. */
const variants = ({ inputs, ...opCase }: OpCase): OpCase[] => [
  ...dtypes.map((dtype) => ({ ...opCase, inputs: inputs.map((x) => as(x, dtype)) })),
  ...inputs.flatMap((x, i) => dtypes.map((dtype) => ({ ...opCase, inputs: inputs.with(i, as(x, dtype)) }))),
];

/** undefined where the op refuses. */
function traced(opCase: OpCase): Probe | undefined {
  try {
    return probe(opCase, { orders: 0 });
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
}

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

test.each(Object.entries(rows))("%s takes or refuses every element type", async (_, { cases }) => {
  for (const variant of variants(cases[0]!)) {
    const dtypes = variant.inputs.map(({ dtype }) => dtype).join(", ");
    const tracedProbe = traced(variant);
    if (!tracedProbe) continue;
    const [deviation] = await measure(runtime, [tracedProbe]);
    expect(deviation!.value, dtypes).toBeLessThan(1e-5);
  }
});
