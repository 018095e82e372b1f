import { readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { AquatintError } from "../errors.ts";
import { fileError } from "../formats/files.node.ts";
import { didYouMean } from "../math/names.ts";
import { diskFiles, runningProcess } from "../train/run/folder.node.ts";
import { logs, type RunFiles } from "../train/run/run-folder.ts";
import { type RunData, type RunSummary, readRun, summaryOf } from "./run.ts";

/** A run on this machine's disk. */
export interface RunEntry {
  readonly run: RunData;
  readonly summary: RunSummary;
  /** When its metrics were last written, ISO 8601; null before the first step. */
  readonly updated: string | null;
}

/** Folders inside folders that are looked into. */
const DEPTH = 4;

/** Every run in a folder and in the folders inside it, the newest first. @throws AquatintError "file/…" where it cannot be read. */
export async function findRuns(folder: string): Promise<readonly RunEntry[]> {
  await readdir(folder).catch((cause: unknown) => {
    const error = fileError("read", folder, cause);
    if (error.code !== "file/missing") throw error;
    throw new AquatintError("runs/missing", `there are no training runs: ${folder} does not exist`, {
      hint: "aquatint runs DIR looks in another folder; aquatint train begins a run",
      cause,
    });
  });
  const runs = await runsIn(folder, { from: folder, depth: DEPTH });
  return runs.toSorted((a, b) =>
    (b.updated ?? b.summary.started ?? "").localeCompare(a.updated ?? a.summary.started ?? ""),
  );
}

async function runsIn(folder: string, { from, depth }: { from: string; depth: number }): Promise<readonly RunEntry[]> {
  const run = await openRun(folder, relative(from, folder) || basename(folder)).catch(() => undefined);
  if (run) return [run];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inside = entries.filter((e) => e.isDirectory() && !e.name.startsWith(".") && e.name !== "node_modules");
  const runs: RunEntry[] = [];
  for (const { name } of inside) runs.push(...(await runsIn(join(folder, name), { from, depth: depth - 1 })));
  return runs;
}

/** The run of a folder; undefined where it is none. */
export async function openRun(folder: string, name: string): Promise<RunEntry | undefined> {
  const run = await readRun(diskFiles(folder));
  if (!run) return undefined;
  const locked = (await runningProcess(folder)) !== undefined;
  const stats = await stat(join(folder, logs.metrics)).catch(() => undefined);
  return { run, summary: summaryOf(run, { name, locked }), updated: stats?.mtime.toISOString() ?? null };
}

/** The runs of some folders, in their order, each by the name that it was given. @throws AquatintError "runs/missing" */
export async function openRuns(
  folders: readonly { readonly path: string; readonly name: string }[],
): Promise<readonly RunEntry[]> {
  const runs: RunEntry[] = [];
  for (const { path, name } of folders) {
    const run = await openRun(path, name);
    if (!run) throw await missing(path);
    runs.push(run);
  }
  return runs;
}

async function missing(path: string): Promise<AquatintError> {
  const siblings = await findRuns(join(path, "..")).catch(() => []);
  const names = siblings.map(({ summary }) => summary.name);
  return new AquatintError("runs/missing", `${path} holds no training run, expected a folder with config.json`, {
    hint: didYouMean(basename(path), names) ?? "aquatint runs DIR lists the runs of a folder",
  });
}

/** The files of a run that was found. */
export const foundFiles = ({ folder }: RunData): RunFiles => diskFiles(folder);
