import { describe, expect, test } from "vitest";
import type { HostTensor } from "../../graph/types.ts";
import { tokenizerFrom } from "../../tokenizers/files.ts";
import { trainBytePairs } from "../../tokenizers/train.ts";
import type { PipelineComponents } from "../model/components.ts";
import { encodedConditioning } from "./conditions.ts";
import type { TokenizedCaption } from "./encode.ts";
import { type ConditioningOptions, planConditioning } from "./plan.ts";

const CONTEXT = 8;
const tokenizer = tokenizerFrom(trainBytePairs(["a red apple"], { merges: 8, contextLength: CONTEXT }));
const unetConditioning = { timeIds: 0, guidanceWidth: undefined, zeroedNegative: false };
const encoder = { name: "text_encoder", skippable: 2, untrained: 0 };
const modelOf = (overrides: object = {}, encoders: readonly object[] = [encoder]) => ({
  modules: {
    textEncoders: encoders,
    conditioning: { ...unetConditioning, ...overrides },
  } as unknown as PipelineComponents,
  tokenizers: encoders.map(() => tokenizer),
});
const run = { steps: 4, guidance: 5, unconditional: false, width: 64, height: 48 };
const plan = (options: Partial<ConditioningOptions>, overrides: object = {}, changes: Partial<typeof run> = {}) =>
  planConditioning(modelOf(overrides), { prompt: "a red apple", ...options }, { ...run, ...changes });
const refusal = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message), hint: expect.any(String) });

describe("what the U-Net will be told", () => {
  test("guidance takes two branches, the negative one first; up to 1 there is one", async () => {
    const both = await plan({ negative: "red", clipSkip: 1 });
    expect(both.cfgBatch).toBe(2);
    expect(both.stages).toHaveLength(1);
    const [away, to] = both.stages[0]!.captions;
    expect(away!.chunks[0]![0]!.ids).toEqual(tokenizer.tokenize("red"));
    expect(to!.chunks[0]![0]!.ids).toEqual(tokenizer.tokenize("a red apple"));
    expect([away!.skipped, to!.skipped]).toEqual([0, 1]); // as in diffusers, layers are left out for the prompt alone
    const single = await plan({ negative: "red" }, {}, { guidance: 1 });
    expect(single).toMatchObject({ cfgBatch: 1, zeroUncond: false });
    expect(single.stages[0]!.captions).toHaveLength(1);
    expect((await plan({}, {}, { guidance: 1, unconditional: true })).cfgBatch).toBe(2);
  });

  test.each([
    ["diffusers", 0, [0, 1]],
    ["a1111", 0, [1, 1]],
    ["comfyui", 0, [1, 1]],
    // Stable Diffusion 2.x and XL are trained without the last layer: A1111 ignores the setting, ComfyUI counts it
    ["diffusers", 1, [0, 1]],
    ["a1111", 1, [0, 0]],
    ["comfyui", 1, [0, 0]],
  ] as const)(
    "clip skip by the rule %s, of encoders trained without %i layers",
    async (clipSkipRule, untrained, skipped) => {
      const options = { prompt: "a", clipSkip: 1, clipSkipRule };
      const { stages } = await planConditioning(modelOf({}, [{ ...encoder, untrained }]), options, run);
      expect(stages[0]!.captions.map((caption) => caption.skipped)).toEqual(skipped);
    },
  );

  test("emphasis without a mean, without weights, and without signs", async () => {
    const read = async (emphasis: ConditioningOptions["emphasis"]) => {
      const caption = (await plan({ prompt: "(red:2)", promptSyntax: "a1111", emphasis }, {}, { guidance: 1 }))
        .stages[0]!.captions[0]!;
      const { ids, weights } = caption.chunks[0]![0]!;
      return { restore: caption.restore, ids: [...ids], maxWeight: Math.max(...weights) };
    };
    const { ids, ...usual } = await read("original");
    expect(usual).toEqual({ restore: undefined, maxWeight: 2 });
    expect(await read("no-norm")).toEqual({ ids, restore: "none", maxWeight: 2 });
    expect(await read("ignore")).toEqual({ ids, restore: undefined, maxWeight: 1 });
    expect(await read("none")).toMatchObject({ restore: undefined, maxWeight: 1 });
    expect((await read("none")).ids).not.toEqual(ids);
    await expect(plan({ emphasis: "no-norm" })).rejects.toEqual(refusal("generate/emphasis", "read literally"));
  });

  test("an absent negative prompt is zeros where the model says so, an empty one is read", async () => {
    expect(await plan({}, { zeroedNegative: true })).toMatchObject({ cfgBatch: 2, zeroUncond: true });
    expect((await plan({}, { zeroedNegative: true })).stages[0]!.captions).toHaveLength(1);
    expect(await plan({ negative: "" }, { zeroedNegative: true })).toMatchObject({ cfgBatch: 2, zeroUncond: false });
    expect((await plan({})).zeroUncond).toBe(false);
  });

  test("a latent consistency model is told the guidance and has one branch", async () => {
    expect(await plan({}, { guidanceWidth: 8 })).toMatchObject({ cfgBatch: 1, guidance: 5 });
    await expect(plan({}, { guidanceWidth: 8 }, { unconditional: true })).rejects.toEqual(
      refusal("generate/sampler", "two outputs"),
    );
  });

  test("SDXL is told heights before widths, its refiner how good the image shall be", async () => {
    expect((await plan({}, { timeIds: 6 })).timeIds).toEqual([
      [48, 64, 0, 0, 48, 64],
      [48, 64, 0, 0, 48, 64],
    ]);
    const sizes = { originalSize: [512, 256], cropTopLeft: [8, 16], targetSize: [100, 200] } as const;
    expect((await plan(sizes, { timeIds: 6 }, { guidance: 1 })).timeIds).toEqual([[512, 256, 8, 16, 100, 200]]);
    expect((await plan({}, { timeIds: 5 })).timeIds).toEqual([
      [48, 64, 0, 0, 2.5],
      [48, 64, 0, 0, 6],
    ]);
    expect((await plan(sizes)).timeIds).toBeUndefined();
    await expect(plan({ originalSize: [-1, 5] })).rejects.toEqual(refusal("generate/size", "got -1"));
  });

  test("a prompt that changes has stages; all have as many chunks as the longest", async () => {
    const long = await plan({ prompt: "[red:a a a a a a a a:2]", negative: "[a|apple]", promptSyntax: "a1111" });
    expect(long.stages.map(({ until }) => until)).toEqual([1, 2, 3, 4]);
    for (const { captions } of long.stages) expect(captions.map(({ chunks }) => chunks[0]!.length)).toEqual([2, 2]);
    expect(long.truncated).toEqual([]);
    expect((await plan({ prompt: "a a a a a a red apple" })).truncated).toEqual(["red apple"]);
  });

  test("AND makes a branch of each prompt, a number after a colon weighs it, and the negative prompt is one", async () => {
    const a1111 = { promptSyntax: "a1111" } as const;
    const composed = await plan({ ...a1111, prompt: "red AND apple :-0.5", negative: "a AND a" }, { timeIds: 5 });
    expect(composed).toMatchObject({ cfgBatch: 3, weights: [1, -0.5] });
    const words = composed.stages[0]!.captions.map(({ chunks }) => chunks[0]![0]!.ids);
    expect(words).toEqual(["a AND a", "red", "apple"].map((text) => tokenizer.tokenize(text)));
    expect(composed.timeIds?.map((row) => row.at(-1))).toEqual([2.5, 6, 6]);
    expect(await plan({ prompt: "red AND apple :-0.5" })).toMatchObject({ cfgBatch: 2, weights: [1] });
    const single = { guidance: 1 };
    expect(await plan({ ...a1111, prompt: "red AND apple" }, {}, single)).toMatchObject({
      cfgBatch: 3,
      weights: [1, 1],
    });
    expect((await plan({ ...a1111, prompt: "red:.7 AND a:.2 AND a:.1" }, {}, single)).cfgBatch).toBe(3);
    expect(await plan({ ...a1111, prompt: "red :2" }, {}, single)).toMatchObject({ cfgBatch: 2, weights: [2] });
    expect((await plan({ ...a1111, prompt: "red:.5 AND a:.5" }, {}, { guidance: 0.5 })).cfgBatch).toBe(3);
  });

  test("a model that is given the guidance takes weights that add up to 1", async () => {
    const embedded = (prompt: string) => plan({ prompt, promptSyntax: "a1111" }, { guidanceWidth: 8 });
    expect(await embedded("red:.25 AND apple:.75")).toMatchObject({ cfgBatch: 2, weights: [0.25, 0.75], guidance: 5 });
    await expect(embedded("red AND apple")).rejects.toEqual(refusal("prompt/and", "weights that add up to 2"));
  });

  test.each([
    ["too many layers left out", { clipSkip: 3 }, "generate/clip-skip", "from 0 to 2 layers to leave out, got 3"],
    ["half a layer left out", { clipSkip: 0.5 }, "generate/clip-skip", "got 0.5"],
    ["scales for no LoRA", { loraScales: [1] }, "generate/lora", "[1] for 0 LoRAs"],
  ] as const)("%s is refused", async (_, options, code, message) => {
    await expect(plan(options)).rejects.toEqual(refusal(code, message));
  });
});

