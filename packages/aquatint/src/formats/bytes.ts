/** Tells whether bytes begin with the characters of a signature, each below 256. */
export const startsWith = (bytes: Uint8Array, signature: string, at = 0): boolean =>
  Array.from(signature).every((character, i) => bytes[at + i] === character.charCodeAt(0));
