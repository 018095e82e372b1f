/** Text of a file without what would move the terminal's cursor. */
export const plainText = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, " ");
