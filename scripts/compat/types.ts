import { cp } from "node:fs/promises";
import { join } from "node:path";
import { npmInstall } from "./context.ts";
import { exec } from "./exec.ts";
import type { Context, Row } from "./row.ts";
import { program } from "./runtimes.ts";
import { type ToolName, versions } from "./versions.ts";

const resolutions = [
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" },
];

const typesRow = (name: ToolName, skipLibCheck: boolean): Row => ({
  name,
  what: `\`tsc --strict${skipLibCheck ? " --skipLibCheck" : ""}\`, \`moduleResolution\` nodenext and bundler`,
  async run(context) {
    const tsc = join(await context.tool(name), "node_modules/typescript/bin/tsc");
    const cwd = await projectWithTypes(context);
    for (const resolution of resolutions) {
      const options = { ...compilerOptions, ...resolution, skipLibCheck: String(skipLibCheck) };
      const args = Object.entries(options).flatMap(([key, value]) => [`--${key}`, value]);
      await exec(process.execPath, [tsc, ...args, "program.ts"], { cwd });
    }
    return `TypeScript ${Object.values<string>(versions[name])[0]}`;
  },
});

const compilerOptions = {
  noEmit: "true",
  strict: "true",
  exactOptionalPropertyTypes: "true",
  noUncheckedIndexedAccess: "true",
  verbatimModuleSyntax: "true",
  target: "es2022",
  lib: "es2023,esnext.disposable,dom,dom.iterable",
  types: "node",
};

async function projectWithTypes(context: Context): Promise<string> {
  const cwd = await context.folder({
    "package.json": { private: true, type: "module" },
    "program.ts": await program("types.ts"),
  });
  const types = join(await context.tool("types"), "node_modules");
  await exec("npm", [...npmInstall, context.archives.aquatint], { cwd });
  await cp(types, join(cwd, "node_modules"), { recursive: true });
  return cwd;
}

/** What type-checks programs that use the library. The declarations themselves need TypeScript 5.7. */
export const typesRows: readonly Row[] = [
  typesRow("typescript-5.2", true),
  typesRow("typescript-5.7", false),
  typesRow("typescript-6", false),
];
