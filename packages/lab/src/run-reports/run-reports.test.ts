import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { findRuns, writeRunReport } from "aquatint/node";
import { parseHTML } from "linkedom";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runsFolder, writtenRun } from "../../../aquatint/src/runs/written-run.cases.ts";
import { comparisonReport } from "./comparison.node.ts";

const maker = "a test";
let root: string;
beforeEach(async () => {
  root = await runsFolder();
});
afterEach(() => rm(root, { recursive: true }));

describe("the report of a run", () => {
  test("is one file with curves, bands, samples, evaluations, the configuration and the machine", async () => {
    await writtenRun(root, { ended: true });
    const text = await readFile(await writeRunReport(root, { maker }), "utf8");
    const { document } = parseHTML(text);
    const ids = [...document.querySelectorAll("section")].map(({ id }) => id);
    expect(ids).toEqual(["loss", "bands-1", "steps", "samples", "evaluation", "config", "machine"]);
    expect(document.querySelector(".lead")!.textContent).toContain("Done (steps): denoising on digits, 40 of 40 steps");
    expect(document.querySelector("#bands-1 .legend")!.textContent).toBe("0–25 %25–100 %");
    expect([...document.querySelectorAll("#samples b")].map((b) => b.textContent)).toEqual(
      [40, 30, 20, 10].map((step) => `Step ${step}`),
    );
    expect(document.querySelector("#machine")!.textContent).toContain("A <fast> one, 8 cores");
    expect(document.querySelector("#config")!.textContent).toContain("training.batch_size8");
    expect(document.querySelectorAll("script, link, iframe")).toHaveLength(0);
    expect(text).not.toMatch(/NaN|undefined|Infinity|https?:/);
  });

  test("of several runs shows where they differ", async () => {
    await writtenRun(join(root, "a"));
    await writtenRun(join(root, "b"), { config: { dataset: { name: "emoji-singles" } }, steps: 20 });
    const text = await comparisonReport(await findRuns(root), { maker });
    const { document } = parseHTML(text);
    expect(document.querySelectorAll("#config tbody tr")).toHaveLength(1);
    expect(document.querySelector("#config")!.textContent).toContain("dataset.name");
    expect(document.querySelectorAll("#samples img")).toHaveLength(2);
    expect(text).not.toMatch(/NaN|undefined|Infinity|https?:/);
  });
});
