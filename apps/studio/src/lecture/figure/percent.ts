/** A share as percent, whose sign stays on the line of its number. */
export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)}\u00a0%`;
