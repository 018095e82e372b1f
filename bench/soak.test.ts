import { expect, test } from "vitest";
import { soak } from "./soak.ts";

test.skipIf(process.platform !== "linux")(
  "switching between three models leaves no file, worker or other handle open",
  async () => {
    const { pictures, moreFiles, moreHandles, growthMB } = await soak({ switches: 12, picturesEach: 1 });
    expect(pictures).toBe(12);
    expect(moreFiles).toBeLessThanOrEqual(0);
    expect(moreHandles).toBeLessThanOrEqual(0);
    expect(growthMB).toBeLessThan(60);
  },
);
