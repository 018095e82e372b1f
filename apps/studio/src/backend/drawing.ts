import type { Image } from "aquatint";
import type { ClipOptions, DrawOptions, MotionSource, Trace } from "../engine/protocol.ts";
import type { StoredImage } from "../gallery/gallery-database.ts";

/** An image or a clip to be made. */
export type DrawRequest =
  | { readonly options: DrawOptions; readonly motion?: undefined }
  | { readonly options: ClipOptions; readonly motion: MotionSource };

/** What the page shows of an image before it is there; the model's own where undefined. */
export type DrawingSize = Partial<Pick<DrawOptions, "width" | "height" | "steps">>;

/** A position in a queue that others use, too. */
export interface QueuePosition {
  /** Jobs before this one. */
  readonly before: number;
  /** Seconds until it starts, where that can be said. */
  readonly seconds: number | undefined;
}

/** How far an image has come: its position in the queue until it starts, and its steps. */
export interface DrawingNews {
  readonly queued?: QueuePosition | undefined;
  readonly i?: number | undefined;
  readonly n?: number | undefined;
  readonly preview?: Image | undefined;
}

/** An image that was made, and how. */
export interface DrawnImage {
  readonly image: StoredImage;
  readonly trace?: Trace | undefined;
  readonly seconds: number;
}

/** An image under way. */
export interface Drawing {
  readonly size: DrawingSize;
  /** Makes the image, or waits for it, until `signal` ends. @throws AquatintError. */
  finish(signal: AbortSignal, onNews: (news: DrawingNews) => void): Promise<DrawnImage>;
  /** Ends it in the queue of its backend. */
  cancel(): void;
}

/** Where images are drawn. */
export interface DrawingBackend {
  /** Whether images go on when the page is closed. */
  readonly outlivesPage: boolean;
  /** Begins an image: at once where the backend has a queue of its own, else when it is waited for. */
  start(request: DrawRequest): Drawing;
}
