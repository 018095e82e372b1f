const SHOWN = 3;

/** One sentence on what of a file is not used; none where everything is. */
export function unusedNote(file: string, what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, SHOWN).map((name) => name.slice(0, 120));
  return [
    `${file}: ${names.length} ${what} are not used: ${shown.join(", ")}${names.length > SHOWN ? " and more" : ""}`,
  ];
}
