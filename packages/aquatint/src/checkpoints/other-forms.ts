/** Names by the tensors that mark them; the first that fits counts. */
export type Patterns = readonly (readonly [key: RegExp, name: string])[];

/** Ways of packing weights, by the tensors that lie beside them. */
export const packed: Patterns = [
  [/\.input_range$/, "weights in 8 bits of `aquatint quantize`, which stand beside a model (--variant FILE)"],
  [/\.(absmax|quant_map|quant_state\.bitsandbytes__\w+)$/, "a model quantized with bitsandbytes (NF4 or int8)"],
  [/\.(qweight|wscales|smooth_factor)$/, "a quantized model (SVDQuant, GPTQ or AWQ)"],
  [/(^|\.)(scaled_fp8|scale_weight|weight_scale|comfy_quant)$/, "a model in scaled float8"],
];

/** Models with SDXL's network whose noise is another, by marker tensors. */
const formulations: Patterns = [
  [/^edm_(mean|std)$/, "a Playground v2.5, which was trained by EDM"],
  [/^edm_vpred\./, "a CosXL model, which was trained by EDM"],
];

/** Sentence about the models that are read, for hints. */
export const READ_MODELS = "read are SD 1.x, SD 2.x, SDXL and its refiner, and parts of them";

/** The first name in a table that some tensor fits. */
export const nameOf = (table: Patterns, keys: Iterable<string>): string | undefined => {
  const all = [...keys];
  return table.find(([pattern]) => all.some((key) => pattern.test(key)))?.[1];
};

/** Name of a model whose network would be read but not its form of training or packing: "a CosXL model". */
export const otherForm = (keys: Iterable<string>): string | undefined => nameOf([...packed, ...formulations], keys);
