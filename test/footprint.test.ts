import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodePng } from "../packages/aquatint/src/formats/png/png.ts";
import { tinyConfigs } from "../packages/aquatint/src/train/tiny.cases.ts";
import { tinyLatentModel } from "../packages/aquatint/test/tiny-latent-model.ts";
import { tinyMotionAdapter } from "../packages/aquatint/test/tiny-motion.ts";
import { tinyPixelModel, writeFiles } from "../packages/aquatint/test/tiny-pixel-model.ts";
import { writeToyComparison } from "../packages/lab/src/commands/compare.cases.ts";
import { root } from "./tree.ts";

/**
 * Every command, traced by strace: native code, threads and child processes too. None opens a socket, and none writes a file
 * outside the folder that it is run in, where its output and its cache go. Where there is no strace, the home and temporary folders
 * are compared instead.
 */
const commands: Readonly<Record<string, readonly (readonly string[])[]>> = {
  generate: [
    ["generate", "a red circle", "--model", "pixel", "--steps", "2", "--strip", "strip.png", "--json"],
    ["generate", "a red circle", "--model", "latent", "--steps", "2", "--out", "image.png"],
  ],
  video: [
    [
      "video",
      "a red circle",
      "--model",
      "latent",
      "--motion",
      "motion",
      "--steps",
      "2",
      "--frames",
      "2",
      "--out",
      "a.png",
    ],
  ],
  train: [["train", "tiny.json", "--threads", "1"]],
  runs: [["runs", "."]],
  data: [["data", "tiny.json", "--count", "1"]],
  encode: [["encode", "digits.json", "--vae", "latent/vae", "--out", "pool", "--count", "2", "--held-out", "1"]],
  samplers: [["samplers"]],
  schedule: [["schedule", "--plot", "cosine.svg"]],
  noise: [["noise", "image.png", "--at", "0,500", "--out", "noise.png"]],
  denoise: [["denoise", "small.png", "--model", "pixel", "--out", "denoised.png"]],
  elbo: [["elbo", "--image", "small.png", "--model", "pixel", "--steps", "3"]],
  compare: [["compare", "toys/compare.json", "--out", "compared", "--threads", "1"]],
  theory: [["theory", "--image", "small.png", "--out", "theory.html"]],
  cache: [["cache", "list"]],
  quantize: [["quantize", "latent", "--out", "latent-int8.safetensors", "--steps", "1", "--size", "64x64"]],
  inspect: [["inspect", "latent"]],
  info: [["info", "image.png"]],
};
/** Commands that are for the network, or for a server's data. */
const online = ["mcp", "pull", "serve", "studio", "users", "worker"];

