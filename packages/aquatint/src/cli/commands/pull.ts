import type { Command } from "commander";
import { pull } from "../../hub/pull.node.ts";
import type { Io } from "../io.ts";
import { createProgress } from "../terminal/progress.ts";

interface Flags {
  readonly revision: string;
  readonly variant?: string;
  readonly file?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Adds `aquatint pull` to the program. */
export const addPull = (program: Command, io: Io): Command =>
  program
    .command("pull")
    .summary("download a model from the Hugging Face Hub")
    .description(
      "Downloads the files of a model that a pipeline needs from the Hugging Face Hub into its local cache, and prints the folder. Downloads safetensors only, checks every file, and continues interrupted downloads. Reads HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_TOKEN and HF_HUB_OFFLINE.",
    )
    .argument("<repo>", "owner/name")
    .option("--revision <name>", "branch, tag or commit", "main")
    .option("--variant <name>", "variant of the weights if there are several; fp16 halves the download")
    .option("--file <path>", "download only this file of the repository")
    .option("--json", "print one JSON object on stdout: commit, folder, path, files")
    .option("--quiet", "show no progress")
    .action((repo: string, flags: Flags) => pullTo(repo, flags, io));

const MB = 1e6;

async function pullTo(repo: string, { json = false, quiet = false, ...choice }: Flags, io: Io): Promise<void> {
  let progress: ReturnType<typeof createProgress> | undefined;
  let commit = "";
  const files: string[] = [];
  try {
    for await (const event of pull({ repo, ...choice, env: io.env, signal: io.signal })) {
      if (event.type === "start") {
        commit = event.commit;
        const total = Math.ceil(event.bytes / MB);
        if (!quiet) io.stderr.write(`${event.files} files, ${total} MB\n`);
        progress = createProgress({ stream: io.stderr, total, unit: "MB", quiet });
      } else if (event.type === "progress") progress?.update(Math.floor(event.done / MB), event.path);
      else if (event.type === "file") files.push(event.path);
      else {
        progress?.hide();
        const { folder, path } = event;
        io.stdout.write(json ? `${JSON.stringify({ commit, folder, path, files })}\n` : `${path}\n`);
      }
    }
  } finally {
    progress?.hide();
  }
}
