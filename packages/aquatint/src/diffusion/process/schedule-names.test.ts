import { expect, test } from "vitest";
import { scheduleNamed, scheduleNames, schedules } from "./schedule-names.ts";

test.each(scheduleNames)("%s is found by its name", (name) => {
  expect(Object.keys(schedules)).toContain(name);
  expect(scheduleNamed(name)).toMatchObject({ name });
});

test("the steps reach the schedule, and another name is an error with the nearest one", () => {
  expect(scheduleNamed("linear", { steps: 50 }).steps).toBe(50);
  expect(() => scheduleNamed("lineal")).toThrow('there is no schedule "lineal"');
  expect(() => scheduleNamed("constructor")).toThrow("there is no schedule");
});
