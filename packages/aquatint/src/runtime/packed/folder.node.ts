import { homedir } from "node:os";
import { join } from "node:path";

/** A system and its environment. */
export interface CachePlace {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** The folder of packed weights: in XDG_CACHE_HOME or ~/.cache, on macOS in ~/Library/Caches, on Windows in LOCALAPPDATA. */
export function packedFolder({
  platform = process.platform,
  env = process.env,
  home = homedir(),
}: Partial<CachePlace> = {}): string {
  const base: Partial<Record<NodeJS.Platform, string>> = {
    darwin: join(home, "Library", "Caches"),
    win32: env["LOCALAPPDATA"] || join(home, "AppData", "Local"),
  };
  return join(env["XDG_CACHE_HOME"] || base[platform] || join(home, ".cache"), "aquatint", "packed");
}
