import { describe, expect, test } from "vitest";
import { imageMetadata } from "../index.ts";

type Nodes = Readonly<Record<string, readonly [type: string, inputs: Readonly<Record<string, unknown>>]>>;

/** A graph that is complete but for what a case changes. */
const usual: Nodes = {
  4: ["CheckpointLoaderSimple", { ckpt_name: "m.safetensors" }],
  5: ["EmptyLatentImage", { width: 512, height: 768, batch_size: 1 }],
  6: ["CLIPTextEncode", { text: "a cat", clip: ["4", 1] }],
  7: ["CLIPTextEncode", { text: "blurry", clip: ["4", 1] }],
  8: ["VAEDecode", { samples: ["30", 0], vae: ["4", 2] }],
  9: ["SaveImage", { images: ["8", 0] }],
};
const settings = { seed: 5, steps: 20, cfg: 7, sampler_name: "euler", scheduler: "normal", denoise: 1 };
const links = { model: ["4", 0], positive: ["6", 0], negative: ["7", 0], latent_image: ["5", 0] };
const sampler = (changes: object = {}): Nodes[string] => ["KSampler", { ...settings, ...links, ...changes }];

const read = (nodes: Nodes, more: Readonly<Record<string, string>> = {}) => {
  const graph = Object.fromEntries(
    Object.entries({ ...usual, ...nodes }).map(([id, [class_type, inputs]]) => [id, { class_type, inputs }]),
  );
  return imageMetadata({ prompt: JSON.stringify(graph), ...more });
};
const expected = {
  ...{ source: "comfyui", prompt: "a cat", negative: "blurry", seed: 5, steps: 20, guidance: 7 },
  ...{ sampler: "euler normal", width: 512, height: 768, model: "m.safetensors" },
};
const advanced = { noise: ["21", 0], guider: ["22", 0], sampler: ["23", 0], sigmas: ["24", 0], latent_image: ["5", 0] };
const custom: Nodes = {
  21: ["RandomNoise", { noise_seed: 5 }],
  22: ["CFGGuider", { cfg: 7, model: ["4", 0], positive: ["6", 0], negative: ["7", 0] }],
  23: ["KSamplerSelect", { sampler_name: "euler" }],
  24: ["BasicScheduler", { scheduler: "normal", steps: 20, denoise: 1, model: ["4", 0] }],
  30: ["SamplerCustomAdvanced", advanced],
};

