/** Text of a stranger's file for a terminal: what would move the cursor or color the screen is shown as its code. */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });

/** Text of a file on one line: control and format characters, line ends among them, become spaces. */
export const singleLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, " ");
