import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A package that is installed here. */
export interface InstalledPackage {
  readonly folder: string;
  readonly version: string;
}

/** The package of a name, looked for from the current folder and then from this library; undefined where it is not installed. */
export function installedPackage(name: string): InstalledPackage | undefined {
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    const require = createRequire(from);
    let manifest: string;
    try {
      manifest = require.resolve(`${name}/package.json`);
    } catch {
      continue;
    }
    return { folder: dirname(manifest), ...(require(manifest) as { readonly version: string }) };
  }
  return undefined;
}
