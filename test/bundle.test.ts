import { join } from "node:path";
import { build, type Plugin } from "vite";
import { beforeAll, expect, test } from "vitest";
import { root } from "./tree.ts";

/** Bytes that the page may load besides ONNX Runtime. The goal of 200 KB is not reached: docs/performance.md says what is left.
 * Motion modules cost 9 KB, parts that are computed once a prompt, guidance ranges and step caches 10 KB. */
const BUDGET = 392_000;

interface Chunk {
  readonly fileName: string;
  readonly name: string;
  readonly bytes: number;
  readonly isEntry: boolean;
  readonly imports: readonly string[];
  readonly modules: readonly string[];
}

const page: Chunk[] = [];
const workers: Chunk[] = [];
const collect = (into: Chunk[]): Plugin => ({
  name: "collect",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      const { fileName, name, isEntry, imports, code, modules } = chunk;
      into.push({ fileName, name, isEntry, imports, bytes: Buffer.byteLength(code), modules: Object.keys(modules) });
    }
  },
});

beforeAll(() =>
  build({
    root: join(root, "examples/browser"),
    configFile: false,
    publicDir: false,
    logLevel: "error",
    resolve: { tsconfigPaths: true },
    build: { write: false },
    plugins: [collect(page)],
    worker: {
      format: "es",
      plugins: () => [collect(workers)],
      rolldownOptions: { external: [/^onnxruntime-web/] },
    },
  }),
);

/** What loads with the page: its entry and all that is imported statically from there. */
function loadedAtOnce(): readonly Chunk[] {
  const loaded = new Set(page.filter(({ isEntry }) => isEntry));
  for (const { imports } of loaded) {
    for (const chunk of page) if (imports.includes(chunk.fileName)) loaded.add(chunk);
  }
  return [...loaded];
}

const sum = (chunks: readonly Chunk[]) => chunks.reduce((bytes, chunk) => bytes + chunk.bytes, 0);

test("the page loads no more code than its budget, besides ONNX Runtime", () => {
  const worker = Math.max(...workers.map(({ bytes }) => bytes)); // one of the two is started
  const total = sum(loadedAtOnce()) + worker;
  console.log(`the page loads ${total} bytes: ${sum(loadedAtOnce())} and a worker of ${worker}`);
  expect(workers).toHaveLength(2);
  expect(total).toBeLessThan(BUDGET);
  expect(total).toBeGreaterThan(100_000);
});

test("what loads later is for files that are no folder", () => {
  const later = page.filter((chunk) => !loadedAtOnce().includes(chunk)).map(({ name }) => name);
  expect(later).toEqual(["file-model"]);
});

test("no code of training, of data sets or of the command is in the page, and no encoder for all of protobuf", () => {
  const modules = [...page, ...workers].flatMap((chunk) => chunk.modules);
  expect(modules.length).toBeGreaterThan(100);
  const unwanted =
    /\/packages\/aquatint\/src\/(train|data|runs|cli|hub)\/|\.node\.ts$|\/node_modules\/(@bufbuild|commander)\//;
  expect(modules.filter((id) => unwanted.test(id))).toEqual([]);
});
