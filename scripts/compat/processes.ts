import { cp, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execInEmptyHome } from "./exec.ts";
import { expectedSize } from "./image.ts";
import type { Context, Row } from "./row.ts";

/** A program of `programs/processes/` that makes images, and how it has to end. */
interface Process {
  readonly what: string;
  readonly stdout: string;
  readonly code?: number;
  readonly short?: boolean;
  readonly limit?: number;
  /** What comes before the script. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The program; the row's name with .mjs when absent. */
  readonly program?: string;
}

/** Numbers in an image, which each program prints for the image that it made. */
const values = 3 * expectedSize ** 2;

const processes: Readonly<Record<string, Process>> = {
  commonjs: {
    what: "`require` and `import()` give one library, one image",
    stdout: `${values} true\n`,
    short: true,
    program: "require.cjs",
  },
  concurrent: {
    what: "20 calls at once in one process, some aborted, one failing; the process ends by itself",
    stdout: '{"image":14,"aborted":4,"failed":1,"left":1,"workers":1}\n',
    short: true,
  },
  exit: { what: "`process.exit(7)` in the middle of a call", stdout: "", code: 7, short: true },
  thread: {
    what: "a worker thread makes an image, another is terminated in the middle",
    stdout: `${values} 0 1\n`,
    short: true,
  },
  child: { what: "a forked process makes an image", stdout: `${values} 0\n`, short: true },
  copies: { what: "two copies of the library in one process", stdout: "false 0\n" },
  reload: { what: "the library's modules are loaded anew 20 times", stdout: "0 0\n", limit: 400 },
};

const script = (name: string) => fileURLToPath(new URL(`programs/processes/${name}`, import.meta.url));

/** A folder of its own, from which the installed packages are found. */
async function project(context: Context): Promise<string> {
  const cwd = await context.folder({ "package.json": { private: true, type: "module" } });
  await symlink(join(await context.installed(), "node_modules"), join(cwd, "node_modules"));
  await cp(script(""), join(cwd, "programs"), { recursive: true });
  return cwd;
}

const processRow = ([name, { what, stdout, code = 0, short, limit, flags = [], env, program }]: [
  string,
  Process,
]): Row => ({
  name,
  what,
  ...(short && { short }),
  async run(context) {
    const cwd = await project(context);
    const path = join("programs", program ?? `${name}.mjs`);
    const output = await execInEmptyHome(process.execPath, [...flags, path], { cwd, env, limit, code });
    if (output !== stdout) throw new Error(`expected ${JSON.stringify(stdout)}, got ${output}`);
    return `Node ${process.versions.node}`;
  },
});

/** How processes use the library and end. */
export const processRows: readonly Row[] = Object.entries(processes).map(processRow);
