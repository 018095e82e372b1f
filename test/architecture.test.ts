import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path/posix";
import { describe, expect, test } from "vitest";
import { type Import, type Source, sources } from "./source.ts";
import { root } from "./tree.ts";

/** What each folder may import besides itself and `base`. The entries at the top of src and cli/ may import anything. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  util: [],
  math: [],
  formats: ["math"],
  graph: [],
  ops: ["graph"],
  autodiff: ["graph", "ops"],
  compiler: ["formats", "graph", "ops"],
  nn: ["graph", "ops"],
  models: ["graph", "ops", "nn"],
  diffusion: ["math"],
  tokenizers: ["math"],
  runtime: ["formats", "graph", "ops", "compiler"],
  pipelines: [
    ...["math", "formats", "graph", "ops", "compiler", "nn", "models", "diffusion", "tokenizers", "runtime"],
    "checkpoints",
  ],
  checkpoints: ["math", "formats", "graph", "ops", "compiler", "nn"],
  hub: ["formats", "checkpoints"],
  data: ["math", "formats"],
  reports: ["math", "formats"],
  theory: ["math", "formats", "diffusion", "pipelines", "runtime", "data", "reports"],
  evaluate: [...["compiler", "math", "formats", "models", "nn", "ops", "runtime", "pipelines", "data", "train"]],
  train: [
    ...["math", "formats", "graph", "ops", "compiler", "nn", "models", "diffusion", "tokenizers", "runtime"],
    ...["pipelines", "autodiff", "data", "checkpoints"],
  ],
  runs: ["math", "formats", "train", "reports"],
  compare: [
    ...["math", "formats", "graph", "ops", "compiler", "models", "diffusion", "runtime", "pipelines", "data", "train"],
    ...["evaluate", "theory", "reports", "runs"],
  ],
};
/** Files that everything may import and that import nothing. */
const base = ["errors.ts", "graph/types.ts"];
/** Files that every folder may import: `base`, and what `util/` holds. */
const isShared = (path: string): boolean => base.includes(path) || path.startsWith("util/");

/** Where each dependency may be imported; one that is not listed may be imported anywhere. */
const dependencyHomes: Readonly<Record<string, RegExp>> = {
  "onnxruntime-node": /^runtime\/[^/]*\.node\.ts$/,
  "onnxruntime-web": /^runtime\/[^/]*\.web\.ts$/,
  "onnxruntime-common": /^runtime\//,
  "@bufbuild/protobuf": /^(formats|compiler|runtime)\//,
  "fast-png": /^formats\//,
  sharp: /(^|\/)node[^/]*\.ts$/,
  "@observablehq/plot": /(^|\/)node[^/]*\.ts$/,
  linkedom: /^reports\/node[^/]*\.ts$/,
  "@huggingface/hub": /^hub\/node[^/]*\.ts$/,
  commander: /^cli\//,
  ansis: /^cli\//,
  "cli-progress": /^cli\//,
};

/** May use the DOM: `x.web.ts`, and the entry. */
const isForWeb = (path: string): boolean => /\.web\.ts$/.test(path) || path === "web.ts";

const longest = { file: 300, function: 40 };
/** Files and functions that are longer, with the reason. */
const longFiles = ["formats/generated/onnx_pb.ts" /* generated */];
const longFunctions: readonly string[] = [];

/** Files that import each other's types in a circle. Each must still be one: open it by moving a type, and delete its line. */
const typeCycles: readonly string[] = [
  "compare/config.ts, compare/families/diffusion.ts, compare/families/distilled.ts, compare/families/gan.ts, compare/families/one-pass.ts, compare/families/registry.ts, compare/families/vae.ts, compare/family.ts",
  "data/digits/kind.ts, data/kind.ts",
  "data/emoji/compose.ts, data/emoji/pyramid.ts",
  "diffusion/registry.ts, diffusion/samplers/flow-table.ts, diffusion/samplers/stochastic-table.ts, diffusion/samplers/table.ts",
  "formats/exif-write.ts, formats/picture-file.ts",
  "pipelines/beginning.ts, pipelines/guided.ts, pipelines/text-to-image.ts, pipelines/walk.ts",
  "train/node-parts.ts, train/node.ts",
  "train/tasks/clip/outputs.ts, train/tasks/clip/task.ts",
];

const all = sources();
const folderOf = (path: string): string => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "");
const unrestricted = (folder: string): boolean => folder === "" || folder === "cli";
/** May use node:* and what only Node has: `x.node.ts`; for folders not yet renamed `node.ts`, `node-x.ts` and `node/`. */
const isForNode = (path: string): boolean =>
  /\.node\.ts$|^node(-.*)?\.ts$/.test(basename(path)) ||
  dirname(path).split("/").includes("node") ||
  path.startsWith("cli/");

/** "file -> target" for each import that `wrong` picks. */
const importsThat = (wrong: (source: Source, found: Import) => boolean): string[] =>
  all.flatMap((source) =>
    source.imports.filter((found) => wrong(source, found)).map(({ target }) => `${source.path} -> ${target}`),
  );
const packageOf = (target: string): string =>
  target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
const isPackage = ({ relative, target }: Import): boolean => !relative && !target.startsWith("node:");

test("the library has sources, and each folder has its row in the table", () => {
  const folders = new Set(all.map(({ path }) => folderOf(path)).filter((folder) => !unrestricted(folder)));
  expect(folders.size).toBeGreaterThan(0);
  expect(Object.keys(mayImport)).toEqual(expect.arrayContaining([...folders]));
});

