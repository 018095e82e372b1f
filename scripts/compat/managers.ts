import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exec, execInEmptyHome } from "./exec.ts";
import { checkImage } from "./image.ts";
import type { Context, Row } from "./row.ts";
import { program } from "./runtimes.ts";
import type { ToolName } from "./versions.ts";

/** How a package manager installs, and how a program is run after it. */
interface Manager {
  readonly name: string;
  readonly what: string;
  /** Where it comes from; npm is the one that runs this. */
  readonly tool?: ToolName;
  /** Its script in the tool's folder. */
  readonly script?: string;
  readonly install: readonly string[];
  /** What comes before the program; `node` when absent. */
  readonly start?: readonly string[];
  readonly files?: Readonly<Record<string, string | object>>;
}

const yarn4 = { tool: "yarn4", script: "node_modules/@yarnpkg/cli-dist/bin/yarn.js", install: ["install"] } as const;
// a lock file that is written for the first time is no fault, and the cache must not outlive an archive of the same version
const yarnrc = (linker: string) =>
  `nodeLinker: ${linker}\nenableImmutableInstalls: false\nenableTelemetry: false\nenableGlobalCache: false\n`;
const managers: readonly Manager[] = [
  { name: "npm", what: "npm", install: ["install", "--no-audit", "--no-fund"] },
  {
    name: "pnpm",
    what: "pnpm",
    tool: "pnpm",
    script: "node_modules/pnpm/bin/pnpm.mjs",
    install: ["install", "--no-frozen-lockfile"],
    // pnpm refuses to go on where it has not been told about install scripts; the library needs none of them
    files: { "pnpm-workspace.yaml": "allowBuilds:\n  onnxruntime-node: false\n  protobufjs: false\n" },
  },
  {
    name: "yarn-1",
    what: "yarn 1",
    tool: "yarn1",
    script: "node_modules/yarn/bin/yarn.js",
    install: ["install", "--no-lockfile"],
  },
  {
    ...yarn4,
    name: "yarn-4",
    what: "yarn 4, `nodeLinker: node-modules`",
    files: { ".yarnrc.yml": yarnrc("node-modules") },
  },
  {
    ...yarn4,
    name: "yarn-4-pnp",
    what: "yarn 4, Plug'n'Play",
    files: { ".yarnrc.yml": yarnrc("pnp") },
    start: ["node"],
  },
];

const managerRow = ({ name, what, tool, script, install, start, files }: Manager): Row => ({
  name,
  what: `${what}: installs the packages, one image`,
  async run(context) {
    const command = tool ? [process.execPath, join(await context.tool(tool), script ?? "")] : ["npm"];
    const cwd = await context.folder({
      "package.json": { name: "user", private: true, type: "module", dependencies: dependencies(context) },
      "generate.mjs": await program("generate.mjs"),
      ...files,
      "yarn.lock": "",
    });
    const manage = (args: readonly string[]) =>
      exec(command[0]!, [...command.slice(1), ...args], {
        cwd,
        env: { CI: "", XDG_DATA_HOME: join(cwd, ".data") },
        limit: 400,
      });
    const version = (await manage(["--version"])).trim();
    await manage(install);
    const [image, args] = ["image.png", start ? [...command.slice(1), ...start] : []];
    await execInEmptyHome(process.execPath, [...args, "generate.mjs", image], { cwd });
    await checkImage(join(cwd, image));
    return `${what.split(/[ ,]/)[0]} ${version}`;
  },
});

const dependencies = ({ archives }: Context) => ({
  aquatint: `file:${archives.aquatint}`,
  "@aquatint/lab": `file:${archives.lab}`,
  "@aquatint/emoji": `file:${archives.emoji}`,
});

/** What installs the library. */
export const managerRows: readonly Row[] = managers.map(managerRow);
/** The version of an installed package. */
export const versionOf = async (folder: string, name: string): Promise<string> =>
  JSON.parse(await readFile(join(folder, "node_modules", name, "package.json"), "utf8")).version;