const hasStrace = spawnSync("strace", ["-f", "-o", "/dev/null", "true"]).status === 0;
const calls = ["network", "open", "openat", "creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "truncate"];
const traced = [...calls, "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir"].join();

let base: string;
let cwd: string;
const folders = ["work", "home", "tmp"];
beforeAll(async () => {
  execFileSync(process.execPath, [join(root, "scripts/ensure-build.mjs")]);
  base = await realpath(await mkdtemp(join(tmpdir(), "footprint-")));
  for (const folder of folders) await mkdir(join(base, folder));
  cwd = join(base, "work");
  await writeFiles(join(cwd, "pixel"), tinyPixelModel());
  await writeFiles(join(cwd, "latent"), tinyLatentModel());
  await writeFiles(join(cwd, "motion"), tinyMotionAdapter());
  const image = encodePng({ width: 8, height: 8, channels: 3, data: Uint8Array.from({ length: 192 }, (_, i) => i) });
  await writeFile(join(cwd, "small.png"), image);
  await writeFiles(
    join(cwd, "images"),
    new Map<string, Uint8Array | string>([
      ["a.png", image],
      ["a.txt", "a bell"],
    ]),
  );
  const scheduler = { _class_name: "DDPMScheduler", beta_schedule: "squaredcos_cap_v2", prediction_type: "epsilon" };
  const config = {
    output: join(cwd, "run"),
    dataset: { name: "captioned-folder", folder: join(cwd, "images"), size: 8, held_out_share: 0 },
    model: { ...tinyConfigs, scheduler, tokenizer: { merges: 5, context: 8 } },
    training: { steps: 2, batch_size: 2, warmup_steps: 1 },
  };
  await writeFile(join(cwd, "tiny.json"), JSON.stringify(config));
  await writeFile(join(cwd, "digits.json"), JSON.stringify({ dataset: { name: "digits", digits: [3] } }));
  await writeToyComparison(join(cwd, "toys"));
});
afterAll(() => rm(base, { recursive: true }));

interface Outcome {
  readonly code: number | null;
  readonly stderr: string;
  readonly faults: readonly string[];
}

/** Runs a script of Node with a home and a temporary folder of its own; returns what it did elsewhere. */
async function run(...args: readonly string[]): Promise<Outcome> {
  const trace = join(base, "trace");
  const strace = hasStrace ? ["strace", "-f", "-qq", "-y", "-s", "4096", "-e", `trace=${traced}`, "-o", trace] : [];
  const [command, ...rest] = [...strace, process.execPath, ...args] as [string, ...string[]];
  const folders = { HOME: join(base, "home"), TMPDIR: join(base, "tmp"), XDG_CACHE_HOME: join(cwd, "cache") };
  const env = { PATH: process.env["PATH"], ...folders, NO_COLOR: "1" };
  const { code, stderr } = await new Promise<Omit<Outcome, "faults">>((resolve) => {
    const child = execFile(command, rest, { cwd, env, maxBuffer: 2 ** 26 }, (_, __, stderr) =>
      resolve({ code: child.exitCode, stderr }),
    );
  });
  const strange = [...(await readdir(join(base, "home"))), ...(await readdir(join(base, "tmp")))];
  return { code, stderr, faults: [...strange, ...(hasStrace ? faultsIn(await readFile(trace, "utf8"), cwd) : [])] };
}

const readsOnly = /O_RDONLY|O_PATH/;
const nowhere = /^\/(dev\/(null|tty|pts|shm)|proc\/)/;

/** Lines of a trace that open a socket of a network or that change a file outside `folder`. */
function faultsIn(trace: string, folder: string): string[] {
  return wholeLines(trace).filter((line) => {
    const [, call = "", rest = ""] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? [];
    if (/ = -1 /.test(rest)) return false;
    if (/^(socket|connect|bind|sendto|sendmsg|listen)$/.test(call)) return /AF_(?!UNIX|UNSPEC)/.test(rest);
    if (/^open/.test(call) && readsOnly.test(rest) && !/O_CREAT|O_TRUNC/.test(rest)) return false;
    if (!/^(open|creat|mkdir|rename|truncate|link|symlink|unlink|rmdir)/.test(call)) return false;
    const paths = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path = ""]) => path);
    return paths.some((path) => path.startsWith("/") && !path.startsWith(`${folder}/`) && !nowhere.test(path));
  });
}

/** Calls that another thread interrupted are two lines. */
function wholeLines(trace: string): string[] {
  const unfinished = new Map<string, string>();
  return trace.split("\n").flatMap((line) => {
    const [, thread = ""] = /^(\d+)/.exec(line) ?? [];
    if (line.endsWith("<unfinished ...>")) {
      unfinished.set(thread, line.replace(/ *<unfinished \.\.\.>$/, ""));
      return [];
    }
    const [, end] = /^\d+ +<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? [];
    return [end === undefined ? line : `${unfinished.get(thread) ?? ""}${end}`];
  });
}

const bin = join(root, "packages/aquatint/bin/aquatint.mjs");

test("every command has its row", () => {
  const help = execFileSync(process.execPath, [bin, "--help"], { encoding: "utf8" });
  const names = Array.from(help.split("Commands:")[1]!.matchAll(/^ {2}([a-z][a-z0-9-]*)/gm), ([, name]) => name!);
  expect(names).toContain("generate");
  expect(names.filter((name) => !online.includes(name)).toSorted()).toEqual(Object.keys(commands).toSorted());
});

test.each(Object.entries(commands))("%s opens no socket and writes nothing elsewhere", async (_, rows) => {
  for (const row of rows) {
    const { code, stderr, faults } = await run(bin, ...row);
    expect({ code, faults, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, faults: [], stderr: "" });
  }
});

test("neither does generate() in a program", async () => {
  const library = join(root, "packages/aquatint/dist/node.js");
  await writeFile(
    join(cwd, "program.mjs"),
    `import { generate } from ${JSON.stringify(library)};
     for await (const _ of generate({ prompt: "a fox", model: "pixel", steps: 2 }));`,
  );
  expect(await run("program.mjs")).toMatchObject({ code: 0, faults: [] });
});

test.runIf(hasStrace)("a program that does either is caught", async () => {
  const outside = join(base, "outside.txt");
  const program = `require("node:fs").writeFileSync(${JSON.stringify(outside)}, "");
    require("node:dgram").createSocket("udp4").bind(0, "127.0.0.1", function () { this.close(); });`;
  const { faults } = await run("-e", program);
  expect(faults.some((line) => line.includes(outside))).toBe(true);
  expect(faults.some((line) => line.includes("AF_INET"))).toBe(true);
});
