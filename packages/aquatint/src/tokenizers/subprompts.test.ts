import { expect, test } from "vitest";
import { subprompts } from "./subprompts.ts";

// AUTOMATIC1111's get_multicond_prompt_list gives these texts and weights
test.each<[string, readonly (readonly [string, number])[]]>([
  ["a cat", [["a cat", 1]]],
  [
    "a cat :1.2 AND a dog :0.8",
    [
      ["a cat", 1.2],
      [" a dog", 0.8],
    ],
  ],
  [
    "a cat AND a dog:-1",
    [
      ["a cat", 1],
      [" a dog", -1],
    ],
  ],
  ["a cat : +.5 ", [["a cat", 0.5]]],
  ["a cat:2.", [["a cat", 2]]],
  ["a:1:2", [["a:1", 2]]],
  ["(a cat:1.2)", [["(a cat:1.2)", 1]]],
  ["[a:b:0.5]", [["[a:b:0.5]", 1]]],
  ["[a:b:0.5]:0.5", [["[a:b:0.5]", 0.5]]],
  ["a cat:1e3", [["a cat:1e3", 1]]],
  ["a cat:.", [["a cat:.", 1]]],
  ["a cat:\n2\n", [["a cat", 2]]],
  [
    "a AND b AND ",
    [
      ["a", 1],
      [" b", 1],
      ["", 1],
    ],
  ],
  [
    "(a AND b)",
    [
      ["(a", 1],
      [" b)", 1],
    ],
  ],
  [
    "a-AND-b",
    [
      ["a-", 1],
      ["-b", 1],
    ],
  ],
  ["HAND sANDy éAND 1AND AND_ and", [["HAND sANDy éAND 1AND AND_ and", 1]]],
  ["", [["", 1]]],
  [":2", [["", 2]]],
])("%j", (prompt, parts) => {
  expect(subprompts(prompt)).toEqual(parts.map(([text, weight]) => ({ text, weight })));
});

test("a long run of spaces takes no time that grows with its square", () => {
  expect(subprompts(`a${" ".repeat(1e6)}:2 AND b`).map(({ weight }) => weight)).toEqual([2, 1]);
});
