import { AquatintError } from "aquatint";
import { expect, test } from "vitest";
import { z } from "zod";
import { RetryLater } from "../jobs/errors.ts";
import { httpFailure } from "./failure.ts";

test("an error that was thrown on purpose has a status by its code, and says what it says", () => {
  const statusOf = (code: `${string}/${string}`) => httpFailure(new AquatintError(code, "m", { hint: "h" })).status;
  expect(
    ["job/unknown", "auth/token", "auth/host", "generate/memory", "generate/size", "storage/failed"].map((code) =>
      statusOf(code as "a/b"),
    ),
  ).toEqual([404, 401, 403, 422, 400, 503]);
  expect(httpFailure(new AquatintError("generate/size", "m", { hint: "h" }))).toMatchObject({
    message: "m",
    hint: "h",
  });
  expect(httpFailure(new RetryLater("queue/full", "m", 7))).toMatchObject({ status: 429, retryAfter: 7 });
});

test("a field that a schema refuses is named", () => {
  const { error } = z.object({ a: z.object({ b: z.number() }) }).safeParse({ a: { b: "x" } });
  expect(httpFailure(error)).toMatchObject({ status: 422, message: expect.stringContaining("a.b: ") });
});

test.each([
  Object.assign(new Error("could not extend file"), { code: "53100" }),
  Object.assign(new Error("write"), { code: "ENOSPC" }),
  new AquatintError("file/full", "cannot write /srv/data/files/1.png: the disk is full"),
])("a full disk is the server's failure: %o", (error) => {
  expect(httpFailure(error)).toMatchObject({ status: 503, code: "server/full", message: "the server's disk is full" });
});

test("an error about a file of the server does not tell its path", () => {
  const failure = httpFailure(new AquatintError("file/denied", "cannot read /srv/models/a: permission denied"));
  expect(failure).toMatchObject({ status: 500, code: "server/internal" });
  expect(JSON.stringify(failure)).not.toContain("/srv");
});

test("of any other error nothing is told", () => {
  const failure = httpFailure(new Error("the password is 1234"));
  expect(failure.status).toBe(500);
  expect(JSON.stringify(failure)).not.toContain("1234");
});
