import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exec } from "./exec.ts";
import { type Context, NotRun } from "./row.ts";
import { type ToolName, versions } from "./versions.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Tools are kept from run to run, by their versions. */
const toolsFolder = process.env.AQUATINT_COMPAT_TOOLS ?? join(tmpdir(), "aquatint-compat-tools");

/** Packs the packages and offers them, with tools and folders, to the rows. `folder` is the run's own. */
export async function createContext(folder: string): Promise<Context> {
  const archives = {
    aquatint: await pack("aquatint", folder),
    lab: await pack("@aquatint/lab", folder),
    emoji: await pack("@aquatint/emoji", folder),
  };
  let installed: Promise<string> | undefined;
  const context: Context = {
    archives,
    tool: once((name) => installTool(name)),
    async folder(files = {}) {
      const rowFolder = await mkdtemp(join(folder, "row-"));
      await writeFiles(rowFolder, files);
      return rowFolder;
    },
    installed: () => (installed ??= installWithNpm(context)),
  };
  return context;
}

async function pack(name: string, folder: string): Promise<string> {
  const before = new Set(await readdir(folder));
  await exec("npm", ["pack", "--silent", "--workspace", name, "--pack-destination", folder], { cwd: root });
  const archive = (await readdir(folder)).find((file) => !before.has(file));
  if (archive === undefined) throw new Error(`npm pack wrote no archive of ${name}`);
  return join(folder, archive);
}

/** The arguments of npm that install without questions and reports. */
export const npmInstall = ["install", "--no-audit", "--no-fund", "--loglevel=error"] as const;

async function installWithNpm({ folder, archives }: Context): Promise<string> {
  const project = await folder({ "package.json": { private: true, type: "module" } });
  await exec("npm", [...npmInstall, ...Object.values(archives)], { cwd: project });
  return project;
}

async function installTool(name: ToolName): Promise<string> {
  const packages = Object.entries<string>(versions[name]).map(([id, version]) => `${id}@${version}`);
  const folder = join(toolsFolder, packages.join("+").replaceAll("/", "-"));
  const complete = join(folder, "complete");
  if (await readFile(complete).catch(() => undefined)) return folder;
  await writeFiles(folder, { "package.json": { private: true } });
  try {
    await exec("npm", [...npmInstall, "--ignore-scripts", ...packages], { cwd: folder, limit: 600 });
  } catch (error) {
    throw new NotRun(`${packages.join(", ")} cannot be installed`, { cause: error });
  }
  await writeFile(complete, "yes");
  return folder;
}

async function writeFiles(folder: string, files: Readonly<Record<string, string | object>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === "string" ? content : `${JSON.stringify(content, undefined, 2)}\n`);
  }
}

/** Remembers the value of each name. */
function once<Name, Value>(make: (name: Name) => Promise<Value>): (name: Name) => Promise<Value> {
  const values = new Map<Name, Promise<Value>>();
  return (name) => {
    const value = values.get(name) ?? make(name);
    values.set(name, value);
    return value;
  };
}
