/** Handwritten digits in memory. */
export interface Digits {
  /** Gray values 0 .. 255, [n, 28, 28]: white on black. */
  readonly images: Uint8Array;
  /** The digit of each, 0 .. 9. */
  readonly labels: Uint8Array;
}