describe("imports", () => {
  test("go from folder to folder as the table says", () => {
    const wrong = importsThat(({ path }, { target, relative }) => {
      if (!relative || isShared(target)) return false;
      const [from, to] = [folderOf(path), folderOf(target)];
      return !unrestricted(from) && from !== to && !mayImport[from]?.includes(to);
    });
    expect(wrong).toEqual([]);
  });

  test("of what everything imports there are none", () => {
    expect(importsThat(({ path }) => base.includes(path))).toEqual([]);
  });

  test("stay inside the library", () => {
    const paths = new Set(all.map(({ path }) => path));
    const wrong = importsThat((_, { target, relative }) => relative && target.endsWith(".ts") && !paths.has(target));
    expect(wrong).toEqual([]);
  });

  test("form no cycle when they run", () => {
    const atRunTime = (imports: readonly Import[]) => imports.flatMap((i) => (i.typeOnly ? [] : [i.target]));
    expect(cyclesIn(new Map(all.map(({ path, imports }) => [path, atRunTime(imports)])))).toEqual([]);
  });

  test("form no cycle through types either, but for those listed", () => {
    const edges = new Map(all.map(({ path, imports }) => [path, imports.map(({ target }) => target)]));
    expect(tanglesIn(edges)).toEqual(typeCycles);
  });

  test("of node:* stand only in the files for Node, which only files for Node import", () => {
    const wrong = importsThat(
      ({ path }, { target, relative }) =>
        !isForNode(path) && (target.startsWith("node:") || (relative && isForNode(target))),
    );
    expect(wrong).toEqual([]);
  });

  test("of files for the browser stand only in files for the browser", () => {
    const wrong = importsThat(({ path }, { target, relative }) => relative && isForWeb(target) && !isForWeb(path));
    expect(wrong).toEqual([]);
  });

  test("of packages are of the package's own dependencies, each in its place", () => {
    const manifest = JSON.parse(readFileSync(join(root, "packages/aquatint/package.json"), "utf8"));
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    const wrong = importsThat((source, found) => {
      const name = packageOf(found.target);
      return isPackage(found) && !(declared.includes(name) && (dependencyHomes[name] ?? /./).test(source.path));
    });
    expect(wrong).toEqual([]);
  });

  test("of models, runtime and drawing come after a configuration was checked", () => {
    const early = [...loadedBy("cli/train.ts")].filter((target) =>
      /^(models|nn|autodiff|compiler|runtime|pipelines\/model|reports\/page)|^(@bufbuild|onnxruntime|sharp|linkedom)/.test(
        target,
      ),
    );
    expect(early).toEqual([]);
    expect(loadedBy("train/node-parts.ts")).toContain("runtime/runtime.node.ts");
  });

  test("of onnxruntime-common are types", () => {
    expect(importsThat((_, { target, typeOnly }) => target === "onnxruntime-common" && !typeOnly)).toEqual([]);
  });
});

describe("sizes", () => {
  test(`files have at most ${longest.file} lines`, () => {
    const long = all.filter(({ lines }) => lines > longest.file);
    expect(long.map(({ path }) => path)).toEqual(longFiles);
  });

  test(`functions have at most ${longest.function} lines`, () => {
    const long = all.flatMap(({ path, functions }) =>
      functions.filter(({ lines }) => lines > longest.function).map(({ name }) => `${path} ${name}`),
    );
    expect(long).toEqual(longFunctions);
  });
});

test("every export says in a comment what it is", () => {
  const missing = all
    .filter(({ path }) => !longFiles.includes(path))
    .flatMap(({ path, undocumented }) => undocumented.map((name) => `${path}: ${name}`));
  expect(missing).toEqual([]);
});

/** Every file and package that is loaded before a file runs. */
function loadedBy(path: string): ReadonlySet<string> {
  const loaded = new Set([path]);
  for (const at of loaded) {
    const imports = all.find((source) => source.path === at)?.imports ?? [];
    for (const { target, typeOnly, late } of imports) if (!typeOnly && !late) loaded.add(target);
  }
  return loaded;
}

/** Each cycle as "a -> b -> a", found by depth-first search. */
function cyclesIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (at: string, trail: readonly string[]) => {
    const start = trail.indexOf(at);
    if (start >= 0) cycles.push([...trail.slice(start), at].join(" -> "));
    if (start >= 0 || done.has(at)) return;
    for (const next of edges.get(at) ?? []) visit(next, [...trail, at]);
    done.add(at);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}

/** The sets of files that reach each other, "a, b", each of two files or more (Tarjan 1972). */
function tanglesIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const index = new Map<string, number>();
  const stack: string[] = [];
  const tangles: string[] = [];
  const visit = (at: string): number => {
    const number = index.size;
    let lowest = number;
    index.set(at, number);
    stack.push(at);
    for (const next of edges.get(at) ?? []) {
      if (!edges.has(next)) continue;
      if (!index.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, index.get(next) ?? lowest);
    }
    if (lowest === number) {
      const tangle = stack.splice(stack.indexOf(at)).toSorted();
      if (tangle.length > 1 || edges.get(at)?.includes(at)) tangles.push(tangle.join(", "));
    }
    return lowest;
  };
  for (const path of edges.keys()) if (!index.has(path)) visit(path);
  return tangles.toSorted();
}
