import { expect, test } from "vitest";
import { tasks } from "./registry.ts";
import { allTaskKinds, taskKindsFor, taskNames, taskPackages } from "./task-kinds.ts";

test.each(taskPackages)("$name has the kinds that the declaration lists", async ({ load, names }) => {
  expect(Object.keys((await load()).tasks)).toEqual(names);
});

test("every kind is there under its name", async () => {
  expect(Object.keys(await allTaskKinds())).toEqual(taskNames);
});

test("a package is loaded only for a task of its own; one that is not installed says how to install it", async () => {
  const error = Object.assign(new Error("Cannot find package 'pots'"), { code: "ERR_MODULE_NOT_FOUND" });
  const pots = [{ name: "pots", load: () => Promise.reject(error), names: ["glazing"] }];
  expect(await taskKindsFor("denoising", pots)).toBe(tasks);
  expect(await taskKindsFor(undefined, pots)).toBe(tasks);
  await expect(taskKindsFor("glazing", pots)).rejects.toMatchObject({
    code: "package/missing",
    message: 'the task "glazing" needs the package pots, which is not installed',
    hint: "npm install pots",
  });
});
