import type { Command } from "commander";
import { packedFolder } from "../../runtime/packed/folder.node.ts";
import type { PackedEntry } from "../../runtime/packed/limit.node.ts";
import { packedStore } from "../../runtime/packed/store.node.ts";
import type { Io } from "../io.ts";
import { decimal, wrong } from "../options/parsers.ts";
import { type TextColumn, textTable } from "../terminal/columns.ts";

const actions = ["list", "clear", "limit"] as const;

type Action = (typeof actions)[number];
interface Flags {
  readonly json?: boolean;
  readonly size?: string | undefined;
}

/** Adds `aquatint cache` to the program. */
export const addCache = (program: Command, io: Io): Command =>
  program
    .command("cache")
    .summary("list, clear or limit the packed weights that are kept on disk")
    .description(
      "Lists, clears or limits the packed weights on disk. When a large model is used for the second time, its weights are stored in packed form, so that it loads faster from then on. Packed weights take at most a tenth of the free disk, or the size that `aquatint cache limit GB` sets; the least recently used are removed first.",
    )
    .argument("[action]", actions.join(", "), action, "list")
    .argument(
      "[GB]",
      'for "limit": the size in gigabytes, or "default" for a tenth of the free disk; without it, the limit is printed',
    )
    .option("--json", "print one JSON object on stdout")
    .action((name: Action, size: string | undefined, flags: Flags) => {
      if (size !== undefined && name !== "limit") throw wrong(`cache ${name}`, "nothing more", size, "leave it out");
      return run[name]({ ...flags, size }, io);
    });

function action(text: string): Action {
  const match = actions.find((name) => name === text);
  if (match) return match;
  throw wrong("cache", "list, clear or limit", text, "for example aquatint cache clear");
}

const gigabytesOf = decimal("cache limit", { min: 0, example: 20 });

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
const columns: readonly TextColumn<PackedEntry>[] = [
  { title: "entry", cell: ({ key }) => key },
  { title: "size", number: true, cell: ({ bytes }) => gigabytes(bytes) },
  { title: "last used", cell: ({ lastUse }) => new Date(lastUse).toISOString() },
];
const store = ({ env }: Io) => packedStore(packedFolder({ env }));

const run: Readonly<Record<Action, (flags: Flags, io: Io) => Promise<void>>> = {
  async list({ json }, io) {
    const { folder, list, limit } = store(io);
    const entries = await list();
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const maximum = await limit();
    if (json) return void io.stdout.write(`${JSON.stringify({ folder, bytes, limit: maximum, entries })}\n`);
    const total = `${gigabytes(bytes)} of at most ${gigabytes(maximum)} in ${folder}`;
    io.stdout.write(`${[...textTable(columns, entries), total].join("\n")}\n`);
  },
  async clear({ json }, io) {
    const { folder, clear } = store(io);
    const bytes = await clear();
    io.stdout.write(json ? `${JSON.stringify({ folder, bytes })}\n` : `${gigabytes(bytes)} cleared in ${folder}\n`);
  },
  async limit({ json, size }, io) {
    const { folder, limit, setLimit } = store(io);
    if (size !== undefined) await setLimit(size === "default" ? undefined : gigabytesOf(size) * 1e9);
    const bytes = await limit();
    io.stdout.write(
      json ? `${JSON.stringify({ folder, limit: bytes })}\n` : `at most ${gigabytes(bytes)} in ${folder}\n`,
    );
  },
};
