import { constants, existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { openQueue } from "../src/queue/open.ts";

/** The folder of this run of the tests; none where Vitest watches, since the tables may change then. */
const run = process.env["AQUATINT_TEST_FOLDER"];

/**
 * Puts an empty database with its tables into a folder of data. The first caller of a run initializes it, as the server does
 * in an empty folder; that takes three times as long as opening a copy.
 */
export async function writeEmptyDatabase(data: string): Promise<void> {
  if (run === undefined) return;
  const template = join(run, "database");
  if (!existsSync(template)) await initialize(template);
  await mkdir(data, { recursive: true });
  await cp(template, join(data, "database"), { recursive: true, mode: constants.COPYFILE_FICLONE });
}

async function initialize(template: string): Promise<void> {
  const data = await mkdtemp(`${template}-`);
  const queue = await openQueue({ data }, (error) => {
    throw error;
  });
  await queue[Symbol.asyncDispose]();
  await moveTo(template, join(data, "database"));
  await rm(data, { recursive: true });
}

/** Moves a folder to a path that another process may have moved its folder to meanwhile. */
export async function moveTo(path: string, folder: string): Promise<void> {
  await rename(folder, path).catch(async (error: unknown) => {
    if (!existsSync(path)) throw error;
    await rm(folder, { recursive: true });
  });
}
