import { cp, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BundlerName, bundlerConfigs } from "./bundler-configs.ts";
import { exec, execInEmptyHome } from "./exec.ts";
import { checkImage } from "./image.ts";
import { versionOf } from "./managers.ts";
import type { Context, Row } from "./row.ts";
import { program } from "./runtimes.ts";

/** A folder with the installed packages, the bundlers and a script that builds. */
export async function bundlerProject(context: Context, files: Readonly<Record<string, string | object>>) {
  const cwd = await context.folder({ "package.json": { private: true, type: "module" }, ...files });
  const tools = await context.tool("bundlers");
  await cp(join(tools, "node_modules"), join(cwd, "node_modules"), { recursive: true });
  const installed = join(await context.installed(), "node_modules");
  // what the library needs is found from where it really lies
  await symlink(join(installed, "aquatint"), join(cwd, "node_modules/aquatint"));
  return { cwd, version: (name: string) => versionOf(tools, name) };
}

/** Whether the library is left out of the server's bundle, as documented, or is part of it. */
type Inclusion = "external" | "bundled";

const serverRow = (bundler: BundlerName, inclusion: Inclusion): Row => ({
  name: `${bundler}-server-${inclusion}`,
  ...(bundler === "vite" && inclusion === "external" && { short: true }),
  what: `${bundler}: a bundle for Node, the library ${inclusion === "external" ? "external" : "in it"}, one image`,
  async run(context) {
    const { cwd, version } = await bundlerProject(context, {
      "generate.mjs": await program("generate.mjs"),
      "build.mjs": bundlerConfigs[bundler].server(
        inclusion === "external" ? ["aquatint"] : ["onnxruntime-node", "sharp"],
      ),
    });
    await exec(process.execPath, ["build.mjs"], { cwd });
    await writeFile(join(cwd, "generate.mjs"), "throw new Error('this is not the bundle')");
    await execInEmptyHome(process.execPath, ["out/generate.mjs", "image.png"], { cwd });
    await checkImage(join(cwd, "image.png"));
    return `${bundler} ${await version(bundler)}`;
  },
});

const names: readonly BundlerName[] = ["esbuild", "rollup", "webpack", "vite"];

/** Bundles that run in Node. */
export const bundlerRows: readonly Row[] = [
  ...names.map((name) => serverRow(name, "external")),
  ...names.map((name) => serverRow(name, "bundled")),
];
