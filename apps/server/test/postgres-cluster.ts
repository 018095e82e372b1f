import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import pg from "pg";

const DEBIAN = "/usr/lib/postgresql";

/** The folder of PostgreSQL's programs; undefined where it is not installed. */
export const postgresPrograms = [
  ...(process.env["PATH"] ?? "").split(":"),
  ...(existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, "bin")) : []),
].find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));

/** A PostgreSQL server of a test. */
export interface PostgresCluster extends AsyncDisposable {
  readonly url: string;
  /** Kills its first process as a crash does. */
  kill(): Promise<void>;
  /** Starts it and waits until it answers. */
  start(): Promise<void>;
}

/** Makes a PostgreSQL server in an empty folder and starts it; it refuses to run as root, so that another user runs it there. */
export async function postgresCluster(folder: string): Promise<PostgresCluster> {
  const programs = postgresPrograms ?? "";
  const user = unprivileged();
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "cluster");
  execFileSync(join(programs, "initdb"), ["-D", data, "-A", "trust", "-U", "aquatint", "--no-sync"], {
    ...user,
    stdio: "pipe",
  });
  const port = await freePort();
  const url = `postgres://aquatint@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    for (;;) {
      rmSync(join(data, "postmaster.pid"), { force: true });
      const args = ["-D", data, "-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"];
      child = spawn(join(programs, "postgres"), args, { ...user, stdio: "ignore" });
      if (await answers(url, child)) return;
    }
  };
  const kill = async (): Promise<void> => {
    if (!child) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    child = undefined;
  };
  await start();
  return { url, kill, start, [Symbol.asyncDispose]: kill };
}

/** True once the server answers; false where its process ended, since those of one that was killed were still there. */
async function answers(url: string, child: ChildProcess): Promise<boolean> {
  while (child.exitCode === null) {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    const isUp = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => {});
    if (isUp) return true;
    await setTimeout(100);
  }
  return false;
}

/** The user that runs the server where this process is root's. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  const line =
    ["postgres", "nobody"].flatMap((name) => lines.find((text) => text.startsWith(`${name}:`)) ?? [])[0] ?? "";
  const [, , uid, gid] = line.split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
};
