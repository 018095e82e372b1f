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
])("reads %j", (text, expected) => expect(promptKeys(text)).toEqual(expected));

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
