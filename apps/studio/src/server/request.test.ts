import { expect, test } from "vitest";
import { jobBody } from "./request.ts";

test("a form for few steps, which the server's jobs have no field for, is refused in a sentence", async () => {
  const options = { prompt: "a red fox", steps: 4 };
  expect(await jobBody({ options })).toMatchObject({ kind: "text-to-image", steps: 4 });
  await expect(jobBody({ options: { ...options, fewSteps: true } })).rejects.toMatchObject({
    code: "model/few-steps",
    hint: expect.stringContaining("draw in this tab"),
  });
});