const graphs: Readonly<Record<string, readonly [nodes: Nodes, metadata?: object]>> = {
  KSampler: [{ 30: sampler() }],
  KSamplerAdvanced: [
    {
      30: [
        "KSamplerAdvanced",
        {
          ...settings,
          ...links,
          seed: undefined,
          noise_seed: 5,
          start_at_step: 0,
          end_at_step: 10000,
          add_noise: "enable",
        },
      ],
    },
  ],
  "a ControlNet node before the sampler in the file": [
    {
      10: ["ControlNetApplyAdvanced", { strength: 1, positive: ["6", 0], negative: ["7", 0], control_net: ["11", 0] }],
      11: ["ControlNetLoader", { control_net_name: "canny" }],
      30: sampler({ positive: ["10", 0], negative: ["10", 1] }),
    },
    { unrepeated: ["ControlNetApplyAdvanced"] },
  ],
  "a zeroed negative": [
    { 7: ["ConditioningZeroOut", { conditioning: ["6", 0] }], 30: sampler() },
    { negative: undefined, notes: [expect.stringContaining("zeroed")] },
  ],
  "SamplerCustomAdvanced with a guider": [custom],
  "SamplerCustomAdvanced with BasicGuider": [
    { ...custom, 22: ["BasicGuider", { model: ["4", 0], conditioning: ["6", 0] }] },
    { negative: undefined, guidance: 1 },
  ],
  "a sampler and sigmas by their nodes' names": [
    {
      ...custom,
      23: ["SamplerEulerAncestral", { eta: 1, s_noise: 1 }],
      24: ["KarrasScheduler", { steps: 20, sigma_max: 14.6, sigma_min: 0.03, rho: 7 }],
    },
    { sampler: "EulerAncestral Karras", unrepeated: ["sigma_max 14.6", "sigma_min 0.03", "rho 7"] },
  ],
  SamplerCustom: [
    {
      ...custom,
      30: [
        "SamplerCustom",
        { ...links, add_noise: true, noise_seed: 5, cfg: 7, sampler: ["23", 0], sigmas: ["24", 0] },
      ],
    },
  ],
  "split sigmas": [
    {
      ...custom,
      25: ["SplitSigmas", { sigmas: ["24", 0], step: 9 }],
      30: ["SamplerCustomAdvanced", { ...advanced, sigmas: ["25", 0] }],
    },
  ],
  "a sampler of another author": [{ 30: ["ClownsharKSampler_Beta", { ...settings, ...links, eta: 0.5 }] }],
  "values in primitives and strings": [
    {
      40: ["PrimitiveInt", { value: 5 }],
      41: ["Seed (rgthree)", { seed: 20 }],
      42: ["StringConstantMultiline", { string: "a cat" }],
      43: ["ShowText|pysssss", { text: ["42", 0] }],
      6: ["CLIPTextEncode", { text: ["43", 0], clip: ["4", 1] }],
      30: sampler({ seed: ["40", 0], steps: ["41", 0] }),
    },
  ],
  "texts that are joined": [
    {
      42: ["StringConcatenate", { string_a: "a", string_b: ["43", 0], delimiter: " " }],
      43: ["PrimitiveString", { value: "cat" }],
      6: ["CLIPTextEncode", { text: ["42", 0], clip: ["4", 1] }],
      30: sampler(),
    },
  ],
  "a wildcard that was filled in": [
    {
      42: ["ImpactWildcardProcessor", { wildcard_text: "a {cat|dog}", populated_text: "a cat", mode: "populate" }],
      6: ["CLIPTextEncode", { text: ["42", 0], clip: ["4", 1] }],
      30: sampler(),
    },
  ],
  "a styler with two texts": [
    {
      42: ["SDXLPromptStyler", { text_positive: "a cat", text_negative: "blurry", style: "anime" }],
      6: ["CLIPTextEncode", { text: ["42", 0], clip: ["4", 1] }],
      7: ["CLIPTextEncode", { text: ["42", 1], clip: ["4", 1] }],
      30: sampler(),
    },
    { unrepeated: ["SDXLPromptStyler (which changes the prompt)"] },
  ],
  "SDXL's text node": [
    {
      6: ["CLIPTextEncodeSDXL", { width: 1024, height: 1024, text_g: "a cat", text_l: "a cat", clip: ["4", 1] }],
      30: sampler(),
    },
  ],
  "SDXL's text node with two texts": [
    { 6: ["CLIPTextEncodeSDXL", { text_g: "a cat", text_l: "fur", clip: ["4", 1] }], 30: sampler() },
    { unrepeated: ["text_l fur"] },
  ],
  "conditionings that are combined": [
    {
      40: ["CLIPTextEncode", { text: "a cat", clip: ["4", 1] }],
      6: ["ConditioningCombine", { conditioning_1: ["40", 0], conditioning_2: ["41", 0] }],
      41: ["ConditioningSetArea", { conditioning: ["42", 0], width: 64 }],
      42: ["CLIPTextEncode", { text: "a dog", clip: ["4", 1] }],
      30: sampler(),
    },
    { prompt: "a cat\na dog", unrepeated: ["ConditioningCombine", "ConditioningSetArea"] },
  ],
  "LoRAs, a layer and a patch of the network": [
    {
      40: [
        "LoraLoader",
        { lora_name: "style.safetensors", strength_model: 0.8, strength_clip: 1, model: ["4", 0], clip: ["4", 1] },
      ],
      41: [
        "Power Lora Loader (rgthree)",
        {
          lora_1: { on: true, lora: "sky", strength: 0.5 },
          lora_2: { on: false, lora: "off", strength: 1 },
          model: ["40", 0],
          clip: ["40", 1],
        },
      ],
      42: ["FreeU_V2", { b1: 1.3, model: ["41", 0] }],
      43: ["CLIPSetLastLayer", { stop_at_clip_layer: -2, clip: ["41", 1] }],
      44: ["RescaleCFG", { multiplier: 0.7, model: ["42", 0] }],
      6: ["CLIPTextEncode", { text: "a cat", clip: ["43", 0] }],
      30: sampler({ model: ["44", 0] }),
    },
    {
      networks: [
        expect.objectContaining({ text: "sky:0.5" }),
        expect.objectContaining({ text: "style.safetensors:0.8" }),
      ],
      ...{ unrepeated: ["FreeU_V2"], clipStop: { layer: 2, rule: "comfyui" }, guidanceRescale: 0.7 },
    },
  ],
  "a second sampler and what follows": [
    {
      30: sampler(),
      31: ["LatentUpscale", { samples: ["30", 0], width: 1024, height: 1536 }],
      32: sampler({ latent_image: ["31", 0], denoise: 0.5, seed: 9, steps: 12 }),
      8: ["VAEDecode", { samples: ["32", 0], vae: ["4", 2] }],
      33: [
        "FaceDetailer",
        {
          image: ["8", 0],
          positive: ["6", 0],
          negative: ["7", 0],
          seed: 1,
          steps: 8,
          sampler_name: "heun",
          model: ["4", 0],
        },
      ],
      9: ["SaveImage", { images: ["33", 0] }],
    },
    { unrepeated: ["a second KSampler (denoise 0.5)", "FaceDetailer", "LatentUpscale"] },
  ],
  "a sampler that no image was written of": [{ 2: sampler({ seed: 99, steps: 3 }), 30: sampler() }],
  "an image to begin with": [
    {
      5: ["VAEEncode", { pixels: ["40", 0], vae: ["4", 2] }],
      40: ["LoadImage", { image: "x.png" }],
      30: sampler({ denoise: 0.6 }),
    },
    { width: undefined, height: undefined, unrepeated: ["denoise 0.6", "VAEEncode (an image to begin with)"] },
  ],
  "Efficiency nodes": [
    {
      4: [
        "Efficient Loader",
        {
          ckpt_name: "m.safetensors",
          lora_name: "None",
          clip_skip: -2,
          positive: "a cat",
          negative: "blurry",
          empty_latent_width: 512,
          empty_latent_height: 768,
        },
      ],
      30: [
        "KSampler (Efficient)",
        { ...settings, model: ["4", 0], positive: ["4", 1], negative: ["4", 2], latent_image: ["4", 3] },
      ],
      8: ["VAEDecode", { samples: ["30", 3] }],
    },
    { clipStop: { layer: 2, rule: "comfyui" } },
  ],
  "nodes with pipes": [
    {
      4: [
        "easy fullLoader",
        {
          ckpt_name: "m.safetensors",
          positive: "a cat",
          negative: "blurry",
          empty_latent_width: 512,
          empty_latent_height: 768,
        },
      ],
      40: ["easy preSampling", { ...settings, pipe: ["4", 0] }],
      30: ["easy kSampler", { pipe: ["40", 0], image_output: "Preview" }],
      9: ["SaveImage", { images: ["30", 1] }],
    },
  ],
  "a ring": [
    { 6: ["ConditioningSetArea", { conditioning: ["6", 0] }], 30: sampler() },
    { prompt: undefined, unrepeated: ["ConditioningSetArea"] },
  ],
};

