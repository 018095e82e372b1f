import { join } from "node:path";
import { build, type Plugin } from "vite";
import { beforeAll, expect, test } from "vitest";
import { root } from "./tree.ts";

/** Bytes that the page may load for an image of the default model, besides ONNX Runtime: 200 KB. */
const BUDGET = 204_800;

/** Modules that a model's own scheduler makes the page load: here the class of the default model, with its sampler. */
const schedulers = /\/diffusion\/diffusers\/dpm-multistep\.ts$/;

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

/** Chunks, and all that they import statically. */
function withImports(chunks: readonly Chunk[]): readonly Chunk[] {
  const loaded = new Set(chunks);
  for (const { imports } of loaded) {
    for (const chunk of page) if (imports.includes(chunk.fileName)) loaded.add(chunk);
  }
  return [...loaded];
}

/** What loads with the page: its entry and all that is imported statically from there. */
const loadedAtOnce = () => withImports(page.filter(({ isEntry }) => isEntry));

/** What an image of the default model with default options loads. */
const loadedForImage = () =>
  withImports(page.filter(({ isEntry, modules }) => isEntry || modules.some((id) => schedulers.test(id))));

const sum = (chunks: readonly Chunk[]) => chunks.reduce((bytes, chunk) => bytes + chunk.bytes, 0);

test("an image loads no more code than its budget, besides ONNX Runtime", () => {
  const worker = Math.max(...workers.map(({ bytes }) => bytes)); // one of the two is started
  const [atOnce, later] = [sum(loadedAtOnce()), sum(loadedForImage())];
  console.log(
    `an image loads ${later + worker} bytes: ${atOnce}, ${later - atOnce} with its model, a worker of ${worker}`,
  );
  expect(workers).toHaveLength(2);
  expect(later).toBeGreaterThan(atOnce);
  expect(later + worker).toBeLessThan(BUDGET);
  expect(later + worker).toBeGreaterThan(100_000);
});

test.each([
  ["another sampler than the model's", "/diffusion/samplers/heunpp2.ts"],
  ["another model's scheduler", "/diffusion/diffusers/ddpm-family.ts"],
  ["a configuration with keys of other classes", "/diffusion/diffusers/classes.ts"],
  ["a single file", "/checkpoints/file-model.ts"],
  ["an image to begin with", "/pipelines/text-to-image/image-inputs.ts"],
  ["a second, larger pass", "/pipelines/text-to-image/hires-fix.ts"],
  ["a guidance range", "/diffusion/guidance-range.ts"],
  ["a guidance range at work", "/pipelines/text-to-image/branches.ts"],
  ["a step cache", "/diffusion/step-cache/cached-denoiser.ts"],
  ["AUTOMATIC1111's prompt syntax", "/tokenizers/editing.ts"],
  ["an autoencoder of another class", "/models/autoencoder-tiny/autoencoder-tiny.ts"],
  ["an asymmetric autoencoder", "/models/autoencoder-asymmetric/asymmetric-autoencoder-kl.ts"],
  ["the name of a model that is not read", "/checkpoints/other-models.ts"],
])("%s loads its code when it is used", (_, module) => {
  const holds = (chunk: Chunk) => chunk.modules.some((id) => id.endsWith(module));
  expect(page.some(holds)).toBe(true);
  expect(loadedForImage().some(holds)).toBe(false);
});

test.each([
  ["zod", "/node_modules/zod/"],
  ["a codec of PNG", "/node_modules/fast-png/"],
  ["packed weights on disk", "/runtime/packed/"],
  ["LoRAs", "/nn/lora.ts"],
])("the page never loads %s", (_, path) => {
  expect(page.flatMap(({ modules }) => modules).filter((id) => id.includes(path))).toEqual([]);
});

test("no code of training, of data sets or of the command is in the page, and no encoder for all of protobuf", () => {
  const modules = [...page, ...workers].flatMap((chunk) => chunk.modules);
  expect(modules.length).toBeGreaterThan(100);
  const unwanted =
    /\/packages\/aquatint\/src\/(train|data|runs|cli|hub)\/|\.node\.ts$|\/node_modules\/(@bufbuild|commander)\//;
  expect(modules.filter((id) => unwanted.test(id))).toEqual([]);
});
