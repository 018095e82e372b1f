// Trains the lecture's digits in a tab of Chromium for 2, 10 or 60 minutes, and has its samples judged in Node.
// lecture-tab.ts MINUTES
import { readFile } from "node:fs/promises";
import { memoryFiles } from "aquatint/checkpoints";
import { nodeRuntime } from "aquatint/node";
import { unzipSync } from "fflate";
import { visitLecture } from "../test/lecture-page.ts";
import { openStudio } from "../test/page.ts";
import { lectureDigits, sampleAccuracy, trainedJudge } from "./digit-judge.ts";

const minutes = process.argv[2] ?? "10";
const MODEL = "lecture-run/model/";

/** The files of the model that the tab exports, and what its figure says. */
async function trainedInTab() {
  const studio = await openStudio();
  try {
    const { page } = await visitLecture(studio, `training?train.minutes=${minutes}`);
    const figure = page.locator("figure[data-figure=train]");
    await figure.scrollIntoViewIfNeeded();
    await figure.getByRole("button", { name: "Start", exact: true }).click();
    const start = performance.now();
    await figure.getByText(/reached its length/).waitFor({ timeout: (Number(minutes) + 10) * 60_000 });
    const said = await figure.locator("figcaption").innerText();
    const waiting = page.waitForEvent("download");
    await figure.getByRole("button", { name: "Export", exact: true }).click();
    const files = unzipSync(await readFile(await (await waiting).path()));
    return { said, seconds: (performance.now() - start) / 1000, files: Object.entries(files) };
  } finally {
    await studio.close();
  }
}

const { said, seconds, files } = await trainedInTab();
console.log(`${said} ${seconds.toFixed(0)} s by the clock`);
await using runtime = await nodeRuntime({ threads: 1 });
const judge = await trainedJudge(runtime, await lectureDigits());
const model = files.flatMap(([path, bytes]) =>
  path.startsWith(MODEL) ? [[path.slice(MODEL.length), bytes] as const] : [],
);
for (const guidance of [1, 2, 4]) {
  const accuracy = await sampleAccuracy(judge, { runtime, files: memoryFiles(new Map(model)), guidance });
  console.log(`accuracy ${accuracy} with guidance ${guidance}`);
}
