/** Points of a line, x to the right and y down, in 0 .. 1. */
export type Stroke = readonly (readonly [x: number, y: number])[];

/** Points of an arc; angles in degrees from the right, clockwise. */
function arc(center: readonly [number, number], radii: readonly [number, number], from: number, to: number): Stroke {
  const pieces = Math.ceil(Math.abs(to - from) / 24);
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / pieces) * Math.PI) / 180;
    return [center[0] + radii[0] * Math.cos(angle), center[1] + radii[1] * Math.sin(angle)];
  });
}

/** The lines of each digit, 0 to 9. */
export const digitStrokes: readonly (readonly Stroke[])[] = [
  [arc([0.5, 0.5], [0.29, 0.42], -90, 270)],
  [
    [
      [0.34, 0.26],
      [0.53, 0.08],
      [0.53, 0.92],
    ],
  ],
  [[...arc([0.5, 0.32], [0.26, 0.24], -170, 40), [0.22, 0.9], [0.8, 0.9]]],
  [[...arc([0.46, 0.29], [0.26, 0.21], -150, 85), ...arc([0.46, 0.7], [0.3, 0.22], -85, 150)]],
  [
    [
      [0.6, 0.08],
      [0.18, 0.64],
      [0.86, 0.64],
    ],
    [
      [0.64, 0.4],
      [0.64, 0.93],
    ],
  ],
  [[[0.76, 0.1], [0.33, 0.1], [0.28, 0.45], ...arc([0.48, 0.65], [0.29, 0.26], -125, 150)]],
  [[[0.66, 0.08], [0.44, 0.22], [0.29, 0.44], ...arc([0.51, 0.68], [0.27, 0.23], 180, 540)]],
  [
    [
      [0.2, 0.11],
      [0.8, 0.11],
      [0.42, 0.92],
    ],
  ],
  [arc([0.5, 0.29], [0.22, 0.2], 90, 450), arc([0.5, 0.7], [0.27, 0.22], -90, 270)],
  [[...arc([0.49, 0.33], [0.25, 0.24], 0, 360), [0.73, 0.6], [0.6, 0.92]]],
];
