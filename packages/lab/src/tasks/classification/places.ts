/** A thing that is known to be in an image: its box about (x, y), in fractions of the image's sides. */
export interface PlacedThing {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Target classes of the places of a grid. */
export interface PlaceAnswers {
  /** Index of a class for each place, row by row; the number of classes stands for nothing. */
  readonly classes: Int32Array;
  /** Weight of each place in the loss. */
  readonly weights: Float32Array;
}

/** Layout of an image's answers. */
export interface PlaceOptions {
  readonly classes: readonly string[];
  readonly rows: number;
  readonly columns: number;
  /** Weight of a place outside of all boxes. */
  readonly nothing: number;
}

/** A place belongs to a thing where it lies within this share of the box, and is left out of the loss in the rest of it. */
const MIDDLE = 0.6;

/** The classes of a grid's places: the middle of each thing is its own, later things are in front. */
export function placeAnswers(things: readonly PlacedThing[], options: PlaceOptions): PlaceAnswers {
  const { classes, rows, columns, nothing } = options;
  const answers = {
    classes: new Int32Array(rows * columns).fill(classes.length),
    weights: new Float32Array(rows * columns).fill(nothing),
  };
  for (const { name, x, y, width, height } of things) {
    const classIndex = classes.indexOf(name);
    const nearest = Math.floor(y * rows) * columns + Math.floor(x * columns);
    for (let cell = 0; cell < rows * columns; cell++) {
      const across = Math.abs(((cell % columns) + 0.5) / columns - x) / (width / 2);
      const down = Math.abs((Math.floor(cell / columns) + 0.5) / rows - y) / (height / 2);
      const reach = Math.max(across, down);
      if (reach > 1 && cell !== nearest) continue;
      const middle = reach <= MIDDLE || cell === nearest;
      answers.classes[cell] = middle ? classIndex : classes.length;
      answers.weights[cell] = middle ? 1 : 0;
    }
  }
  return answers;
}

/** Things that a truth of a data set with names lists. */
export const thingsOf = (truth: unknown): readonly PlacedThing[] =>
  (truth as { readonly objects: readonly PlacedThing[] }).objects;
