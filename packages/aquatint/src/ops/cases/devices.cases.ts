import { expect } from "vitest";
import type { Runtime } from "../../runtime/types.ts";
import type { OpCase } from "./conformance.cases.ts";
import { measure, probe } from "./measure.cases.ts";
import { rows } from "./rows.cases.ts";

/** Share of a row that a device can do. */
export interface Exception {
  /** "op", or "op about" for one case of it. */
  readonly of: readonly string[];
  /** Part that remains: the value without the derivatives, or nothing. */
  readonly leaves: "value" | "nothing";
  readonly why: string;
}

/** Rows without a WebGPU kernel in ONNX Runtime 1.30; they run on the CPU instead. */
export const webgpuExceptions: readonly Exception[] = [
  { of: ["argmax", "argmin"], leaves: "nothing", why: "ArgMax and ArgMin" },
  { of: ["round"], leaves: "nothing", why: "Round" },
  { of: ["logSoftmax"], leaves: "nothing", why: "LogSoftmax" },
  { of: ["indexAdd"], leaves: "nothing", why: "ScatterND that adds" },
  { of: ["indexSelect", "embedding"], leaves: "value", why: "ScatterND that adds, in the gradient" },
  { of: ["abs of integers", "slice int32 [4], 1 to 3 along 0"], leaves: "nothing", why: "Abs and Slice of int32" },
];
/** WGSL promises 2^-11 for sines and cosines. */
export const coarse: Readonly<Record<string, number>> = { sin: 2 ** -11, cos: 2 ** -11 };

/** A case of the table with its names. */
export interface NamedCase {
  readonly name: string;
  readonly title: string;
  readonly opCase: OpCase;
}
/** The first of each row's cases that have elements, and every so many after it: the more cases, the more are asked. */
export const selectCases = (every: number): readonly NamedCase[] =>
  Object.entries(rows).flatMap(([name, { cases }]) =>
    cases
      .filter(({ inputs }) => !inputs.some(({ shape }) => shape.includes(0)))
      .filter((_, i) => i % every === 0)
      .map((opCase) => ({ name, title: `${name} ${opCase.about}`, opCase })),
  );

export const exceptionFor = ({ name, title }: NamedCase, exceptions: readonly Exception[]): Exception | undefined =>
  exceptions.find(({ of }) => of.includes(name) || of.includes(title));

/** Runs cases with their gradients as one program, but for the exceptions, and compares each with its reference. */
export async function agree(runtime: Runtime, sample: readonly NamedCase[], exceptions: readonly Exception[] = []) {
  const namedCases = sample.filter((namedCase) => exceptionFor(namedCase, exceptions)?.leaves !== "nothing");
  const probes = namedCases.map((namedCase, i) =>
    probe(namedCase.opCase, { id: `${i}:`, orders: exceptionFor(namedCase, exceptions) ? 0 : 1 }),
  );
  const deviations = await measure(runtime, probes);
  const wrong = deviations.flatMap(({ value, gradient }, i) => {
    const allowed = Math.max(1e-4, coarse[namedCases[i]!.name] ?? 0);
    return Math.max(value, gradient) < allowed ? [] : [{ case: namedCases[i]!.title, value, gradient }];
  });
  expect(wrong).toEqual([]);
}
