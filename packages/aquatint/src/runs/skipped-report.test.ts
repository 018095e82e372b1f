import { readdir, rm } from "node:fs/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunEvent } from "../train/run/events.ts";
import { optionalPackage } from "../util/optional-package.ts";
import { reportedRun } from "./reported-run.node.ts";
import { runsFolder, writtenRun } from "./written-run.cases.ts";

vi.mock("./drawings.node.ts", () => {
  const error = Object.assign(new Error("Cannot find package '@aquatint/lab'"), { code: "ERR_MODULE_NOT_FOUND" });
  const load = () => Promise.reject(error);
  return { drawings: (purpose: string) => optionalPackage({ name: "@aquatint/lab", load }, purpose) };
});

let folder: string;
beforeEach(async () => {
  folder = await runsFolder();
});
afterEach(() => rm(folder, { recursive: true }));

async function* run(): AsyncGenerator<RunEvent> {
  await writtenRun(folder, { ended: true });
  yield { type: "start", folder } as RunEvent;
  for (const step of [20, 30, 40]) {
    yield { type: "checkpoint", path: `${folder}/checkpoints`, step } as RunEvent;
    yield { type: "step", step } as RunEvent;
  }
  yield { type: "model", path: `${folder}/model`, ended: "steps" };
}

test("without the lab a run goes on to its end and says once that its report is skipped, and why", async () => {
  const events: (RunEvent | { readonly type: "report" })[] = [];
  for await (const event of reportedRun(run(), { maker: "a test" })) events.push(event);
  expect(events.filter(({ type }) => type === "problem")).toEqual([
    {
      type: "problem",
      message:
        "report.html of a run needs the package @aquatint/lab, which is not installed; the report is skipped (npm install @aquatint/lab)",
    },
  ]);
  expect(events.filter(({ type }) => type !== "problem")).toHaveLength(8);
  expect(await readdir(folder)).not.toContain("report.html");
});
