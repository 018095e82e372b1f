import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { filesUnder, root } from "./tree.ts";

const megabyte = 2 ** 20;
/** Files that may be larger than 5 MB: the weights of the default models. */
const weights = /^packages\/model-emoji\/[^/]+\/[^/]+\/[^/]+\.safetensors$/;

const files = filesUnder();
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const code = files.filter((path) => /\.(ts|mjs)$/.test(path));
const prose = files.filter(
  (path) => /\.(ts|mjs|json|md|ya?ml|html|css)$|^\.ci\//.test(path) && !path.endsWith("package-lock.json"),
);

/** "file:line: text" for each line of `paths` that `pattern` finds. */
const linesWith = (paths: readonly string[], pattern: RegExp): string[] =>
  paths.flatMap((path) =>
    read(path)
      .split("\n")
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );

test("no file names a path of one machine", () => {
  const folders = ["work", "tmp", "root", "home", "Users"].join("|");
  expect(linesWith(prose, new RegExp(`(^|[^\\w.*-])/(${folders})/`))).toEqual([]);
  expect(linesWith(prose, new RegExp(["\\.\\.", "shared\\b"].join("/")))).toEqual([]);
});

test("no test is skipped, singled out or left for later", () => {
  expect(linesWith(code, /\b(it|test|describe|bench)\.(skip|only|todo)\b/)).toEqual([]);
});

/** Files in which a test depends on the machine, with how many times and why; `.ci/run` counts what is left out. */
const conditional: Readonly<Record<string, readonly [count: number, reason: string]>> = {
  "apps/studio/test/drops.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/few-steps.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/habits.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/insecure.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/lecture-models.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/lecture-training.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/lecture.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/server.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/companions.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/hub.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/models.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/permissions.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/server-companions.test.ts": [1, "no Chromium is installed"],
  "apps/studio/test/studio.test.ts": [1, "no Chromium is installed"],
  "apps/server/src/app/postgres.test.ts": [1, "PostgreSQL is not installed"],
  "apps/server/src/app/outage.test.ts": [2, "PostgreSQL is not installed, or no /dev/full"],
  "apps/server/src/app/writes.test.ts": [1, "PostgreSQL is not installed"],
  "apps/server/src/app/files.test.ts": [1, "no /dev/full"],
  "apps/server/src/storage/stores.test.ts": [1, "no Python with venv, or pip installs nothing"],
  "apps/server/src/surfaces/a1111/webuiapi.test.ts": [1, "no Python with venv, or pip installs nothing"],
  "apps/server/src/surfaces/openai/python.test.ts": [1, "no Python with venv, or pip installs nothing"],
  "bench/soak.test.ts": [1, "open files are counted in /proc, which Linux has"],
  "packages/aquatint/src/cli/pipes.test.ts": [1, "/dev/full is a device of Linux"],
  "packages/aquatint/src/cli/options/outputs.test.ts": [1, "/proc is a file system of Linux"],
  "packages/aquatint/src/compiler/fuse/attention.browser.test.ts": [1, "the browser has no WebGPU adapter"],
  "packages/aquatint/src/compiler/fuse/upsampled-conv.browser.test.ts": [1, "the browser has no WebGPU adapter"],
  "packages/aquatint/src/formats/folders.node.test.ts": [1, "/proc is a file system of Linux"],
  "packages/aquatint/src/formats/video/encode.node.test.ts": [3, "ffmpeg is not installed"],
  "packages/aquatint/src/ops/ops.browser.test.ts": [1, "the browser has no WebGPU adapter"],
  "packages/aquatint/src/runtime/runtime.web.browser.test.ts": [3, "the browser has no WebGPU adapter"],
  "test/browser-example.test.ts": [1, "no Chromium is installed"],
  "test/footprint.test.ts": [1, "strace is for Linux"],
};

test("tests that depend on the machine are those listed here", () => {
  const counts: Record<string, number> = {};
  for (const line of linesWith(code, /\b(it|test|describe|bench)\.(skipIf|runIf)\b/)) {
    const file = line.slice(0, line.indexOf(":"));
    counts[file] = (counts[file] ?? 0) + 1;
  }
  expect(counts).toEqual(Object.fromEntries(Object.entries(conditional).map(([file, [count]]) => [file, count])));
});

test("nothing is left unfinished, and no type check is switched off", () => {
  expect(linesWith(code, new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME"].join("|")})\\b`))).toEqual([]);
  expect(linesWith(code, new RegExp(`@ts-(ignore|nocheck)|\\bas ${"any"}\\b`))).toEqual([]);
});

/** Assertions `x!` in the sources, tests and cases apart. It may only fall: lower it with them. */
const assertions = 206;

test("values are checked, not asserted", () => {
  const sources = code.filter(
    (path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && !/\.(test|cases|test-d)\.ts$/.test(path),
  );
  const count = (node: ts.Node): number => {
    let total = ts.isNonNullExpression(node) ? 1 : 0;
    ts.forEachChild(node, (child) => {
      total += count(child);
    });
    return total;
  };
  const total = sources.reduce(
    (sum, path) => sum + count(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest)),
    0,
  );
  expect(total, "check the value, or take a shape of code that needs no check").toBeLessThanOrEqual(assertions);
  expect(total, "lower the number in this file").toBeGreaterThan(assertions - 10);
  expect(linesWith(sources, /\bas unknown as\b|\bas Float32Array\b/)).toEqual([]);
});

test("no file is larger than 5 MB but the weights, which are under 100 MB in all", () => {
  const sizes = files.map((path) => ({ path, size: statSync(join(root, path)).size }));
  expect(sizes.filter(({ path, size }) => size > 5 * megabyte && !weights.test(path))).toEqual([]);
  const total = sizes.filter(({ path }) => weights.test(path)).reduce((sum, { size }) => sum + size, 0);
  expect(total).toBeLessThan(100 * megabyte);
});

/**
 * npm 11 reads `allowScripts`; npm 10 does not, and runs every install script that the lock file announces. onnxruntime-node's
 * downloads hundreds of megabytes that the project does not use, and fails without a network.
 */
test("the lock file announces no install script that package.json refuses", () => {
  const refused = Object.keys(JSON.parse(read("package.json")).allowScripts).map((name) => `node_modules/${name}`);
  const locked: Record<string, { hasInstallScript?: boolean }> = JSON.parse(read("package-lock.json")).packages;
  const announced = refused.filter((path) => locked[path]?.hasInstallScript === true);
  expect(announced, 'delete their "hasInstallScript" lines from package-lock.json').toEqual([]);
});
