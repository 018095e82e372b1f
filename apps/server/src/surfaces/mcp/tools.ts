import { z } from "zod";
import { imageFields, sizeFields } from "../../jobs/fields.ts";
import { imageToImage } from "../../jobs/kinds/image-to-image.ts";
import { inpainting } from "../../jobs/kinds/inpainting.ts";
import { textToImage } from "../../jobs/kinds/text-to-image.ts";
import { base64 } from "../openai/request.ts";
import type { SurfaceTools } from "../surface.ts";
import type { ToolCall, ToolContent } from "./call.ts";
import { imageSettings, readImage } from "./images.ts";
import { drawn } from "./jobs.ts";

/** An image that the caller sends, or one that a tool made. */
const image = z
  .string()
  .min(1)
  .describe('name of an image that generate_image or edit_image made, "JOB/NUMBER", or an image file as base64');

const { prompt, negative, model, seed, steps, guidance, sampler, loras, vae, format } = imageFields;
/** Fields that both tools that draw have; those of jobs that assistants do not need are left out. */
const drawing = {
  ...{ prompt: prompt.describe("what the image shows"), negative, model, seed, steps, guidance, sampler, loras, vae },
  ...sizeFields,
  format,
  count: z.int().min(1).max(4).default(1).describe("number of images, with consecutive seeds"),
};

const schemas = {
  generate: z.strictObject(drawing),
  edit: z.strictObject({
    ...{ image, ...drawing },
    mask: image
      .optional()
      .describe("an image that is white where the image is to change; everything may change if absent"),
    strength: z.number().gt(0).max(1).optional().describe("how much may change: 0.75 if absent, with a mask 1"),
  }),
  list: z.strictObject({}),
  describe: z.strictObject({ image }),
};

/** A tool of the Model Context Protocol. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: z.ZodObject;
  /** True if it makes no job. */
  readonly readOnly: boolean;
  run(input: unknown, call: ToolCall): Promise<ToolContent>;
}

const defineTool = <S extends z.ZodObject>(
  tool: Omit<Tool, "inputSchema" | "run"> & {
    readonly inputSchema: S;
    run(input: z.output<S>, call: ToolCall): Promise<ToolContent>;
  },
): Tool => ({ ...tool, run: (input, call) => tool.run(tool.inputSchema.parse(input), call) });

/** Every tool. */
export const tools: readonly Tool[] = [
  defineTool({
    name: "generate_image",
    title: "Generate an image",
    description: "Makes images from a prompt. Returns the images, their names and their settings.",
    inputSchema: schemas.generate,
    readOnly: false,
    run: (input, call) => drawn(textToImage, input, call),
  }),
  defineTool({
    name: "edit_image",
    title: "Edit an image",
    description: "Changes an image as a prompt says; with a mask, only the masked part.",
    inputSchema: schemas.edit,
    readOnly: false,
    async run({ image, mask, ...input }, call) {
      const source = base64(await readImage(image, "image", call));
      if (mask === undefined) return drawn(imageToImage, { ...input, image: source }, call);
      return drawn(inpainting, { ...input, image: source, mask: base64(await readImage(mask, "mask", call)) }, call);
    },
  }),
  defineTool({
    name: "list_models",
    title: "List the models",
    description:
      "Lists the models, and the LoRAs, embeddings and ControlNets that fit each. The first model is the default.",
    inputSchema: schemas.list,
    readOnly: true,
    run: async (_, { tools }) => ({ value: { models: await listedModels(tools) } }),
  }),
  defineTool({
    name: "describe_image",
    title: "Describe an image's settings",
    description: "Reads from an image file the prompt, seed and other settings that it was made with.",
    inputSchema: schemas.describe,
    readOnly: true,
    run: async ({ image }, call) => ({ value: await imageSettings(await readImage(image, "image", call)) }),
  }),
];

async function listedModels({ models, fitting }: SurfaceTools) {
  const files = await models.list("model");
  return Promise.all(files.map(async (file) => ({ name: file.name, ...(await fitting(file.name)) })));
}
