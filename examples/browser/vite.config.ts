import { defineConfig } from "vite";

/** A page that is cross-origin isolated has threads; without these headers it works, on one. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  base: "./",
  worker: { format: "es" },
  optimizeDeps: { exclude: ["aquatint", "onnxruntime-web"] },
  server: { headers },
  preview: { headers },
});
