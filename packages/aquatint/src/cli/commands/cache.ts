import type { Command } from "commander";
import { packedFolder } from "../../runtime/packed/folder.node.ts";
import { type PackedEntry, packedStore } from "../../runtime/packed/store.node.ts";
import type { Io } from "../io.ts";
import { wrong } from "../options/parsers.ts";
import { type TextColumn, textTable } from "../terminal/columns.ts";

const actions = ["list", "clear"] as const;

interface Flags {
  readonly json?: boolean;
}

/** Adds `aquatint cache` to the program. */
export const addCache = (program: Command, io: Io): Command =>
  program
    .command("cache")
    .summary("list or clear the packed weights that are kept on disk")
    .description(
      "Packed weights of models that were used twice, which later starts map instead of packing again. They take at most a tenth of the free disk; the ones used longest ago go first.",
    )
    .argument("[action]", `${actions.join(" or ")}`, action, "list")
    .option("--json", "print one JSON object on stdout")
    .action((name: (typeof actions)[number], flags: Flags) => run[name](flags, io));

function action(text: string): (typeof actions)[number] {
  const match = actions.find((name) => name === text);
  if (match) return match;
  throw wrong("cache", actions.join(" or "), text, "for example aquatint cache clear");
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
const columns: readonly TextColumn<PackedEntry>[] = [
  { title: "entry", cell: ({ key }) => key },
  { title: "size", number: true, cell: ({ bytes }) => gigabytes(bytes) },
  { title: "last used", cell: ({ lastUse }) => new Date(lastUse).toISOString() },
];
const store = ({ env }: Io) => packedStore(packedFolder({ env }));

const run: Readonly<Record<(typeof actions)[number], (flags: Flags, io: Io) => Promise<void>>> = {
  async list({ json }, io) {
    const { folder, list } = store(io);
    const entries = await list();
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    if (json) return void io.stdout.write(`${JSON.stringify({ folder, bytes, entries })}\n`);
    io.stdout.write(`${[...textTable(columns, entries), `${gigabytes(bytes)} in ${folder}`].join("\n")}\n`);
  },
  async clear({ json }, io) {
    const { folder, clear } = store(io);
    const bytes = await clear();
    io.stdout.write(json ? `${JSON.stringify({ folder, bytes })}\n` : `${gigabytes(bytes)} cleared in ${folder}\n`);
  },
};
