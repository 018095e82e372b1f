import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { AquatintError } from "../../errors.ts";
import { fileError } from "../files.node.ts";

const EXTENSIONS = [".png", ".jpg", ".jpeg", ".webp"];
const collator = new Intl.Collator("en", { numeric: true });

/** The images in a folder in natural order: frame-2 before frame-10. @throws AquatintError "clip/empty" where there are none. */
export async function framePaths(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw fileError("read", folder, cause);
  });
  const images = names.filter((name) => EXTENSIONS.includes(extname(name).toLowerCase()) && !name.startsWith("."));
  if (images.length > 0) return images.toSorted(collator.compare).map((name) => join(folder, name));
  throw new AquatintError("clip/empty", `${folder} holds no frames`, {
    hint: `expected files that end in ${EXTENSIONS.join(", ")}`,
  });
}
