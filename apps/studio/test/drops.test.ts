import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drop, publishedSingleFile } from "./dropped.ts";
import { executablePath, openStudio, type Studio, visit } from "./page.ts";

describe.skipIf(executablePath === undefined)("what visitors drop, and how", () => {
  let studio: Studio;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "studio-drops-"));
    studio = await openStudio();
  });
  afterAll(async () => {
    await studio.close();
    await rm(folder, { recursive: true });
  });

  const writeInto = async (path: string, content: string | Uint8Array) => {
    await writeFile(join(folder, path), content);
    return join(folder, path);
  };
  const dialog = (page: Page) => page.getByRole("dialog");
  const close = async (page: Page, name: string) => {
    await dialog(page).getByRole("button", { name, exact: true }).last().click();
    await dialog(page).waitFor({ state: "detached" });
  };

  test("files are named for what is in them, whatever their names are", async () => {
    const { context, page, problems } = await visit(studio);
    const single = publishedSingleFile();
    for (const [name, content, sentence] of [
      ["model.zip", "PK\x03\x04\x14\x00\x00\x00 a folder that was packed", /zip archive or a Python pickle/],
      ["model.safetensors.crdownload", single.subarray(0, 9e5), /its tensors end at byte .* download was cut off/],
      ["model.safetensors.part", new Uint8Array(2000), /zeros.*download has not ended/],
      ["workflow.json", '{"nodes": []}', /JSON/],
    ] as const) {
      await drop(page, await writeInto(name, content));
      await dialog(page).filter({ hasText: sentence }).waitFor();
      await close(page, "Close");
    }
    for (const name of ["model", "model.safetensors.bak"]) {
      await drop(page, await writeInto(name, single));
      await dialog(page).getByText("Stable Diffusion 1.x").waitFor();
      await close(page, "Cancel");
    }
    expect(problems).toEqual([]);
    await context.close();
  });
});
