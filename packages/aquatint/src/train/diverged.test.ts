import { afterAll, beforeAll, expect, test } from "vitest";
import { log, mul } from "../ops/elementwise.ts";
import { scalar } from "../ops/leaves.ts";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import type { Runtime } from "../runtime/types.ts";
import { lineTask, lineTraining } from "./line.cases.ts";
import { openSession } from "./loop/session.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

test.each([1, 2])(
  "a run that diverges names the node, and keeps the state of the step before (%i parts)",
  async (parts) => {
    const training = lineTraining({ accumulate: parts });
    const line = lineTask(training);
    const [phase] = line.phases;
    const task = { ...line, phases: [{ ...phase!, loss: log(mul(phase!.loss, scalar(-1))) }] };
    await using session = await openSession({ config: { training }, task, runtime });
    const before = (await session.remembered()).tensors;
    await expect(session.steps().next()).rejects.toMatchObject({
      code: "train/diverged",
      message: expect.stringMatching(
        /^loss became NaN at step 1: log gave 1 NaN in float32\[\]; it was given mul float32\[\] from -/,
      ),
    });
    const isShared = (name: string) => !name.startsWith("gradient/");
    const after = (await session.remembered()).tensors;
    for (const name of Object.keys(before).filter(isShared)) expect(after[name], name).toEqual(before[name]);
  },
);
