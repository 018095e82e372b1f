import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { module } from "../nn/module.ts";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import type { Runtime } from "../runtime/types.ts";
import { applyTo, type OpRow } from "./cases/conformance.cases.ts";
import { coarse, selectCases, webgpuExceptions } from "./cases/devices.cases.ts";
import { measure, probe } from "./cases/measure.cases.ts";
import { rows } from "./cases/rows.cases.ts";
import * as ops from "./index.ts";
import { input } from "./leaves.ts";

/** Exported functions that are no ops with a value of their own. */
const noRow = { input: "what every case is fed", param: "has a value only once it is bound" };
/** Ops that no input can be wrong for. */
const neverRefuse = ["cast", "fill", "causalMask"];

const names = Object.keys(ops).filter((name) => !(name in noRow));
const table = Object.entries(rows);

describe("the table", () => {
  test("has a row for every op that ops/index.ts exports, and no other", () => {
    expect(Object.keys(rows).toSorted()).toEqual(names.toSorted());
  });
  test("has a case for every exception of a device", () => {
    const titles = new Set(selectCases(1).flatMap(({ name, title }) => [name, title]));
    const excepted = [...webgpuExceptions.flatMap(({ of }) => of), ...Object.keys(coarse)];
    expect(excepted.filter((name) => !titles.has(name))).toEqual([]);
  });
  test("asks of every op what it does with an axis of one element and with none, or that it is refused", () => {
    const shapesOf = ({ cases, refuses }: OpRow) =>
      [...cases, ...refuses].flatMap(({ inputs }) => inputs.map(({ shape }) => shape));
    const rowsWithoutSize = (size: number) =>
      table.flatMap(([name, row]) => (shapesOf(row).some((shape) => shape.includes(size)) ? [] : [name]));
    expect([rowsWithoutSize(1), rowsWithoutSize(0)]).toEqual([[], []]);
  });
  test("asks of every op what it refuses", () => {
    const none = table.flatMap(([name, { refuses }]) => (refuses.length ? [] : [name]));
    expect(none.toSorted()).toEqual(neverRefuse.toSorted());
  });
});

describe("every op equals its float64 reference, with its first and second derivatives:", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ threads: 1 });
  });
  afterAll(() => runtime[Symbol.asyncDispose]());

  const cases = table.flatMap(([name, row]) => row.cases.map((opCase) => [`${name} ${opCase.about}`, opCase] as const));
  test.each(cases)("%s", async (_, opCase) => {
    const [deviation] = await measure(runtime, [probe(opCase)]);
    expect(deviation!.shape).toEqual(deviation!.expectedShape);
    expect(deviation!.value).toBeLessThan(1e-5);
    expect(deviation!.gradient).toBeLessThan(1e-4);
    expect(deviation!.second).toBeLessThan(1e-4);
  });
});

describe("what does not fit is refused, with the op, its inputs and the module:", () => {
  const refusals = table.flatMap(([name, row]) =>
    row.refuses.map((refusal) => [`${name}: ${refusal.about}`, refusal] as const),
  );
  test.each(refusals)("%s", (_, { inputs, op, message }) => {
    const leaves = inputs.map((type, i) => input({ name: `x${i}`, ...type }));
    const proj = module({}, () => applyTo(op, leaves));
    module({ mid: module({ proj }, () => undefined) }, () => undefined);
    const pattern = message.replaceAll(/[[\](){}.+*?^$|]/g, "\\$&");
    expect(proj).toThrow(
      expect.objectContaining({
        code: "shape/mismatch",
        message: expect.stringMatching(new RegExp(`^\\w+\\(.*\\) in mid\\.proj: ${pattern}$`)),
      }),
    );
  });
});
