import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import type { ModelManifest } from "./src/engine/hosted/manifest.ts";
import { headersFor, isolationHeaders, metaPolicy, pageHeaders } from "./src/site/headers.ts";
import { SERVER_META } from "./src/site/server-address.ts";

const packageFolder = fileURLToPath(new URL(".", import.meta.resolve("@aquatint/model-emoji/package.json")));
/** Folders of models that the page's host has, by their addresses: the model, its motion adapter where it is trained, the pixel model, and those of the lecture's comparison. */
const addresses = { latent: "model", motion: "motion", pixel: "pixel", compare: "compare" };
const hosted = Object.entries(addresses)
  .map(([name, address]) => ({ name: `model-emoji/${name}`, folder: join(packageFolder, name), address }))
  .filter(({ folder }) => existsSync(folder));
type Hosted = (typeof hosted)[number];
/** Bytes of a piece: what is fetched, checked and kept at once. */
const PIECE = 2 ** 20;

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function manifestOf({ name, folder }: Hosted): Promise<ModelManifest> {
  const entries = await readdir(folder, { recursive: true });
  const paths = entries
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\.(json|txt|safetensors)$/.test(path));
  const files = await Promise.all(
    paths.toSorted().map(async (path) => {
      const bytes = await readFile(join(folder, path));
      const starts = Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, i) => i * PIECE);
      const pieces = starts.map((start) => sha256(bytes.subarray(start, start + PIECE)));
      return { path, size: bytes.length, sha256: sha256(bytes), pieces };
    }),
  );
  return {
    name,
    pieceSize: PIECE,
    files: files.filter(({ path }) => !/^LICENSE|^dataset\.json$/.test(path)),
  };
}

/** Serves the models at their addresses, with the hashes of their pieces; copies them into the build. */
function defaultModel(): Plugin {
  let output = "";
  return {
    name: "default-model",
    configResolved: ({ root, build }) => {
      output = resolve(root, build.outDir);
    },
    configureServer({ middlewares }) {
      middlewares.use(async (request, response, next) => {
        const source = hosted.find(({ address }) => request.url?.startsWith(`/${address}/`));
        if (source && request.url === `/${source.address}/manifest.json`) {
          response.end(JSON.stringify(await manifestOf(source)));
          return;
        }
        if (source) request.url = request.url?.replace(`/${source.address}/`, `/@fs${source.folder}/`);
        next();
      });
    },
    async writeBundle() {
      for (const source of hosted) {
        const target = join(output, source.address);
        await mkdir(target, { recursive: true });
        await cp(source.folder, target, { recursive: true, filter: (path) => !path.endsWith(".png") });
        await writeFile(join(target, "manifest.json"), JSON.stringify(await manifestOf(source)));
      }
    },
  };
}

const POLICY = "Content-Security-Policy";
const linesOf = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `  ${name}: ${value}`)
    .join("\n");

/** The policy in the page itself, the files of headers that some hosts read, and the server that the page uses, if one is named. */
function policies(): Plugin {
  const address = process.env["AQUATINT_STUDIO_SERVER"];
  const server = address === undefined ? undefined : new URL(address).origin;
  return {
    name: "policies",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: metaPolicy(server) },
        injectTo: "head-prepend",
      },
      ...(server === undefined
        ? []
        : [{ tag: "meta", attrs: { name: SERVER_META, content: server }, injectTo: "head" as const }]),
    ],
    generateBundle(_, bundle) {
      // rules of such files add up, and two policies would both hold: each file has one
      const { [POLICY]: _policy, ...shared } = pageHeaders(server);
      const policyOf = (path: string) => ({ [POLICY]: headersFor(path, { server })[POLICY] ?? "" });
      const workers = Object.keys(bundle).filter((name) => name.includes("worker"));
      const paths = ["/", "/index.html", "/lecture/", "/lecture/index.html", ...workers.map((name) => `/${name}`)];
      const rules = [["/*", shared] as const, ...paths.map((path) => [path, policyOf(path)] as const)];
      const text = rules.map(([path, headers]) => `${path}\n${linesOf(headers)}\n`).join("");
      this.emitFile({ type: "asset", fileName: "_headers", source: text });
    },
  };
}

/** Leaves out what packages bring to the command line: the library imports it where it is installed, which here is everywhere. */
const withoutPackages = (): Plugin => ({
  name: "without-packages",
  enforce: "pre",
  resolveId: (source, importer) =>
    importer?.replaceAll("\\", "/").endsWith("/util/packages.ts") && source.startsWith("@aquatint/")
      ? ABSENT
      : undefined,
  load: (id) => (id === ABSENT ? "export {};" : undefined),
});
const ABSENT = "\0absent-package";

/** Files that are kept when they are first used: 27 MB for WebGPU. Files of the host are not the page's. */
const unlisted = /^service-worker\.js$|^_headers$|asyncify|jspi|worker-webgpu|worker-jspi/;

/** Tells the service worker which files the page has. */
function fileList(): Plugin {
  return {
    name: "file-list",
    apply: "build",
    enforce: "post",
    async generateBundle(_, bundle) {
      const worker = bundle["service-worker.js"];
      if (worker?.type !== "chunk") throw new Error("the build has no service-worker.js");
      // browsers register it as a classic script
      if (worker.imports.length > 0) throw new Error(`service-worker.js imports ${worker.imports.join(", ")}`);
      const files = [...Object.keys(bundle), "icon.svg", "manifest.webmanifest"].filter((name) => !unlisted.test(name));
      const list = JSON.stringify(files.toSorted());
      const version = sha256(new TextEncoder().encode(list)).slice(0, 12);
      const code = worker.code.replace(/["'`]__FILES__["'`]/, list).replace("__VERSION__", version);
      if (code.includes("__FILES__")) throw new Error("service-worker.js has no place for the list of files");
      worker.code = code;
    },
  };
}

const { version } = JSON.parse(
  await readFile(new URL("../../packages/aquatint/package.json", import.meta.url), "utf8"),
);

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [react(), withoutPackages(), defaultModel(), policies(), fileList()],
  resolve: { tsconfigPaths: true },
  define: { "import.meta.env.AQUATINT_VERSION": JSON.stringify(version) },
  worker: { format: "es", plugins: () => [withoutPackages()] },
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  server: { headers: isolationHeaders },
  preview: { headers: pageHeaders() },
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: {
        page: "index.html",
        lecture: "lecture/index.html",
        "service-worker": "src/offline/service-worker.ts",
      },
      output: {
        entryFileNames: ({ name }) => (name === "service-worker" ? "service-worker.js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
