import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** With these headers the page is cross-origin isolated, and ONNX Runtime uses all threads. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Bundled when the server starts. Found later, it would make it reload the page. */
const bundled = ["fast-png"];

/** Serves the default model at `model/`, and copies it into a build, unless `public/model` has another. */
function defaultModel(): Plugin {
  const folder = new URL("latent", import.meta.resolve("@aquatint/model-emoji/package.json"));
  let [copy, output] = [true, ""];
  return {
    name: "default-model",
    configResolved({ root, publicDir, build }) {
      copy = !existsSync(join(publicDir, "model"));
      output = resolve(root, build.outDir, "model");
    },
    configureServer({ middlewares }) {
      middlewares.use((request, _, next) => {
        if (copy) request.url = request.url?.replace(/^\/model\//, `/@fs${folder.pathname}/`);
        next();
      });
    },
    async writeBundle() {
      if (copy) await cp(fileURLToPath(folder), output, { recursive: true });
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [defaultModel()],
  worker: { format: "es" },
  optimizeDeps: {
    // These look for their workers and the .wasm file beside themselves.
    exclude: ["aquatint", "onnxruntime-web"],
    include: bundled.map((name) => `aquatint > ${name}`),
  },
  server: { headers },
  preview: { headers },
});
