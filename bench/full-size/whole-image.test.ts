import { expect, test } from "vitest";
import { imageCoreSeconds } from "./whole-image.ts";

test("the core-seconds of an image are those of its parts, for who has all of them", () => {
  const figures = {
    "unet-sd15": { stepCpuMs: 15_000, peers: { openvino: { stepCpuMs: 8000 }, torch: { stepCpuMs: 20_000 } } },
    "vae-decode": { stepCpuMs: 21_000, peers: { openvino: { stepCpuMs: 12_000 } } },
    "text-encoder": { stepCpuMs: 250, peers: {} },
    "unet-sd15-int8": { stepCpuMs: 7000 },
  };
  expect(imageCoreSeconds(figures)).toEqual({
    "float32.aquatint": 300 + 21 + 0.5,
    "float32.openvino": 160 + 12 + 0.5,
  });
  expect(imageCoreSeconds({})).toEqual({});
});
