import { expect, test } from "vitest";
import { soak } from "./soak.ts";

test.skipIf(process.platform !== "linux")(
  "switching between three models leaves no file, worker or other handle open",
  async () => {
    const { images, moreFiles, moreHandles, growthMB } = await soak({ switches: 12, imagesEach: 1 });
    expect(images).toBe(12);
    expect(moreFiles).toBeLessThanOrEqual(0);
    expect(moreHandles).toBeLessThanOrEqual(0);
    expect(growthMB).toBeLessThan(40);
  },
);
