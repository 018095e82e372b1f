import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodePng } from "../../formats/png/png.ts";
import { openDataset } from "../dataset.node.ts";
import type { DatasetReport } from "../dataset.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-found-"));
});
afterEach(() => rm(folder, { recursive: true }));

const png = encodePng({ width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(99) });
const put = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<void> => {
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
};
const open = (of = folder) => openDataset({ name: "captioned-folder", folder: of, size: 8, held_out_share: 0 });
/** The images of a folder, with counts and names by reason. */
async function contents(of = folder) {
  const { report, captions } = await open(of);
  const { counts, skipped, notes = [] } = report as DatasetReport;
  const listed = (files: DatasetReport["skipped"]) =>
    Object.fromEntries(files.map(({ reason, files }) => [reason, files]));
  return { train: counts.train, captions: [...captions()].sort(), skipped: listed(skipped), notes: listed(notes) };
}

describe("symbolic links", () => {
  test("to images, texts and folders are followed", async () => {
    await put({ "store/a.png": png, "store/deep/b.png": png, "store/deep/b.txt": "bee", "words/w.txt": "a thing" });
    await mkdir(join(folder, "set"));
    await symlink(join(folder, "store/a.png"), join(folder, "set/a.png"));
    await symlink("../words/w.txt", join(folder, "set/a.txt"));
    await symlink("../store/deep", join(folder, "set/linked"));
    expect(await contents(join(folder, "set"))).toEqual({
      train: 2,
      captions: ["a thing", "bee"],
      skipped: {},
      notes: {},
    });
    await symlink(join(folder, "set"), join(folder, "door"));
    expect((await contents(join(folder, "door"))).train).toBe(2);
  });

  test("that lead nowhere, into themselves or to what is read already are named", async () => {
    await put({ "a.png": png, "a.txt": "a", "in/b.png": png, "in/b.txt": "b" });
    for (const [target, path] of [
      ["gone.png", "c.png"],
      ["self.png", "self.png"],
      ["..", "in/up"],
      ["in", "again"],
    ] as const)
      await symlink(target, join(folder, path));
    expect(await contents()).toEqual({
      train: 2,
      captions: ["a", "b"],
      skipped: {
        "links that lead nowhere": ["c.png", "self.png"],
        "links to a folder that is read already": ["again", "in/up"],
      },
      notes: {},
    });
  });
});

describe("metadata.jsonl", () => {
  const rows = (...all: readonly object[]) => all.map((row) => `${JSON.stringify(row)}\r\n`).join("");

  test("that names an image several times gives it all captions, which is told", async () => {
    const a = (text: string | string[]) => ({ file_name: "a.png", text });
    await put({ "in/a.png": png, "in/metadata.jsonl": `\ufeff${rows(a("one"), a(["two", "one"]))}` });
    await put({ "metadata.jsonl": rows({ file_name: "in/a.png", text: "three" }) });
    const { captions, notes } = await contents();
    expect(captions).toEqual(["one", "three", "two"]);
    expect(notes).toEqual({ "named by several lines of metadata.jsonl, whose captions are all used": ["in/a.png"] });
  });

  test("wins over texts beside the images, which are named", async () => {
    await put({ "a.png": png, "a.txt": "text", "metadata.jsonl": rows({ file_name: "a.png", text: "row" }) });
    expect(await contents()).toMatchObject({
      captions: ["row"],
      skipped: { "texts of images that metadata.jsonl names": ["a.txt"] },
    });
  });

  test("may have been written on Windows or with letters composed otherwise", async () => {
    await put({ "in/cafe\u0301.png": png });
    await put({ "metadata.jsonl": rows({ file_name: "in\\caf\u00e9.png", text: "coffee" }) });
    expect((await contents()).captions).toEqual(["coffee"]);
  });
});

test("captions have any line ends and a mark of byte order; empty ones and such in UTF-16 are named", async () => {
  const utf16 = Buffer.from("a cat", "utf16le");
  await put({
    ...{ "a.png": png, "a.txt": "\ufeffone\r\ntwo\rthree\r\n\r\n" },
    ...{ "b.png": png, "b.txt": " \r\n\t\n" },
    ...{ "c.png": png, "c.txt": utf16 },
    ...{ "d.png": png, "d.txt": Buffer.concat([Buffer.of(0xff, 0xfe), utf16]) },
    ...{ "e.png": png, "e.txt": Buffer.from("caf\xe9", "latin1") },
  });
  const { captions, skipped } = await contents();
  expect(captions).toEqual(["one", "three", "two"]);
  expect(skipped).toEqual({
    "without a caption": ["b.png", "c.png", "d.png", "e.png"],
    "texts that are not readable as UTF-8": ["c.txt", "d.txt", "e.txt"],
  });
});

test("kohya's .caption files are read; a .txt beside them counts", async () => {
  await put({ "a.png": png, "a.caption": "a", "b.png": png, "b.caption": "not b", "b.txt": "b" });
  expect((await contents()).captions).toEqual(["a", "b"]);
});

test("two images of one name share its caption", async () => {
  await put({ "a.png": png, "a.jpg": png, "a.txt": "a" });
  expect(await contents()).toMatchObject({ train: 2, captions: ["a", "a"] });
});

test("endings may be in capitals; hidden and empty files are named", async () => {
  await put({
    ...{ "A.PNG": png, "A.TXT": "a", "b.JpEg": png, "b.txt": "b", "no ending": png },
    ...{ ".DS_Store": "x", "._A.PNG": "x", "Thumbs.db": "x", ".git/c.png": png, "__MACOSX/A.PNG": "x" },
    ...{ "zero.png": "", "zero.txt": "zero" },
  });
  expect(await contents()).toEqual({
    train: 2,
    captions: ["a", "b"],
    skipped: {
      hidden: [".DS_Store", "._A.PNG", ".git", "__MACOSX"],
      "not PNG, JPEG, WebP, AVIF, GIF, TIFF or SVG": ["zero.png"],
    },
    notes: {},
  });
});
