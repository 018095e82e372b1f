/** Prompts, and the texts and weights that AUTOMATIC1111's web UI publishes for them or gives. */
export const attentionCases: readonly (readonly [prompt: string, pieces: readonly (readonly [string, number])[]])[] = [
  ["normal text", [["normal text", 1]]],
  [
    "an (important) word",
    [
      ["an ", 1],
      ["important", 1.1],
      [" word", 1],
    ],
  ],
  ["(unbalanced", [["unbalanced", 1.1]]],
  ["\\(literal\\]", [["(literal]", 1]]],
  ["(unnecessary)(parens)", [["unnecessaryparens", 1.1]]],
  [
    "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
    [
      ["a ", 1],
      ["house", 1.5730000000000004],
      [" ", 1.1],
      ["on", 1],
      [" a ", 1.1],
      ["hill", 0.55],
      [", sun, ", 1.1],
      ["sky", 1.4641000000000006],
      [".", 1.1],
    ],
  ],
  ["", [["", 1]]],
  ["a:b 1:2) c]", [["a:b 1:2) c]", 1]]],
  ["[x", [["x", 1 / 1.1]]],
  ["(x: 1.5 )", [["x", 1.5]]],
  ["(x:-0.5)", [["x", -0.5]]],
  ["(x:..)", [["x:..", 1.1]]],
  ["(x:.5)", [["x", 0.5]]],
  ["a \\\\ b", [["a \\ b", 1]]],
];

const alternating = (...texts: string[]) =>
  Array.from({ length: 10 }, (_, i) => [i + 1, texts[i % texts.length]!] as const);

/** Prompts in a run of ten steps: until which step each text holds, as the web UI publishes it or gives it. */
export const editingCases: readonly (readonly [prompt: string, stages: readonly (readonly [number, string])[]])[] = [
  ["test", [[10, "test"]]],
  [
    "a [b:3]",
    [
      [3, "a "],
      [10, "a b"],
    ],
  ],
  [
    "a [b: 3]",
    [
      [3, "a "],
      [10, "a b"],
    ],
  ],
  [
    "a [[[b]]:2]",
    [
      [2, "a "],
      [10, "a [[b]]"],
    ],
  ],
  [
    "[(a:2):3]",
    [
      [3, ""],
      [10, "(a:2)"],
    ],
  ],
  [
    "a [b : c : 1] d",
    [
      [1, "a b  d"],
      [10, "a  c  d"],
    ],
  ],
  [
    "a[b:[c:d:2]:1]e",
    [
      [1, "abe"],
      [2, "ace"],
      [10, "ade"],
    ],
  ],
  ["a [unbalanced", [[10, "a [unbalanced"]]],
  [
    "a [b:.5] c",
    [
      [5, "a  c"],
      [10, "a b c"],
    ],
  ],
  [
    "a [{b|d{:.5] c",
    [
      [5, "a  c"],
      [10, "a {b|d{ c"],
    ],
  ],
  [
    "((a][:b:c [d:3]",
    [
      [3, "((a][:b:c "],
      [10, "((a][:b:c d"],
    ],
  ],
  ["[a|(b:1.1)]", alternating("a", "(b:1.1)")],
  ["[fe|]male", alternating("female", "male")],
  ["[fe|||]male", alternating("female", "male", "male", "male")],
  [
    "[from::4]to",
    [
      [4, "fromto"],
      [10, "to"],
    ],
  ],
  ["[a:b:0]", [[10, "b"]]],
  ["[a:b:99]", [[10, "a"]]],
  ["\\[a|b\\] \\(c", [[10, "\\[a|b\\] \\(c"]]],
  ["[a] b", [[10, "[a] b"]]],
  ["([a)] b", [[10, "([a)] b"]]],
];
