import { AquatintError } from "aquatint";
import type { Style } from "./styles.ts";

/** Bytes of a file of styles at most. */
const MAX_SIZE = 2 ** 20;

/** Rows of comma-separated values with double quotes (RFC 4180). */
function rows(text: string): readonly (readonly string[])[] {
  const table: string[][] = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? "";
    const row = table.at(-1) ?? [];
    const add = (part: string) => row.splice(-1, 1, (row.at(-1) ?? "") + part);
    if (quoted && character === '"' && text[i + 1] === '"') add(text[++i] ?? "");
    else if (character === '"') quoted = !quoted;
    else if (quoted) add(character);
    else if (character === ",") row.push("");
    else if (character === "\n") table.push([""]);
    else if (character !== "\r") add(character);
  }
  return table.filter((row) => row.some((cell) => cell.trim() !== ""));
}

/** Styles of a file, and what of it is left out, in words. */
export interface ImportedStyles {
  readonly styles: readonly Style[];
  readonly notes: readonly string[];
}

/**
 * The styles in a styles.csv of AUTOMATIC1111's web UI: name, prompt, negative_prompt; `text` is the old name of the second.
 * @throws AquatintError "studio/styles" for another file.
 */
export function parseStyles(text: string): ImportedStyles {
  if (text.length > MAX_SIZE) throw foreign(`it has more than ${MAX_SIZE} characters`);
  const [header = [], ...lines] = rows(text.replace(/^\uFEFF/, ""));
  const names = header.map((cell) => cell.trim().toLowerCase());
  const column = (...titles: string[]) => names.findIndex((title) => titles.includes(title));
  const [name, prompt, negative] = [column("name"), column("prompt", "text"), column("negative_prompt")];
  if (name < 0 || prompt < 0) throw foreign(`its first line is "${header.join(",").slice(0, 60)}"`);
  const cell = (line: readonly string[], at: number) => line[at]?.trim() ?? "";
  const entries = lines.map((line) => ({
    name: cell(line, name).slice(0, 100),
    prompt: cell(line, prompt),
    negative: cell(line, negative),
  }));
  const isStyle = (style: Style) => style.name !== "" && (style.prompt !== "" || style.negative !== "");
  const empty = entries.filter((style) => !isStyle(style)).map((style) => style.name || "a line without a name");
  return {
    styles: entries.filter(isStyle),
    notes: empty.length > 0 ? [`without a text, and so left out: ${empty.join(", ")}`] : [],
  };
}

const foreign = (problem: string) =>
  new AquatintError("studio/styles", `this is no file of styles: ${problem}`, {
    hint: "give a CSV file with the columns name, prompt and negative_prompt",
  });
