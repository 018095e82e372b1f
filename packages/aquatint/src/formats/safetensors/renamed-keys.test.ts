import { expect, test } from "vitest";
import { currentKeys } from "./renamed-keys.ts";

const mid = "decoder.mid_block.attentions.0";

test("the attention of older autoencoders gets its names of today", () => {
  const old = [`${mid}.query.weight`, `${mid}.key.bias`, `${mid}.value.weight`, `${mid}.proj_attn.bias`];
  const now = currentKeys(new Map(old.map((key) => [key, key])), { name: "old.safetensors" });
  expect([...now]).toEqual([
    [`${mid}.to_q.weight`, old[0]],
    [`${mid}.to_k.bias`, old[1]],
    [`${mid}.to_v.weight`, old[2]],
    [`${mid}.to_out.0.bias`, old[3]],
  ]);
});

test("names of today, and strange ones, stay; tables of positions go", () => {
  const keys = [`${mid}.to_q.weight`, "key.weight", "mid_block.query.weight", "text_model.embeddings.position_ids"];
  const now = currentKeys(new Map(keys.map((key) => [key, 0])), { name: "some.safetensors" });
  expect([...now.keys()]).toEqual(keys.slice(0, 3));
});

test("a tensor under both names is refused, in either order", () => {
  const twice = [`${mid}.query.weight`, `${mid}.to_q.weight`];
  for (const keys of [twice, twice.toReversed()]) {
    const read = () => currentKeys(new Map(keys.map((key) => [key, 0])), { name: "twice.safetensors" });
    expect(read).toThrow(`twice.safetensors holds the tensor ${mid}.to_q.weight twice, once as`);
  }
});
