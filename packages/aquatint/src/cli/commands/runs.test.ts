import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Ansis } from "ansis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { runsFolder, writtenRun } from "../../runs/written-run.cases.ts";
import { main } from "../main.ts";
import { chart } from "../terminal/chart.ts";
import { textTable } from "../terminal/columns.ts";
import { renderFinished, renderSamples } from "../terminal/graphics.ts";
import { sparkline } from "../terminal/sparkline.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await runsFolder();
  await writtenRun(join(cwd, "runs/first"), { ended: true });
  await writtenRun(join(cwd, "runs/second"), { steps: 20, config: { dataset: { name: "emoji-singles" } } });
});
afterAll(() => rm(cwd, { recursive: true }));

async function run(...args: string[]) {
  const { io, out, err } = capturedIo({ cwd });
  const code = await main(["runs", ...args], io);
  return { code, out: out(), err: err() };
}

test("runs are listed with how they stand", async () => {
  const { code, out } = await run();
  expect(code).toBe(0);
  const lines = out.split("\n");
  expect(lines[0]).toMatch(/^name +state +task +data +steps +loss +trained +left +last step$/);
  expect(out).toMatch(/^first +done +denoising +digits +40 of 40 +0\.0\d+ +2 min 0 s +[\d.]+ s ago$/m);
  expect(out).toMatch(/^second +stopped +denoising +emoji-singles +20 of 40 +0\.\d+ +1 min 0 s/m);
});

test("as JSON, with every figure", async () => {
  const rows = JSON.parse((await run("--json")).out) as { readonly name: string }[];
  expect(rows.find(({ name }) => name === "first")).toMatchObject({ state: "done", step: 40, minutes: 2, steps: 40 });
});

test("a folder without any says so", async () => {
  const { code, out, err } = await run("runs/first/samples");
  expect([code, out, err]).toEqual([0, "", `there are no training runs in ${join("runs", "first", "samples")}\n`]);
});

test("two are compared: curves, figures, and where they differ", async () => {
  const { code, out } = await run("compare", "runs/first", "runs/second", "--out", "both.html");
  expect(code).toBe(0);
  expect(out).toContain("● runs/first   ○ runs/second");
  expect(out).toMatch(/dataset\.name +"digits" +"emoji-singles"/);
  expect(out).toMatch(/^held out +runs\/first +runs\/second\nat step +40 +20\npsnr +20 +10$/m);
  expect(out.trimEnd().endsWith("both.html")).toBe(true);
  expect(await readFile(join(cwd, "both.html"), "utf8")).toMatch(/<h2>Curves<\/h2>[\s\S]*<h2>On held-out data<\/h2>/);
  const json = JSON.parse((await run("compare", "runs/first", "runs/second", "--json")).out);
  expect(json.differences).toEqual([{ path: "dataset.name", values: ["digits", "emoji-singles"] }]);
});

test("a report is drawn anew", async () => {
  expect(await run("report", "runs/first")).toEqual({
    code: 0,
    out: `${join("runs", "first", "report.html")}\n`,
    err: "",
  });
});

test.each([
  [["compare", "runs/first"], "expected two or more runs, got 1"],
  [["compare", "runs/first", "runs/secand"], 'did you mean "second"?'],
  [["report", "runs"], "holds no training run"],
  [["nowhere"], "there are no training runs"],
])("%j is refused", async (args, message) => {
  const { code, err } = await run(...args);
  expect(code).toBe(1);
  expect(err).toContain(message);
});

test("a sparkline is logarithmic, and level where nothing changes", () => {
  const points = (values: readonly number[]) => values.map((value, step) => ({ step, value }));
  expect(sparkline(points([128, 64, 32, 16, 8, 4, 2, 1]), 8)).toBe("█▇▆▅▄▃▂▁");
  expect(sparkline(points([-1, 0, 6]), 8)).toBe("▁▂█");
  expect(sparkline(points([3, 3]), 8)).toBe("▁▁");
  expect(sparkline([], 8)).toBe("");
});

test("a chart stands between its labels", () => {
  const points = [
    { step: 0, value: 100 },
    { step: 10, value: 1 },
  ];
  const lines = chart([{ name: "a", points }], { width: 21, height: 3, colors: new Ansis(0) });
  expect(lines).toEqual([
    "      100 │●",
    "          │",
    "        1 │         ●",
    "          └──────────",
    "           0  step 10",
  ]);
});

test("a table leaves out columns that have nothing to show", () => {
  const columns = [
    { title: "a", cell: (n: number) => `${n}`, number: true },
    { title: "b", cell: () => "" },
  ];
  expect(textTable(columns, [1, 10])).toEqual([" a", " 1", "10"]);
});

test.each([
  ["kitty", { KITTY_WINDOW_ID: "1" }, "\x1b_Ga=T,f=100,q=2,c=1,m=0;iVBOR"],
  ["Ghostty", { TERM: "xterm-ghostty" }, "\x1b_Ga=T,f=100,q=2,c=1,m=0;iVBOR"],
  ["iTerm2", { TERM_PROGRAM: "iTerm.app" }, "\x1b]1337;File=inline=1;size="],
  ["tmux in kitty", { KITTY_WINDOW_ID: "1", TMUX: "x" }, "\x1b[38;2;255;0;0m"],
  ["a terminal with colors", {}, "\x1b[38;2;255;0;0m"],
])("samples are drawn as %s does", (_, env, beginning) => {
  const { stderr: stream } = capturedIo({ cwd: ".", isTTY: true }).io;
  const image = { width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) } as const;
  const text = renderSamples([image], { stream, env: { COLORTERM: "truecolor", ...env } });
  expect(text.startsWith(beginning)).toBe(true);
  expect(renderSamples([image], { stream, env: { ...env, COLORTERM: "truecolor", NO_COLOR: "1" } })).toBe("");
});

test.each([
  ["kitty", { KITTY_WINDOW_ID: "1" }, "\x1b_Ga=T,f=100,q=2,c=36,"],
  ["a terminal with colors", {}, "\x1b[38;2;255;0;0m"],
])("a finished image is drawn as %s does, enlarged by a whole factor", (_, env, beginning) => {
  const { stderr: stream } = capturedIo({ cwd: ".", isTTY: true }).io;
  const image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0, 255, 0, 0) } as const;
  expect(renderFinished(image, { stream, env: { COLORTERM: "truecolor", ...env } }).startsWith(beginning)).toBe(true);
  expect(renderFinished(image, { stream, env: { ...env, NO_COLOR: "1" } })).toBe("");
});
