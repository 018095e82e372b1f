/** The key of an event, a letter of another script as the one in its place on a Latin keyboard: keys are named by those. */
export const latinKey = ({ key, code }: Pick<KeyboardEvent, "key" | "code">): string =>
  /^[^ -~]$/.test(key) ? code.replace(/^Key/, "").toLowerCase() : key.toLowerCase();
