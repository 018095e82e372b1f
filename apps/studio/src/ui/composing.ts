/** Whether a key belongs to an input method that composes a word, whose Enter only takes the word. Safari says so by the code alone. */
export const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;
