import { expect, test } from "vitest";
import { tinyPixelModel } from "../../../test/tiny-pixel-model.ts";
import { type FileRange, memoryFiles } from "../../checkpoints/files.ts";
import { openModel } from "../../checkpoints/open.ts";
import { textToImageModel } from "../model/text-to-image-model.ts";
import { planTextToImage } from "../text-to-image/plan.ts";
import { addControlNets, type ControlNet, controlParameters, describedControlNet } from "./controlnet.ts";

const model = await textToImageModel(await openModel(memoryFiles(tinyPixelModel())));
const config = {
  in_channels: 3,
  block_out_channels: [8, 16],
  down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D"],
  layers_per_block: 1,
  attention_head_dim: 2,
  cross_attention_dim: 16,
  norm_num_groups: 4,
  conditioning_embedding_out_channels: [2],
};

function controlNet(json: object = {}): ControlNet {
  const described = describedControlNet("control", { ...config, ...json });
  const file = { name: "control", read: async ({ length }: FileRange) => new Uint8Array(length) };
  const locations = Array.from(controlParameters(described), ([key, { shape }]) => {
    const length = 4 * shape.reduce((n, d) => n * d, 1);
    return [key, { dtype: "F32", shape, offset: 0, length, file }] as const;
  });
  return { ...described, locations: new Map(locations) };
}

test("ControlNets stand beside a model in their order, and one that stands there twice has its weights once", async () => {
  const [edges, depth] = [controlNet(), controlNet()];
  const combined = addControlNets(model, [edges, depth, edges]);
  expect(combined.modules.controls).toEqual([edges.module, depth.module, edges.module]);
  const names = [...(await combined.weights()).keys()].filter((key) => key.endsWith("controlnet_mid_block.weight"));
  expect(names).toEqual(["controlnets.0.controlnet_mid_block.weight", "controlnets.1.controlnet_mid_block.weight"]);
  const image = { width: 8, height: 8, data: new Float32Array(192) };
  await expect(planTextToImage(combined, { prompt: "", controls: [{ image: image }] })).rejects.toThrow(
    "3 ControlNets and was given 1",
  );
  await expect(
    planTextToImage(combined, { prompt: "", controls: [1, 2, -1].map((scale) => ({ image: image, scale })) }),
  ).rejects.toThrow("a ControlNet's scale of 0 or more, got -1");
});

test.each([
  [{ cross_attention_dim: 32 }, "cross_attention_dim is 32, this model has 16"],
  [{ block_out_channels: [8, 8] }, "block_out_channels is [8,8], this model has [8,16]"],
  [{ in_channels: 4 }, "in_channels is 4, this model has 3"],
])("one that was made for another U-Net is refused: %o", (json, message) => {
  const refused = expect.objectContaining({ code: "control/family", message: expect.stringContaining(message) });
  expect(() => addControlNets(model, [controlNet(json)])).toThrow(refused);
});
