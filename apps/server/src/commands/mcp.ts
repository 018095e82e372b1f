import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command, Io } from "aquatint/cli";
import { addRunFlags, environmentHelp, type RunFlags, runConfig } from "./flags.ts";

/** Adds `aquatint mcp` to the program. */
export const addMcp = (program: Command, io: Io): Command =>
  addRunFlags(program.command("mcp"), "error")
    .summary("give assistants tools that make images (Model Context Protocol)")
    .description(
      "Gives assistants, such as Claude, tools that make and edit images, list models and read the settings of images. It speaks the Model Context Protocol on stdin and stdout: the assistant starts it. Without --data, its jobs and images are removed when it ends.",
    )
    .addHelpText("after", environmentHelp())
    .action((flags: RunFlags) => answer(flags, io));

const forPeople =
  "note: an assistant starts this command and talks to it; put it into the assistant's configuration. Ctrl+C ends it.\n";

async function answer(flags: RunFlags, io: Io): Promise<void> {
  const { serveStdio } = await import("../app/mcp.ts");
  if (process.stdin.isTTY) io.stderr.write(forPeople);
  const config = runConfig(flags, io);
  if (flags.data !== undefined || config.databaseUrl !== undefined) return serveStdio(config, io.signal);
  // assistants start one a window, and the embedded database has one process
  const data = await mkdtemp(join(tmpdir(), "aquatint-mcp-"));
  try {
    await serveStdio({ ...config, data }, io.signal);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}
