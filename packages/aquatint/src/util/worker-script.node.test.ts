import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { workerScript } from "./worker-script.node.ts";

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "aquatint-bundle-"));
});
afterAll(() => rm(home, { recursive: true }));

const scriptFrom = (path: string) => workerScript({ folder: "runtime", from: pathToFileURL(path).href });

test("a bundle finds the worker's script in the installed package", async () => {
  const installed = join(home, "server/node_modules/aquatint");
  await mkdir(installed, { recursive: true });
  const exports = { "./runtime/worker.node": "./there.js" };
  await writeFile(join(installed, "package.json"), JSON.stringify({ name: "aquatint", exports }));
  await writeFile(join(installed, "there.js"), "");
  expect(scriptFrom(join(home, "server/out/bundle.js")).href).toBe(pathToFileURL(join(installed, "there.js")).href);
});

test("a script beside the module comes first", async () => {
  const folder = join(home, "server/beside");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "worker.node.js"), "");
  expect(scriptFrom(join(folder, "bundle.js")).href).toBe(pathToFileURL(join(folder, "worker.node.js")).href);
});

test("a bundle without the package says what to do", async () => {
  expect(() => scriptFrom(join(home, "alone/bundle.js"))).toThrow(
    expect.objectContaining({ code: "runtime/worker-script", hint: expect.stringContaining("external") }),
  );
});
