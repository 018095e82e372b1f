import { expect, test } from "vitest";
import { float32 } from "../../graph/host-tensor.ts";
import { callEvents } from "./call-events.node.ts";
import type { TextToImageNetwork } from "./network.ts";

test("an event reaches the generation whose call caused it, not those that wait for the same load", async () => {
  const events = callEvents<string>();
  const loads = new Map<string, Promise<Float32Array>>();
  const call = (name: string) => {
    const load = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      events.emit(name);
      return new Float32Array();
    };
    const loading = loads.get(name) ?? load();
    loads.set(name, loading);
    return loading;
  };
  const network: TextToImageNetwork = {
    posterior: true,
    encode: async () => ({ context: float32([1], await call("encode")) }),
    predict: () => call("predict"),
    encodeImage: () => call("encodeImage"),
    decode: () => call("decode"),
    async [Symbol.asyncDispose]() {},
  };
  const heard: string[][] = [[], []];
  const [first, second] = heard.map((list) => events.during(network, (event) => list.push(event)));
  const x = float32([1], Float32Array.of(0));
  const conditions = { context: x };
  await Promise.all([
    first!.predict(x, 0, conditions),
    second!.predict(x, 0, conditions),
    second!.decode(x),
    first!.decode(x),
    first!.encode([]),
    second!.encodeImage(x, x),
  ]);
  await network.predict(x, 0, conditions);
  expect(heard.map((list) => list.toSorted())).toEqual([
    ["encode", "predict"],
    ["decode", "encodeImage"],
  ]);
  expect(first!.posterior).toBe(true);
});
