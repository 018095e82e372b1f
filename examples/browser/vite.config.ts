import { defineConfig } from "vite";

/** A page that is cross-origin isolated has threads; without these headers it works, on one. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Found while the page loads, they would make Vite's server load it again. */
const bundled = ["zod", "fast-png", "@bufbuild/protobuf", "@bufbuild/protobuf/codegenv2"];

export default defineConfig({
  base: "./",
  worker: { format: "es" },
  optimizeDeps: {
    // they look for their workers and their .wasm file beside themselves
    exclude: ["aquatint", "onnxruntime-web"],
    include: bundled.map((name) => `aquatint > ${name}`),
  },
  server: { headers },
  preview: { headers },
});
