import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import ts from "typescript";
import { expect, test } from "vitest";
import { pullback } from "../packages/aquatint/src/autodiff/grad.ts";
import { emitOnnx } from "../packages/aquatint/src/compiler/onnx/emit.ts";
import { ModelProtoSchema } from "../packages/aquatint/src/formats/generated/onnx_pb.ts";
import type { Tensor } from "../packages/aquatint/src/graph/tensor.ts";
import { topological } from "../packages/aquatint/src/graph/topological.ts";
import { applyTo, type OpRow } from "../packages/aquatint/src/ops/cases/conformance.cases.ts";
import { webgpuExceptions } from "../packages/aquatint/src/ops/cases/devices.cases.ts";
import { rows } from "../packages/aquatint/src/ops/cases/rows.cases.ts";
import { fill, input } from "../packages/aquatint/src/ops/leaves.ts";
import { root } from "./tree.ts";

const folder = "packages/aquatint/src/ops";
const read = (file: string) => readFileSync(join(root, folder, file), "utf8");
const files = [...read("index.ts").matchAll(/"\.\/(.*)\.ts"/g)].map(([, name]) => name!);

/** The first sentence of the comment on each export of a file, in the file's order. */
function sentences(file: string): [name: string, sentence: string][] {
  const source = ts.createSourceFile(file, read(`${file}.ts`), ts.ScriptTarget.Latest, true);
  return source.statements.flatMap((statement) => {
    const [comment] = ts.getJSDocCommentsAndTags(statement);
    const text = comment && ts.isJSDoc(comment) ? ts.getTextOfJSDocComment(comment.comment) : undefined;
    const names = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.map(({ name }) => name.getText())
      : ts.isFunctionDeclaration(statement) && statement.name
        ? [statement.name.getText()]
        : [];
    const said = text?.replaceAll(/\s+/g, " ").replace(/(?<=[^.A-Z]\.|\))( [A-Z].*)$/, "") ?? "";
    return names.filter((name) => name in rows).map((name) => [name, said.replace(/[.:]$/, "")] as [string, string]);
  });
}

/** What each case of a row is as a graph, without its inputs. */
const graphsOf = ({ cases }: OpRow): Tensor[] =>
  cases
    .filter(({ inputs }) => !inputs.some(({ shape }) => shape.includes(0)))
    .map(({ inputs, op }) =>
      applyTo(
        op,
        inputs.map(({ dtype, shape }, i) => input({ name: `x${i}`, dtype, shape })),
      ),
    );

function onnxOf(y: Tensor): string[] {
  const nodes = fromBinary(ModelProtoSchema, emitOnnx({ y }).model).graph!.node;
  return nodes.map(({ opType }) => opType);
}

/** Rows whose cases need other ops to be asked at all. */
const fixedRows: Readonly<Record<string, readonly [onnx: string, gradient: string]>> = {
  constant: ["an initializer", ""],
  fill: ["Expand of an initializer", ""],
  scalar: ["an initializer", ""],
  causalMask: ["GreaterOrEqual", "0"],
  round: ["Round", "0"],
};

const movesNothing = ["Reshape", "Expand", "Identity"];
function onnxColumn(graphs: readonly Tensor[]): string {
  const types = [...new Set(graphs.flatMap(onnxOf))];
  const main = types.filter((type) => !movesNothing.includes(type));
  return (main.length ? main : types).join(", ");
}

/** Whether any input has a derivative that is not zero everywhere. */
function gradientColumn(graphs: readonly Tensor[]): string {
  const derivatives = graphs.flatMap((y) => {
    const inputs = topological([y]).flatMap(({ op, outputs: [x] }) => (op === input.op && x ? [x] : []));
    if (y.dtype !== "float32") return [];
    return pullback({ outputs: [y], cotangents: [fill({ value: 1, shape: y.shape })], wrt: inputs });
  });
  return derivatives.some((d) => d !== undefined) ? "yes" : "0";
}

test("docs/ops.md lists every op, with its ONNX form and its gradient", async () => {
  const lines = files.flatMap((file) => {
    const ops = sentences(file);
    const table = ops.map(([name, sentence]) => {
      const graphs = graphsOf(rows[name]!);
      const [onnx, gradient] = fixedRows[name] ?? [onnxColumn(graphs), gradientColumn(graphs)];
      return `| \`${name}\` | ${sentence.replaceAll("|", "\\|")} | ${onnx} | ${gradient} |`;
    });
    return ops.length
      ? ["", `## ${file}`, "", "| op | | ONNX | gradient |", "| --- | --- | --- | --- |", ...table]
      : [];
  });
  expect(files.flatMap((file) => sentences(file).map(([name]) => name)).toSorted()).toEqual(
    Object.keys(rows).toSorted(),
  );
  const page = [
    "# The ops",
    "",
    "All functions of `ops`, by file. This page is written by `npx vitest run test/ops-page.test.ts -u` from the sources",
    "and from the graphs of the conformance table, and a test compares it. Every gradient is made of ops again, so it can",
    "be taken twice; 0 stands where the derivative is zero almost everywhere or the result has none.",
    ...lines,
    "",
    "## On WebGPU",
    "",
    "All of these run there with nothing left to the CPU, but for what ONNX Runtime has no kernel for; that runs on the CPU,",
    "unless the runtime is opened with `cpuFallback: false`:",
    "",
    ...webgpuExceptions.map(({ of, leaves, why }) => {
      const names = of.map((name) => `\`${name.split(" ")[0]}\`${name.includes(" ") ? " of int32" : ""}`).join(", ");
      return `- ${names}${leaves === "value" ? ", the gradient only" : ""}: ${why}`;
    }),
    "",
  ];
  await expect(page.join("\n")).toMatchFileSnapshot("../docs/ops.md");
});
