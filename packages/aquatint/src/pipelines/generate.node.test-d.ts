import { expectTypeOf, test } from "vitest";
import type { Image } from "../formats/image/image.ts";
import type { Seed } from "../math/random.ts";
import { type GenerateOptions, type GenerationEvent, generate } from "./generate.node.ts";

test("the type of an event says what it carries", () => {
  const event = {} as GenerationEvent;
  if (event.type === "image") {
    expectTypeOf(event.image).toExtend<Image>();
    expectTypeOf(event.seed).toEqualTypeOf<Seed>();
  }
  if (event.type === "evaluation") {
    expectTypeOf(event.i).toBeNumber();
    // @ts-expect-error an evaluation has no seed
    expectTypeOf(event.seed).toBeAny();
  }
});

test("a prompt is enough, and is needed", () => {
  expectTypeOf(generate).toBeCallableWith({ prompt: "a fox" });
  // @ts-expect-error no prompt
  expectTypeOf(generate).toBeCallableWith({ seed: 7 });
});

test("options may be undefined", () => {
  expectTypeOf<{ prompt: string; seed: undefined; steps: undefined; model: undefined }>().toExtend<GenerateOptions>();
});
