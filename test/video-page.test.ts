import { execFileSync } from "node:child_process";
import { Command } from "commander";
import { expect, test } from "vitest";
import { addEncode } from "../packages/aquatint/src/cli/commands/encode.ts";
import { addPull } from "../packages/aquatint/src/cli/commands/pull.ts";
import { addTrain } from "../packages/aquatint/src/cli/commands/train.ts";
import { addVideo } from "../packages/aquatint/src/cli/commands/video.ts";
import { capturedIo } from "../packages/aquatint/test/captured-io.ts";
import { blocksOf } from "./snippets.ts";
import { root } from "./tree.ts";

/** Commands of the pages, those within $(...) too. */
const commands = ["docs/video.md", "docs/checkpoints.md"].flatMap((page) =>
  blocksOf(page).flatMap(({ text }) => {
    const lines = text.replaceAll(/\\\n\s*/g, " ").split("\n");
    const inner = [...text.matchAll(/\$\((.*?)\)/g)].map(([, command = ""]) => command);
    return [...lines, ...inner].map((line) => line.replace(/"?\$\(.*?\)"?/g, "FOLDER").replace(/^npx /, ""));
  }),
);
const lines = commands.filter((line) => /^aquatint (video|encode|pull|train) /.test(line));

test("the pages have commands for clips", () => expect(lines.length).toBeGreaterThan(8));

test.each(lines)("%s is what the command takes", async (line) => {
  const words = execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" }).split("\0");
  const { io, err } = capturedIo({ cwd: root });
  const program = new Command().exitOverride().configureOutput({ writeErr: (text) => io.stderr.write(text) });
  for (const add of [addEncode, addPull, addTrain, addVideo]) add(program, io).action(() => {});
  await program.parseAsync(words.slice(1, -1), { from: "user" }).catch((error: Error) => {
    throw new Error(`${error.message}\n${err()}`);
  });
});
