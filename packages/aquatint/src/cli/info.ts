import { resolve } from "node:path";
import type { Command } from "commander";
import { AquatintError } from "../errors.ts";
import { readPictureFile } from "../formats/node-picture.ts";
import { pictureTexts } from "../formats/picture-file.ts";
import { type PictureRecipe, pictureRecipe } from "../formats/picture-recipe.ts";
import type { Io } from "./io.ts";
import { printable } from "./printable.ts";

/** Adds `aquatint info` to the program. */
export const addInfo = (program: Command, io: Io): Command =>
  program
    .command("info")
    .summary("say how a picture was made")
    .description("Says how a picture was made, as Aquatint, AUTOMATIC1111's web UI or ComfyUI wrote it into its file.")
    .argument("<picture>", "a PNG, JPEG or WebP file")
    .option("--json", "print one JSON object on stdout")
    .action(async (path: string, { json = false }: { readonly json?: boolean }) => {
      const recipe = await recipeIn(path, io.cwd);
      io.stdout.write(json ? `${JSON.stringify(recipe)}\n` : described(recipe));
    });

/** The recipe in a picture's file. @throws AquatintError "picture/no-recipe" where there is none. */
export async function recipeIn(path: string, cwd: string): Promise<PictureRecipe> {
  const recipe = pictureRecipe(await pictureTexts(await readPictureFile(resolve(cwd, path)), { name: path }));
  if (recipe) return recipe;
  throw new AquatintError("picture/no-recipe", `${path} does not say how it was made`, {
    hint: "Many sites remove what a file says: use the file as it was saved.",
  });
}

const makers: Readonly<Record<PictureRecipe["source"], string>> = {
  aquatint: "Aquatint",
  a1111: "AUTOMATIC1111's web UI, or a program that writes like it",
  comfyui: "ComfyUI",
};

/** One line a field; the settings that have no field of their own follow in the maker's words. */
function described({ source, settings, width, height, ...fields }: PictureRecipe): string {
  const size = width === undefined || height === undefined ? undefined : `${width}x${height}`;
  const rows = Object.entries({ "made by": makers[source], ...fields, size }).filter(
    ([, value]) => value !== undefined && value !== "",
  );
  const known = new Set([...Object.values(fields), width, height].map(String));
  const others = Object.entries(settings).filter(([key, value]) => {
    const isShown = typeof value !== "object" || Array.isArray(value);
    return isShown && key !== "Size" && !(key in fields) && !known.has(String(value));
  });
  const lines = [...rows, ...others].map(([key, value]) => {
    const text = Array.isArray(value) ? value.join(", ") : String(value);
    return [printable(key === "modelHash" ? "model hash" : key), printable(text)] as const;
  });
  const column = lines.reduce((width, [key]) => Math.max(width, key.length), 0);
  return lines
    .map(([key, value]) => `${key.padEnd(column)}  ${value.replace(/\n/g, `\n${" ".repeat(column + 2)}`)}\n`)
    .join("");
}
