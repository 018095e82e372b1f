/**
 * Runs the steps of the Dockerfile in an empty folder, where no images can be built: each stage is a folder, COPY copies, and RUN
 * runs in its working directory. Then it starts what the image starts, as another user than root where it may, and the server must
 * answer and make an image. Needs the package registry, so it is not part of `npm test`.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isMade } from "./try-server.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "aquatint-image-"));
chmodSync(scratch, 0o755);

/** The user of the image; of a process that is not root's, its own. */
const isRoot = process.getuid?.() === 0;
const user = isRoot ? { uid: 1000, gid: 1000 } : {};

/** Instructions of a Dockerfile as [name, text], with continued lines joined and comments left out. */
const instructionsOf = (text) =>
  text
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => /^(\w+)\s+(.*)$/.exec(line)?.slice(1) ?? [line, ""]);

/** What Docker sends: what git does not ignore. */
function copyContext(target) {
  const list = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" });
  for (const path of list.split("\0").filter((name) => name !== "" && existsSync(join(root, name))))
    cpSync(join(root, path), join(target, path));
}

const stages = {};
let stage;
const inStage = (path, { folder, workdir } = stage) => join(folder, isAbsolute(path) ? path : join(workdir, path));

const steps = {
  FROM(text) {
    const [, name] = / AS (\w+)$/.exec(text) ?? [];
    stage = { folder: join(scratch, name ?? "final"), workdir: "/", env: {} };
    if (name) stages[name] = stage;
    mkdirSync(stage.folder);
  },
  WORKDIR(text) {
    stage.workdir = text;
    mkdirSync(inStage("."), { recursive: true });
  },
  ENV(text) {
    Object.assign(stage.env, Object.fromEntries(text.split(" ").map((pair) => pair.split("="))));
  },
  COPY(text) {
    const words = text.split(" ");
    const [source, target] = words.filter((word) => !word.startsWith("--"));
    const flag = (name) => words.find((word) => word.startsWith(`--${name}=`))?.split("=")[1];
    const from = flag("from");
    if (from) cpSync(inStage(source, stages[from]), inStage(target), { recursive: true, verbatimSymlinks: true });
    else if (source === "." && target === ".") copyContext(inStage("."));
    else throw new Error(`COPY ${text} is not understood`);
    if (flag("chown") === "node:node" && isRoot) chownSync(inStage(target), user.uid, user.gid);
  },
  RUN(text) {
    if (/(^|\s)\//.test(text)) throw new Error(`RUN has an absolute path, which cannot be run in a folder: ${text}`);
    execFileSync("sh", ["-c", text], { cwd: inStage("."), stdio: ["ignore", "inherit", "inherit"] });
  },
  USER(text) {
    if (text !== "node") throw new Error(`the image runs as ${text}`);
    stage.user = text;
  },
  ENTRYPOINT(text) {
    stage.entry = JSON.parse(text);
  },
  CMD(text) {
    stage.command = JSON.parse(text);
  },
  VOLUME() {},
  EXPOSE() {},
  HEALTHCHECK(text) {
    const [, file] = JSON.parse(/CMD (.*)$/.exec(text)?.[1] ?? "[]");
    if (!existsSync(inStage(file))) throw new Error(`HEALTHCHECK runs ${file}, which is not there`);
  },
};

/** Size of a folder in MB. */
const megabytes = (folder) =>
  Math.round(Number(execFileSync("du", ["-sk", folder], { encoding: "utf8" }).split("\t")[0]) / 1000);

/** Starts the entry of the last stage on a free port, and returns its address. */
async function start(token) {
  const home = join(stage.folder, "home/node");
  mkdirSync(home, { recursive: true });
  if (isRoot) chownSync(home, user.uid, user.gid);
  const [program, ...args] = [...stage.entry, ...stage.command, "--port", "0"].map((word) =>
    isAbsolute(word) ? join(stage.folder, word) : word,
  );
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: home,
    AQUATINT_TOKEN: token,
    ...stage.env,
  };
  const server = spawn(program, args, { cwd: inStage("."), env, ...user, stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: server.stdout })) {
    const [, url] = /^Listening on (\S+)/.exec(line) ?? [];
    if (url) return { server, url: url.replace("0.0.0.0", "127.0.0.1") };
  }
  throw new Error("the server ended before it listened");
}

try {
  for (const [name, text] of instructionsOf(readFileSync(join(root, "Dockerfile"), "utf8"))) {
    console.log(`> ${name} ${text}`);
    if (!steps[name]) throw new Error(`${name} is not understood`);
    steps[name](text);
  }
  if (stage.user !== "node") throw new Error("the image runs as root");
  const token = "a-token-of-the-operator";
  const { server, url } = await start(token);
  const ended = once(server, "exit");
  try {
    await isMade(url, token);
  } finally {
    server.kill("SIGTERM");
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`after SIGTERM the server ended with ${code}`);
  console.log(
    `The image works by its steps: ${megabytes(inStage("."))} MB besides Node; data: ${readdirSync(inStage("/data"))}`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
