import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { filesUnder, root } from "./tree.ts";

/** What a quick test reaches by no import, dynamic ones included: sessions of ONNX Runtime, other processes, browsers, builds. */
const slow = /^(onnxruntime-(node|web)|sharp|node:child_process|node:worker_threads|playwright|vite|tsx)(\/|$)/;

/** Tests that reach nothing slow and still take seconds. */
export const longTests: readonly string[] = [
  "test/documents.test.ts", // compiles every block of the docs
  "test/entries.test.ts", // compiles the declarations of every entry
  "packages/aquatint/src/checkpoints/safety.test.ts", // 20,000 damaged files
  "packages/emoji/src/scenes.test.ts", // 100,000 scenes
  "apps/studio/src/hub/fetch-file.test.ts", // waits between attempts
  "packages/aquatint/src/diffusion/brownian.test.ts", // converges in 256 steps
  "packages/lab/src/elbo/elbo.test.ts", // bounds over thousands of steps
  "packages/aquatint/src/diffusion/samplers/samplers.test.ts", // the order of every sampler
  "packages/aquatint/src/diffusion/sampler-walk.test.ts", // samplers on all published schedules
];

/** Imports that are there at run time, and files that workers are started from. */
const imports = [
  /^(?:import|export)\b(?!\s+type\b)[^"';]*?from\s*"([^"]+)"/gm,
  /\bimport\(\s*"([^"]+)"/g,
  /^import\s+"([^"]+)"/gm,
  /\bnew URL\("(\.[^"]+)",/g,
];

/** The source that an import of one of the project's packages means, as `paths` in tsconfig.json says. */
const { paths } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")).compilerOptions as {
  readonly paths: Readonly<Record<string, readonly string[]>>;
};

function sourceOf(target: string, from: string): string | undefined {
  if (target.startsWith(".")) return join(dirname(from), target);
  for (const [pattern, globs] of Object.entries(paths)) {
    const stem = pattern.replace("*", "");
    if (pattern.endsWith("*") ? !target.startsWith(stem) : target !== pattern) continue;
    const files = globs.map((glob) => join(glob.replace("*", target.slice(stem.length))));
    return files.find((file) => existsSync(join(root, file)));
  }
  return undefined;
}

function importsOf(file: string): readonly string[] {
  if (!/\.(ts|mjs)$/.test(file) || !existsSync(join(root, file))) return [];
  const text = readFileSync(join(root, file), "utf8");
  return imports.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]!));
}

/** The tests that reach nothing slow and are not long, as paths from the root, by the files that each imports directly or through others. */
export const quickTests = (): readonly string[] => fastTests().filter((test) => !longTests.includes(test));

/** The tests that reach nothing slow, long ones among them. */
export function fastTests(): readonly string[] {
  const edges = new Map<string, readonly string[]>();
  const edgesOf = (file: string) => {
    if (!edges.has(file))
      edges.set(
        file,
        importsOf(file).map((target) => sourceOf(target, file) ?? target),
      );
    return edges.get(file)!;
  };
  const isQuick = (test: string) => {
    const visited = new Set([test]);
    for (const file of visited) {
      for (const target of edgesOf(file)) {
        if (slow.test(target)) return false;
        visited.add(target);
      }
    }
    return true;
  };
  return filesUnder()
    .filter((file) => file.endsWith(".test.ts") && !file.endsWith(".browser.test.ts"))
    .filter(isQuick);
}
