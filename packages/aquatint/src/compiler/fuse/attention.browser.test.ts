import { expect, test } from "vitest";
import { deviation, noise } from "../../../test/evaluate.ts";
import { scaledDotProductAttention } from "../../ops/attention.ts";
import { input } from "../../ops/leaves.ts";
import { webRuntime } from "../../runtime/runtime.web.ts";
import { compile } from "../compile.ts";

const adapter = await navigator.gpu?.requestAdapter();

/** Shapes of more than 32 queries, for which WebGPU has another kernel than for few: [heads, queries, keys, channels of a head]. */
const cases: readonly (readonly [number, number, number, number])[] = [
  [4, 64, 64, 32],
  [2, 33, 77, 40],
  [1, 40, 5, 6],
];

/** Attention as one op, of a batch of two. */
function attentionGraph([heads, n, m, d]: (typeof cases)[number]) {
  const shapes = { q: [2, heads, n, d], k: [2, heads, m, d], v: [2, heads, m, d] };
  const leaf = (name: keyof typeof shapes) => input({ name, shape: shapes[name] });
  const feeds = Object.fromEntries(
    Object.entries(shapes).map(([name, shape], seed) => [name, noise(shape, { seed, size: 2 })]),
  );
  return { outputs: { y: scaledDotProductAttention(leaf("q"), leaf("k"), leaf("v")) }, feeds };
}

test.skipIf(!adapter).each(cases)(
  "attention (%i heads, %i to %i tokens, %i channels) is the same on WebGPU and on wasm",
  async (...shape) => {
    const { outputs, feeds } = attentionGraph(shape);
    await using wasm = await webRuntime();
    await using expected = await wasm.load(compile({ outputs }));
    const { y } = await expected.run(feeds);
    await using webgpu = await webRuntime({ device: "webgpu", cpuFallback: false });
    await using program = await webgpu.load(compile({ outputs }));
    expect(deviation((await program.run(feeds)).y, y.data)).toBeLessThan(1e-5);
  },
);
