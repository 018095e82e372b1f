import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk of its own in a folder. */
export interface SmallDisk extends Disposable {
  readonly folder: string;
  /** Fills it to its last byte. */
  fill(): void;
  /** Removes what filled it. */
  free(): void;
}

/** Makes a disk in memory; undefined where this user may not. */
export function smallDisk(megabytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), "aquatint-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    rmdirSync(folder);
    return undefined;
  }
  const filling = join(folder, "filling");
  return {
    folder,
    fill() {
      for (let size = 2 ** 20; size >= 1; ) {
        try {
          appendFileSync(filling, new Uint8Array(size));
        } catch {
          size = Math.floor(size / 2);
        }
      }
    },
    free: () => rmSync(filling),
    [Symbol.dispose]() {
      execFileSync("umount", ["--lazy", folder]);
      rmdirSync(folder);
    },
  };
}
