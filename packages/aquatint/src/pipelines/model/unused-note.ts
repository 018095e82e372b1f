const LISTED = 3;

/** One sentence on what of a file is not used; none where everything is. */
export function unusedNote(file: string, what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const list = names.slice(0, LISTED).map((name) => name.slice(0, 120));
  return [
    `${file}: ${names.length} ${what} are not used: ${list.join(", ")}${names.length > LISTED ? " and more" : ""}`,
  ];
}