describe("encoding", () => {
  const row = (captions: readonly TokenizedCaption[]): HostTensor => ({
    dtype: "float32",
    shape: [captions.length, 1, 1],
    data: Float32Array.from(captions, ({ chunks }) => chunks[0]![0]!.ids[1]!),
  });
  const encode = async (captions: readonly TokenizedCaption[]) => {
    calls.push(captions);
    return { context: row(captions), textEmbeds: row(captions) };
  };
  const calls: (readonly TokenizedCaption[])[] = [];

  test("happens once for each different stage, and each step is told its own", async () => {
    calls.length = 0;
    const at = await encodedConditioning({ encode }, await plan({ prompt: "[red|apple]", promptSyntax: "a1111" }));
    expect(calls).toHaveLength(2);
    const word = (text: string) => tokenizer.encode(text)[1]!;
    expect([0, 1, 2, 3].map((step) => at(step).context.data[1])).toEqual(["red", "apple", "red", "apple"].map(word));
  });

  test("zeros take the negative prompt's place, and only what the U-Net takes is told", async () => {
    const zeros = (await encodedConditioning({ encode }, await plan({}, { zeroedNegative: true, timeIds: 6 })))(0);
    expect(zeros.context).toMatchObject({ shape: [2, 1, 1] });
    expect(zeros.context.data[0]).toBe(0);
    expect(zeros.textEmbeds!.data[0]).toBe(0);
    expect(zeros.timeIds!.shape).toEqual([2, 6]);
    const plain = (await encodedConditioning({ encode }, await plan({})))(0);
    expect(Object.keys(plain).sort()).toEqual(["context", "loraScales"]);
    const distilled = (await encodedConditioning({ encode }, await plan({}, { guidanceWidth: 4 })))(0);
    expect(distilled.guidance).toEqual({ dtype: "float32", shape: [1], data: Float32Array.of(5) });
  });
});