describe("the graph that ran", () => {
  test.each(Object.entries(graphs))("%s", (_, [nodes, changes = {}]) => {
    const metadata: Record<string, unknown> = { ...read(nodes) };
    for (const [key, value] of Object.entries({ ...expected, unrepeated: [], ...changes }))
      expect([key, metadata[key]]).toEqual([key, value]);
  });

  test("weights are said to differ, and other prompts are read literally", () => {
    expect(read({ 30: sampler() })).not.toHaveProperty("promptSyntax");
    expect(read({ 6: ["CLIPTextEncode", { text: "a (cat:1.2)" }], 30: sampler() })).toMatchObject({
      ...{ promptSyntax: "a1111", emphasis: "No norm", notes: [expect.stringContaining("ComfyUI weighs")] },
    });
    for (const text of [
      "a (cat:1.2) AND a dog",
      "a (cat:1.2) [dog]",
      "a (cat:1.2) BREAK a dog",
      "a (cat:1.2) at 10:30",
    ]) {
      expect(read({ 6: ["CLIPTextEncode", { text }], 30: sampler() })?.notes).toEqual([
        expect.stringContaining("ComfyUI weighs"),
        expect.stringContaining("ComfyUI reads AND"),
      ]);
    }
  });

  test("NaN, which Python writes, and graphs in EXIF are read; the web UI's text beside a graph wins", () => {
    const text = JSON.stringify({
      3: { class_type: "KSampler", inputs: { ...settings, positive: ["6", 0] }, is_changed: [0] },
    });
    expect(imageMetadata({ prompt: text.replace("[0]", "[NaN]") })).toMatchObject({ seed: 5 });
    expect(imageMetadata({ Model: `prompt:${text}`, Make: "workflow:{}" })).toMatchObject({ seed: 5 });
    expect(imageMetadata({ Make: `Prompt: ${text}` })).toMatchObject({ seed: 5 });
    expect(imageMetadata({ UserComment: `{"prompt":${text}}` })).toMatchObject({ source: "comfyui", seed: 5 });
    const parameters = "a fox\nSteps: 9, Sampler: Euler, Seed: 8, Size: 8x8";
    expect(imageMetadata({ prompt: text, parameters })).toMatchObject({ source: "a1111", seed: 8, rng: "torch-cpu" });
  });
});

