import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { decodePng, encodePng } from "../../formats/png/png.ts";
import { tinyConfigs } from "../../train/tiny.cases.ts";
import { main } from "../main.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-train-"));
  const png = encodePng({ width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(99) });
  await mkdir(join(cwd, "images"));
  await writeFile(join(cwd, "images/a.png"), png);
  await writeFile(join(cwd, "images/a.txt"), "bell \u0007 ]]> \uffff & <b>\n");
  await symlink("gone.png", join(cwd, "images/b.png"));
});
afterAll(() => rm(cwd, { recursive: true }));

const scheduler = { _class_name: "DDPMScheduler", beta_schedule: "squaredcos_cap_v2", prediction_type: "epsilon" };
async function configure({ training = {}, ...rest }: { training?: object; [part: string]: unknown } = {}) {
  const json = {
    output: join(cwd, "run"),
    dataset: { name: "captioned-folder", folder: join(cwd, "images"), size: 8, held_out_share: 0 },
    model: { ...tinyConfigs, scheduler, tokenizer: { merges: 5, context: 8 } },
    training: { steps: 3, batch_size: 2, warmup_steps: 1, ...training },
    ...rest,
  };
  await writeFile(join(cwd, "tiny.json"), JSON.stringify(json));
}
async function run(...argv: readonly string[]) {
  const { io, out, err } = capturedIo({ cwd });
  return { code: await main(argv, io), out: out(), err: err() };
}
const files = async () =>
  Promise.all(
    ["metrics.jsonl", "model/unet/diffusion_pytorch_model.safetensors", "sessions.jsonl"].map((path) =>
      readFile(join(cwd, "run", path)),
    ),
  );

test("a run goes to its end once, and says so each time that it is resumed", async () => {
  await configure();
  const first = await run("train", "tiny.json", "--threads", "1");
  expect(first).toMatchObject({ code: 0, out: join("run", "model\n") });
  expect(first.err).toContain("skipped 1 links that lead nowhere: b.png");
  const before = await files();
  for (let i = 0; i < 2; i++) {
    const again = await run("train", "tiny.json", "--resume", "--threads", "1");
    expect(again).toMatchObject({ code: 0, out: join("run", "model\n") });
    expect(again.err).toContain("nothing to do: run ended at step 3, all steps are done");
  }
  expect(await files()).toEqual(before);
  expect((await run("runs", ".")).out).toMatch(/run +done .*3 of 3/);
  await configure({ training: { steps: 4 } });
  const longer = await run("train", "tiny.json", "--resume", "--threads", "1");
  expect(longer.err).toContain("training.steps from 3 to 4");
  expect((await run("runs", ".")).out).toMatch(/run +done .*4 of 4/);
});

test("another kind of prediction is refused, and the run stays as it is", async () => {
  await configure();
  const before = await readdir(join(cwd, "run"), { recursive: true });
  const model = { ...tinyConfigs, scheduler: { ...scheduler, prediction_type: "v_prediction" } };
  await configure({ model: { ...model, tokenizer: { merges: 5, context: 8 } } });
  const { code, err } = await run("train", "tiny.json", "--resume");
  expect(code).toBe(1);
  expect(err).toMatch(/prediction_type from "epsilon" to "v_prediction"\nhint: .*--init-from/);
  expect(await readdir(join(cwd, "run"), { recursive: true })).toEqual(before);
});

test("a place that cannot be written to is told in words, and a run that cannot begin leaves no folder", async () => {
  await configure({ output: join(cwd, "images/a.png/run") });
  const { code, err } = await run("train", "tiny.json");
  expect(code).toBe(1);
  expect(err).toContain("a part of the path is a file, not a folder");
  await configure({ output: join(cwd, "some/where") });
  expect(await run("train", "tiny.json", "--resume")).toMatchObject({
    code: 1,
    err: expect.stringContaining("holds no whole checkpoint"),
  });
  expect(await readdir(cwd)).not.toContain("some");
});

test("a sheet of samples is drawn whatever characters a caption holds", async () => {
  await configure();
  expect(await run("data", "tiny.json", "--count", "2", "--columns", "2")).toMatchObject({ code: 0 });
  expect(decodePng(await readFile(join(cwd, "sheet.png")), { name: "sheet.png" }).width).toBe(2 * (128 + 8) + 8);
});

test("a run that is resumed tells that images were added or captions changed since its last session", async () => {
  const folder = join(cwd, "changing");
  await mkdir(folder);
  for (const file of ["a.png", "a.txt"]) await copyFile(join(cwd, "images", file), join(folder, file));
  const resumed = async (steps: number, ...flags: readonly string[]) => {
    const dataset = { name: "captioned-folder", folder, size: 8, held_out_share: 0 };
    await configure({ output: join(cwd, "resumed"), dataset, training: { steps } });
    return (await run("train", "tiny.json", "--threads", "1", ...flags)).err;
  };
  await resumed(1);
  expect(await resumed(2, "--resume")).not.toContain("data set");
  await copyFile(join(folder, "a.png"), join(folder, "b.png"));
  await writeFile(join(folder, "b.txt"), "another");
  expect(await resumed(3, "--resume")).toContain("files of the data set were changed (1 images before, 2 now)");
  await writeFile(join(folder, "b.txt"), "yet another");
  expect(await resumed(4, "--resume")).toContain("files of the data set were changed (2 images)");
  expect(await resumed(5, "--resume")).not.toContain("data set");
});
