import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { JobReport, ReportAnswer } from "../queue/leases.ts";
import { jobReporter, type ReporterOptions } from "./reporter.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function reporter(options: Partial<ReporterOptions> = {}, answer: ReportAnswer = { lost: false, stop: null }) {
  const reports: JobReport[] = [];
  const stops: string[] = [];
  const job = jobReporter(
    { id: "1", lease: "2" },
    {
      leases: {
        async report(report) {
          reports.push(report);
          return answer;
        },
      },
      ...{ reportSeconds: 5, newsSeconds: 1, onStop: (reason) => stops.push(reason), ...options },
    },
  );
  return { job, reports, stops, steps: () => reports.map(({ progress }) => progress?.step) };
}
const at = (step: number) => ({ image: 0, images: 1, step, steps: 100 });

/** Steps of a tenth of a second each. */
async function runSteps(
  job: ReturnType<typeof reporter>["job"],
  steps: number,
  preview?: () => Uint8Array,
): Promise<void> {
  for (let step = 1; step <= steps; step++) {
    job.progress(at(step), preview);
    await vi.advanceTimersByTimeAsync(100);
  }
}

test("of the news of a second the last are sent", async () => {
  const { job, steps } = reporter();
  const preview = vi.fn(() => new Uint8Array(1));
  await runSteps(job, 50, preview);
  expect(steps()).toEqual([1, 10, 20, 30, 40, 50]);
  expect(preview).toHaveBeenCalledTimes(6); // none is encoded for nothing
  await job.close();
  expect(job.last()).toMatchObject({ step: 50 });
});

test("without a pause each step is sent", async () => {
  const { job, steps } = reporter({ newsSeconds: 0 });
  await runSteps(job, 5);
  expect(steps()).toEqual([1, 2, 3, 4, 5]);
  await job.close();
});

test("a job without news is reported all the same, and one that is closed no more", async () => {
  const { job, steps } = reporter();
  await vi.advanceTimersByTimeAsync(11_000);
  expect(steps()).toEqual([undefined, undefined]);
  job.progress(at(1));
  await vi.advanceTimersByTimeAsync(100);
  job.progress(at(2));
  await job.close(); // at once, though the second waits for its turn
  await vi.advanceTimersByTimeAsync(11_000);
  expect(steps()).toEqual([undefined, undefined, 1]);
});

test("what the owner wants is told", async () => {
  const { job, stops } = reporter({}, { lost: false, stop: "skip" });
  await runSteps(job, 1);
  const lost = reporter({}, { lost: true, stop: null });
  await runSteps(lost.job, 1);
  expect([stops, lost.stops]).toEqual([["skip"], ["lost"]]);
  await Promise.all([job.close(), lost.job.close()]);
});
