/** `n` noise ratios sigma / alpha from the largest to the smallest, both included; a single one is the largest. */
export type Ramp = (max: number, min: number, n: number) => Float64Array;
