import { AquatintError } from "aquatint";
import { expect, test } from "vitest";
import { databaseError } from "./failure.ts";

const coded = (code: string, message = "no room on 10.0.0.5") => Object.assign(new Error(message), { code });

test.each([
  [coded("ECONNREFUSED"), "does not answer"],
  [coded("EAI_AGAIN"), "does not answer"],
  [coded("57P01"), "does not answer"],
  [coded("08006"), "does not answer"],
  [new Error("Connection terminated unexpectedly"), "does not answer"],
  [new Error("timeout exceeded when trying to connect"), "does not answer"],
  [new Error("Query read timeout"), "does not answer"],
  [new Error("Client has encountered a connection error and is not queryable"), "does not answer"],
  [coded("53300"), "no free connection"],
  [coded("53200"), "short of resources"],
  [coded("25006"), "read-only"],
  [coded("40P01"), "gave up a change"],
  [coded("58030"), "cannot use its files"],
])("%o of a database passes, and names no address", (error, message) => {
  const failure = databaseError(error);
  expect(failure).toMatchObject({ code: "server/database", message: expect.stringContaining(message), cause: error });
  expect(JSON.stringify(failure) + (failure as Error).message).not.toContain("10.0.0.5");
});

test.each([coded("42601", "syntax error"), coded("53100"), new TypeError("x is no function"), "text"])(
  "%o stays as it is",
  (error) => expect(databaseError(error)).toBe(error),
);

test("an error with a code of the server's own stays as it is", () => {
  const error = new AquatintError("request/text", "a text holds U+0000", { hint: "leave it out" });
  expect(databaseError(error)).toBe(error);
});
