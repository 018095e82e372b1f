import { expect, test } from "vitest";
import { addressHash, parseAddress, sharedValues } from "./address.ts";
import { choice, number, numbers } from "./codecs.ts";

test("an address survives its text", () => {
  const address = { page: "forward", values: { step: "2", "noise.t": "300", drawn: "1,0.5,0" } };
  expect(addressHash(address)).toBe("#forward?step=2&noise.t=300&drawn=1,0.5,0");
  expect(parseAddress(addressHash(address))).toEqual(address);
  expect(parseAddress("")).toEqual({ page: "", values: {} });
  expect(parseAddress("#%E0%A4%A")).toEqual({ page: "%E0%A4%A", values: {} });
});

test("another page keeps what belongs to no page", () => {
  expect(sharedValues({ step: "2", "noise.t": "300", schedule: "cosine" })).toEqual({ schedule: "cosine" });
});

test("codecs read what they write and nothing else", () => {
  const t = number({ initial: 300, min: 0, max: 1000, step: 1 });
  expect(["300", "0", "1001", "-1", "1.5", "x", "", "1e2"].map(t.parse)).toEqual([
    ...[300, 0, undefined, undefined, undefined, undefined, undefined, 100],
  ]);
  expect(t.format(12)).toBe("12");
  const mode = choice({ initial: "jump", among: ["jump", "steps"] });
  expect(["steps", "toString"].map(mode.parse)).toEqual(["steps", undefined]);
  const drawn = numbers({ initial: [1, 0.5], min: 0, max: 1 });
  expect(["1,0.25", "1", "1,2", "1,x"].map(drawn.parse)).toEqual([[1, 0.25], undefined, undefined, undefined]);
  expect(drawn.format([1, 0.123456])).toBe("1,0.1235");
});
