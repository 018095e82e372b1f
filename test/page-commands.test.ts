import { execFileSync } from "node:child_process";
import { Command } from "commander";
import { expect, test } from "vitest";
import { commands as serverCommands } from "../apps/server/src/commands.ts";
import { commands as studioCommands } from "../apps/studio/src/commands.ts";
import { addCache } from "../packages/aquatint/src/cli/commands/cache.ts";
import { addData } from "../packages/aquatint/src/cli/commands/data.ts";
import { addEncode } from "../packages/aquatint/src/cli/commands/encode.ts";
import { addGenerate } from "../packages/aquatint/src/cli/commands/generate.ts";
import { addInfo } from "../packages/aquatint/src/cli/commands/info.ts";
import { addInspect } from "../packages/aquatint/src/cli/commands/inspect.ts";
import { addPull } from "../packages/aquatint/src/cli/commands/pull.ts";
import { addQuantize } from "../packages/aquatint/src/cli/commands/quantize.ts";
import { addRuns } from "../packages/aquatint/src/cli/commands/runs.ts";
import { addSamplers } from "../packages/aquatint/src/cli/commands/samplers.ts";
import { addTrain } from "../packages/aquatint/src/cli/commands/train.ts";
import { addVideo } from "../packages/aquatint/src/cli/commands/video.ts";
import { capturedIo } from "../packages/aquatint/test/captured-io.ts";
import { commands as labCommands } from "../packages/lab/src/commands.ts";
import { blocksOf } from "./snippets.ts";
import { filesUnder, root } from "./tree.ts";

const pages = filesUnder()
  .filter((path) => path.endsWith(".md") && !path.startsWith("docs/decisions/"))
  .sort();

/** Commands of the pages, those within $(...) too. `draw` is a function that docs/pipelines.md defines. */
const lines = pages.flatMap((page) =>
  blocksOf(page).flatMap(({ text, line: first }) => {
    const fullLines = text.replaceAll(/\\\n\s*/g, " ").split("\n");
    const inner = [...text.matchAll(/\$\((.*?)\)/g)].map(([, command = ""]) => command);
    return [...fullLines, ...inner]
      .map((line) =>
        line
          .replace(/"?\$\(.*?\)"?/g, "FOLDER")
          .replace(/^draw (?=")/, "aquatint generate ")
          .replace(/^npm ci && /, "")
          .replace(/^npm start -- /, "aquatint generate ")
          .replace(/^([A-Z_]+=\S+ )*(npx |\/\S+\/)?(?=aquatint )/, ""),
      )
      .filter((line) => line.startsWith("aquatint "))
      .map((line) => ({ name: `${page}:${first}: ${line}`, line }));
  }),
);

const core = [
  ...[addCache, addData, addEncode, addGenerate, addInfo, addInspect, addPull, addQuantize, addRuns, addSamplers],
  ...[addTrain, addVideo],
];
const ofPackages = await Promise.all(
  [labCommands, serverCommands, studioCommands].flatMap((commands) => Object.values(commands).map((load) => load())),
);

test("the pages have commands", () => expect(lines.length).toBeGreaterThan(60));

test.each(lines)("$name is what the command takes", async ({ line }) => {
  const words = execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" }).split("\0");
  const { io, err } = capturedIo({ cwd: root });
  const program = new Command()
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ writeOut: () => {}, writeErr: (text) => io.stderr.write(text) });
  for (const add of [...core, ...ofPackages]) {
    const command = add(program, io).action(() => {});
    for (const part of command.commands) part.action(() => {});
  }
  await program.parseAsync(words.slice(1, -1), { from: "user" }).catch((error: Error & { exitCode?: number }) => {
    if (error.exitCode !== 0) throw new Error(`${error.message}\n${err()}`);
  });
});
