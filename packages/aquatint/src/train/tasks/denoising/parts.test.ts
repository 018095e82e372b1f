import { expect, test } from "vitest";
import { frozenAssets, frozenParts } from "./parts.ts";

test("a resumed run takes the configs of frozen parts from its checkpoint, not from folders that may be gone", async () => {
  const config = { latent_channels: 4 };
  const parts = await frozenParts(
    { vae: "a folder that is gone" },
    {
      assets: { "vae/config.json": JSON.stringify(config) },
      initial: undefined,
      modelFiles: () => Promise.reject(new Error("the folder is not opened")),
    },
  );
  expect(parts).toEqual({ vae: { config } });
  expect(JSON.parse(frozenAssets(parts)["vae/config.json"] ?? "")).toEqual(config);
});
