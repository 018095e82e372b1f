/** A group of choices without another group in it: {a|b}. */
const GROUP = /\{([^{}]*\|[^{}]*)\}/;

/**
 * A prompt with one choice of each {a|b} group, inner groups first. Image number `index` takes the choices in turn, so that
 * a count of all combinations makes each once.
 */
export function promptVariant(prompt: string, index: number): string {
  let [text, rest] = [prompt, index];
  for (let group = GROUP.exec(text); group; group = GROUP.exec(text)) {
    const choices = (group[1] ?? "").split("|");
    const choice = choices[rest % choices.length] ?? "";
    rest = Math.floor(rest / choices.length);
    text = text.slice(0, group.index) + choice.trim() + text.slice(group.index + group[0].length);
  }
  return text;
}

/** The number of prompts that a prompt stands for. */
export function combinations(prompt: string): number {
  let [text, count] = [prompt, 1];
  for (let group = GROUP.exec(text); group; group = GROUP.exec(text)) {
    count *= (group[1] ?? "").split("|").length;
    text = text.slice(0, group.index) + text.slice(group.index + group[0].length);
  }
  return count;
}
