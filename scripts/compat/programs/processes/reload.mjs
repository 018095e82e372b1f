// The library is loaded 20 times as new modules, as servers do that reload what they bundle. Idle models go after a while.
import { cpSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { facts } from "./image.mjs";

const workers = new Set();
process.on("worker", (worker) => {
  workers.add(worker);
  worker.on("exit", () => workers.delete(worker));
});
process.on("warning", ({ message }) => console.log(message));
const library = dirname(createRequire(import.meta.url).resolve("aquatint/package.json"));
const listeners = process.listenerCount("exit");
for (let i = 0; i < 20; i++) {
  const copy = join(import.meta.dirname, String(i));
  cpSync(join(library, "dist"), join(copy, "dist"), { recursive: true });
  cpSync(join(library, "package.json"), join(copy, "package.json"));
  await facts(
    { steps: 1, model: join(library, "model-emoji/latent") },
    await import(pathToFileURL(join(copy, "dist/node.js")).href),
  );
}
await setTimeout(6000);
console.log(workers.size, process.listenerCount("exit") - listeners);
