import { describe, expect, test } from "vitest";
import { detectionsOf } from "./detections.ts";

describe("detections", () => {
  const nothing = 2;
  /** Logits that name the class of each place, by rows; `sure` is how far it is ahead. */
  const logitsOf = (rows: readonly (readonly number[])[], sure = 8) => {
    const cells = rows.flat();
    const logits = new Float32Array(3 * cells.length);
    for (const [i, c] of cells.entries()) logits[c * cells.length + i] = sure;
    return { logits, classes: 2, rows: rows.length, columns: rows[0]!.length };
  };

  test("are neighboring places of one class, the largest first", () => {
    const detections = detectionsOf(
      logitsOf([
        [0, nothing, 1, 1],
        [nothing, nothing, 1, 1],
      ]),
    );
    expect(detections.map((detection) => detection.class)).toEqual([1, 0]);
    expect(detections[0]!.x).toBeCloseTo(0.75, 6);
    expect(detections[0]!.y).toBeCloseTo(0.5, 6);
    expect(detections[1]!.x).toBeCloseTo(0.125, 6);
    expect(detections[0]!.score).toBeCloseTo(4 * detections[1]!.score, 4);
  });

  test("of one class in two corners are two things: places that touch at a corner do not hang together", () => {
    const rows = [
      [0, nothing],
      [nothing, 0],
    ];
    expect(detectionsOf(logitsOf(rows))).toHaveLength(2);
  });

  test("are none where nothing is likeliest everywhere", () => {
    expect(detectionsOf(logitsOf([[nothing, nothing]]))).toEqual([]);
  });

  test("score by probability", () => {
    const [unsure] = detectionsOf(logitsOf([[0]], 1));
    expect(unsure!.score).toBeCloseTo(Math.E / (Math.E + 2), 6);
  });
});
