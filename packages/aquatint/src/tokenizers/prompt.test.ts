import { describe, expect, test } from "vitest";
import { parseAttention } from "./attention.ts";
import { padChunks, promptChunks } from "./chunks.ts";
import { promptStages } from "./editing.ts";
import { emphasized } from "./emphasis.ts";
import { attentionCases, editingCases } from "./prompt.cases.ts";
import { encodePrompt } from "./prompt.ts";
import { publishedClipTokenizer } from "./published.ts";

const tokenizer = await publishedClipTokenizer();
const [WORD, COMMA, END] = [2653, 267, 49407];
const plain = (text: string) => [[{ text, weight: 1 }]];
const inner = ({ ids }: { readonly ids: Int32Array }) => [...ids.subarray(1, ids.indexOf(END))];

describe("weights as the web UI reads them", () => {
  test.each(attentionCases)("%j", (prompt, pieces) => {
    expect(parseAttention(prompt)).toEqual([
      pieces.map(([text, weight]) => ({ text, weight: expect.closeTo(weight, 12) })),
    ]);
  });

  test("BREAK begins a section, and a bracket reaches across it", () => {
    expect(parseAttention("(a BREAK b:1.5) BREAK c BREAKING")).toEqual([
      [{ text: "a", weight: 1.5 }],
      [{ text: "b", weight: 1.5 }],
      [{ text: "c BREAKING", weight: 1 }],
    ]);
  });
});

describe("prompt editing as the web UI does it", () => {
  test.each(editingCases)("%j", (prompt, stages) => {
    expect(promptStages(prompt, 10)).toEqual(stages.map(([until, text]) => ({ until, text })));
  });

  test("many brackets take no time that grows with their pairs, or are refused", () => {
    expect(promptStages("[".repeat(20_000), 10)).toEqual([{ until: 10, text: "[".repeat(20_000) }]);
    const deep = `${"[".repeat(101)}a${"]".repeat(101)}`;
    expect(() => promptStages(deep, 10)).toThrow(expect.objectContaining({ code: "prompt/nesting" }));
  });
});

describe("chunks", () => {
  test("hold 75 tokens; a full one ends after a comma that is at most 20 tokens back", () => {
    const words = (n: number) => "word ".repeat(n);
    const lengths = (text: string) => promptChunks(plain(text), { tokenizer }).map((chunk) => inner(chunk).length);
    expect(lengths("")).toEqual([0]);
    expect(lengths(words(75))).toEqual([75]);
    expect(lengths(words(76))).toEqual([75, 1]);
    expect(lengths(`${words(55)}, ${words(30)}`)).toEqual([56, 30]);
    expect(lengths(`${words(54)}, ${words(30)}`)).toEqual([75, 10]);
    expect(lengths(`${words(75)}, word`)).toEqual([75, 2]);
  });

  test("a short one is padded as the tokenizer pads, and carries its weights in place", () => {
    const [first, second, ...rest] = promptChunks(parseAttention("word (word:1.5), BREAK word BREAK"), { tokenizer });
    expect([inner(first!), inner(second!), rest]).toEqual([[WORD, WORD, COMMA], [WORD], []]);
    expect([...first!.weights.subarray(0, 5)]).toEqual([1, 1, 1.5, 1, 1]);
    expect([...first!.ids.subarray(4)]).toEqual(Array(73).fill(END));
  });

  test("an embedding's word becomes its vectors, which stay together", () => {
    const embeddings = new Map([
      ["<cat-toy>", 3],
      ["word word", 2],
    ]);
    const [chunk] = promptChunks([[{ text: "a <cat-toy> word", weight: 1.2 }]], { tokenizer, embeddings });
    expect(chunk!.vectors).toEqual([0, 1, 2].map((index) => ({ at: 2 + index, name: "<cat-toy>", index })));
    expect(inner(chunk!)).toEqual([320, 0, 0, 0, WORD]);
    expect([...chunk!.weights.subarray(1, 6)]).toEqual(Array(5).fill(Math.fround(1.2)));
    const long = promptChunks(plain(`${"cat ".repeat(73)} <cat-toy>`), { tokenizer, embeddings });
    expect(long.map((chunk) => inner(chunk).length)).toEqual([73, 3]);
    expect(long[1]!.vectors.map(({ at }) => at)).toEqual([1, 2, 3]);
    const wide = { tokenizer, embeddings: new Map([["x", 76]]) };
    expect(() => promptChunks(plain("x"), wide)).toThrow(expect.objectContaining({ code: "prompt/embedding" }));
  });

  test("are made equally many by empty ones", () => {
    const padded = padChunks(promptChunks(plain("word"), { tokenizer }), { count: 3, tokenizer });
    expect(padded.map(inner)).toEqual([[WORD], [], []]);
  });
});

describe("a prompt", () => {
  test("is read literally unless told otherwise, and says what did not fit", () => {
    const { stages, cut } = encodePrompt(`(word:1.2) ${"cat ".repeat(80)}fox`, { tokenizer, steps: 10 });
    expect(stages.map(({ until }) => until)).toEqual([10]);
    expect(stages[0]!.chunks).toHaveLength(1);
    expect([...stages[0]!.chunks[0]!.ids]).toEqual([...tokenizer.tokenize(`(word:1.2) ${"cat ".repeat(80)}fox`)]);
    expect(cut).toMatch(/^(cat )+fox$/);
    expect(encodePrompt("a fox", { tokenizer, steps: 10 }).cut).toBe("");
  });

  test("with the web UI's signs has stages, weights and as many chunks as it needs", () => {
    const { stages } = encodePrompt("[word:(word:2):5] BREAK word", { tokenizer, steps: 10, syntax: "a1111" });
    const results = stages.map(({ until, chunks }) => [until, chunks.map(inner), chunks[0]!.weights[1]]);
    expect(results).toEqual([
      [5, [[WORD], [WORD]], 1],
      [10, [[WORD], [WORD]], 2],
    ]);
  });

  test("is one prompt: AND is a word of it", () => {
    const [stage] = encodePrompt("word AND word", { tokenizer, steps: 1, syntax: "a1111" }).stages;
    expect([...stage!.chunks[0]!.ids]).toEqual([...tokenizer.tokenize("word AND word")]);
  });
});

test("emphasis scales tokens and brings the mean back, or leaves it", () => {
  const [embedding, weights] = [Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 3)];
  expect([...emphasized(embedding, weights, { restore: "none" })]).toEqual([1, 2, 9, 12]);
  const restored = emphasized(embedding, weights);
  expect(restored[2]! / restored[0]!).toBeCloseTo(9, 5);
  expect(restored.reduce((a, b) => a + b)).toBeCloseTo(10, 5);
  expect([...emphasized(embedding, Float32Array.of(1, 1))]).toEqual([1, 2, 3, 4]);
  expect(() => emphasized(embedding, new Float32Array(3))).toThrow(
    expect.objectContaining({ code: "prompt/emphasis" }),
  );
});