describe("the workflow, where the graph that ran is not in the file", () => {
  const node = (id: number, type: string, widgets: unknown, more: object = {}) => ({
    id,
    type,
    mode: 0,
    widgets_values: widgets,
    ...more,
  });
  const inputs = (...list: readonly (readonly [string, number | null])[]) => ({
    inputs: list.map(([name, link]) => ({ name, type: name === "model" ? "MODEL" : "X", link })),
  });
  const nodes = [
    node(4, "CheckpointLoaderSimple", ["m.safetensors"]),
    node(2, "LoraLoaderModelOnly", ["off.safetensors", 1], {
      mode: 4,
      ...inputs(["model", 1]),
      outputs: [{ type: "MODEL" }],
    }),
    node(5, "EmptyLatentImage", [512, 768, 1]),
    node(6, "CLIPTextEncode", ["a cat"], inputs(["clip", null])),
    node(7, "CLIPTextEncode", ["blurry"], inputs(["clip", null])),
    node(
      30,
      "KSampler",
      [5, "randomize", 20, 7, "euler", "normal", 1],
      inputs(["model", 2], ["positive", 3], ["negative", 4], ["latent_image", 5]),
    ),
    node(8, "VAEDecode", [], inputs(["samples", 6])),
    node(9, "SaveImage", ["x"], inputs(["images", 7])),
    node(10, "KSampler", [1, "fixed", 1, 1, "heun", "karras", 1], { mode: 2, ...inputs(["positive", 3]) }),
  ];
  const lines = [
    [1, 4, 0, 2, 0, "MODEL"],
    [2, 2, 0, 30, 0, "MODEL"],
    [3, 6, 0, 30, 1, "X"],
    [4, 7, 0, 30, 2, "X"],
    [5, 5, 0, 30, 3, "X"],
    [6, 30, 0, 8, 0, "X"],
    [7, 8, 0, 9, 0, "X"],
  ];

  test("bypassed nodes are passed and muted ones are gone", () => {
    const metadata = imageMetadata({ workflow: JSON.stringify({ nodes, links: lines }) });
    expect(metadata).toMatchObject({ ...expected, unrepeated: [] });
    expect(metadata).not.toHaveProperty("networks");
  });

  test("subgraphs are unpacked", () => {
    const inner = {
      id: "abc",
      nodes: nodes.filter(({ id }) => id === 30 || id === 8),
      links: [
        ...[
          [2, -10, 0, 30, 0],
          [3, -10, 1, 30, 1],
          [4, -10, 2, 30, 2],
          [5, -10, 3, 30, 3],
          [6, 30, 0, 8, 0],
          [8, 8, 0, -20, 0],
        ],
      ].map(([id, origin_id, origin_slot, target_id, target_slot]) => ({
        id,
        origin_id,
        origin_slot,
        target_id,
        target_slot,
      })),
    };
    const outer = [
      ...nodes.filter(({ id }) => [4, 5, 6, 7, 9].includes(id)),
      node(20, "abc", [], inputs(["model", 1], ["positive", 3], ["negative", 4], ["latent_image", 5])),
    ];
    const links = [
      [1, 4, 0, 20, 0],
      [3, 6, 0, 20, 1],
      [4, 7, 0, 20, 2],
      [5, 5, 0, 20, 3],
      [7, 20, 0, 9, 0],
    ].map((link) => [...link, "X"]);
    const workflow = JSON.stringify({ nodes: outer, links, definitions: { subgraphs: [inner] } });
    expect(imageMetadata({ workflow })).toMatchObject({ ...expected, unrepeated: [] });
  });
});
