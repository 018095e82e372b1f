import { existsSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the whole project. */
export const root = fileURLToPath(new URL("../", import.meta.url));

const ignored = new Set(["node_modules", "dist", ".git", "out", ".cache", "coverage", ".vitest-attachments"]);

/** Every file under `folder` that a person or a tool committed, as paths from the root with forward slashes. */
export function filesUnder(folder = ""): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !ignored.has(name) && !name.endsWith(".tgz") && join(folder, name) !== "runs")
    .flatMap((entry) => {
      const path = relative(root, join(root, folder, entry.name))
        .split(sep)
        .join("/");
      return entry.isDirectory() ? filesUnder(path) : entry.isFile() ? [path] : [];
    });
}

/** The folder of a package of the project, "packages/lab" or "apps/server", as a path from the root. */
export const packageFolder = (name: string): string =>
  existsSync(join(root, "packages", name)) ? `packages/${name}` : `apps/${name}`;
