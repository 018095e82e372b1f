import { expect, test } from "vitest";
import { RetryLater } from "../jobs/errors.ts";
import { rateLimit } from "./rate.ts";

test("a key may send its number a minute, and says when the next is due", () => {
  let time = 0;
  const limit = rateLimit(60, () => time);
  for (let i = 0; i < 60; i++) limit.count("a");
  expect(() => limit.count("a")).toThrow(RetryLater);
  limit.count("b");
  time += 2000;
  limit.count("a");
  expect(() => {
    limit.count("a");
    limit.count("a");
  }).toThrow(expect.objectContaining({ retryAfter: 1 }));
});

test("0 is no limit", () => {
  const limit = rateLimit(0);
  for (let i = 0; i < 1000; i++) limit.count("a");
});
