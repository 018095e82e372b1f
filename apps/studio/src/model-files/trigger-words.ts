const MAX_WORDS = 12;
const MAX_WORD = 80;

/**
 * Words that call what a LoRA was trained on, from its file's metadata: the trigger phrase of the modelspec standard, and
 * the most frequent tags that kohya's scripts counted, by their counts.
 */
export function triggerWords(metadata: Readonly<Record<string, string>>): readonly string[] {
  const phrase = metadata["modelspec.trigger_phrase"] ?? "";
  const said = phrase.split(",").map((word) => word.trim());
  const counts = tagCounts(metadata["ss_tag_frequency"] ?? "");
  const frequent = Array.from(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([word]) => word);
  const words = [...said, ...frequent].filter((word) => word !== "" && word.length <= MAX_WORD);
  return [...new Set(words)].slice(0, MAX_WORDS);
}

/** Counts of tags over all folders of a training: `{"10_cat": {"cat": 20}}`. */
function tagCounts(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const folder of Object.values(objectOf(text))) {
    for (const [tag, count] of Object.entries(Object(folder))) {
      const word = tag.trim();
      if (typeof count === "number") counts.set(word, (counts.get(word) ?? 0) + count);
    }
  }
  return counts;
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {}; // metadata may be anything
  }
}
