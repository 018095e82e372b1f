import { expect, test } from "vitest";
import { keyWeights, promptKeys } from "./prompt-keys.ts";

test.each<[string, unknown]>([
  ["a cat", "a cat"],
  ["a clock at 8: the morning", "a clock at 8: the morning"],
  [
    "0: a cat, sitting, 8: a dog",
    [
      { frame: 0, prompt: "a cat, sitting" },
      { frame: 8, prompt: "a dog" },
    ],
  ],
  [
    '{"0": "a cat", "8": "a dog"}',
    [
      { frame: 0, prompt: "a cat" },
      { frame: 8, prompt: "a dog" },
    ],
  ],
  [
    '"0" : "a cat",\n"8" : "a dog",',
    [
      { frame: 0, prompt: "a cat" },
      { frame: 8, prompt: "a dog" },
    ],
  ],
  ["0: (a cat:1.2), [a:b:0.5]", [{ frame: 0, prompt: "(a cat:1.2), [a:b:0.5]" }]],
  [
    '{\n  "0": "a cat",\n  "8": "a dog"\n}',
    [
      { frame: 0, prompt: "a cat" },
      { frame: 8, prompt: "a dog" },
    ],
  ],
  [
    "a woman in the dark,\nmasterpiece\n0: open eyes\n10: closed eyes,\n14: smile\nfrom above",
    [
      { frame: 0, prompt: "a woman in the dark, masterpiece, open eyes, from above" },
      { frame: 10, prompt: "a woman in the dark, masterpiece, closed eyes, from above" },
      { frame: 14, prompt: "a woman in the dark, masterpiece, smile, from above" },
    ],
  ],
  ["a woman\nin the dark", "a woman\nin the dark"],
  ["10:30 in the morning, a station clock", "10:30 in the morning, a station clock"],
  ["16:9 photo of a street", "16:9 photo of a street"],
  ["0:1girl, standing", [{ frame: 0, prompt: "1girl, standing" }]],
  [
    "4:1girl, 8:2girls",
    [
      { frame: 4, prompt: "1girl" },
      { frame: 8, prompt: "2girls" },
    ],
  ],
  ["0: a clock at 10:30 in the morning", [{ frame: 0, prompt: "a clock at 10:30 in the morning" }]],
])("reads %j", (text, expected) => expect(promptKeys(text)).toEqual(expected));

test("a frame's number without a comma before it is an error", () => {
  expect(() => promptKeys("0: a cat 8: a dog")).toThrow('the prompt of frame 0 contains "8:", expected a comma');
});

test("between two keys a frame has both prompts, before the first and behind the last one", () => {
  const keys = [{ frame: 2 }, { frame: 6 }];
  expect([0, 2, 3, 6, 9].map((frame) => keyWeights(keys, frame))).toEqual([
    [[0, 1]],
    [[0, 1]],
    [
      [0, 0.75],
      [1, 0.25],
    ],
    [[1, 1]],
    [[1, 1]],
  ]);
});
