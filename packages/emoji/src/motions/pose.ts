/** One thing in one frame of a clip. */
export interface Pose {
  /** The center, in fractions of the image's side from the top left corner. */
  readonly x: number;
  readonly y: number;
  /** The longer side of the upright thing, in fractions of the image's side. */
  readonly size: number;
  /** Clockwise, in radians. */
  readonly angle: number;
  /** 0 .. 1. */
  readonly opacity: number;
}

/** One thing over the frames of a clip. */
export type Path = readonly Pose[];

/** A path of `frames` poses; what `poseAt` leaves out is that of a thing at rest in the middle. */
export function pathOf(frames: number, poseAt: (clock: Clock) => Partial<Pose> & Pick<Pose, "size">): Path {
  return Array.from({ length: frames }, (_, i) => {
    const clock = { progress: i / Math.max(1, frames - 1), turn: i / frames };
    return { x: 0.5, y: 0.5, angle: 0, opacity: 1, ...poseAt(clock) };
  });
}

/** Time in a clip. */
export interface Clock {
  /** 0 in the first frame, 1 in the last. */
  readonly progress: number;
  /** 0 in the first frame, 1 in the frame that would follow the last: for motions that repeat. */
  readonly turn: number;
}
