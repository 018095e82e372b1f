import type { Image } from "aquatint/formats";

/** A line of an algorithm that the trainer is at. */
export type TrainLine = "draw" | "step" | "sample";

/** News of a training. */
export type TrainNews =
  | { readonly type: "start"; readonly step: number; readonly parameters: number; readonly threads: number }
  | {
      readonly type: "step";
      readonly step: number;
      readonly loss: number;
      readonly seconds: number;
      readonly secondsPerStep: number;
      readonly secondsLeft: number | undefined;
    }
  | { readonly type: "line"; readonly line: TrainLine }
  | { readonly type: "samples"; readonly step: number; readonly images: readonly Image[] }
  | { readonly type: "saved"; readonly step: number }
  | { readonly type: "problem"; readonly message: string }
  | { readonly type: "end"; readonly reason: "pause" | "length" };

/** News that waits until somebody takes it. */
export class NewsQueue {
  #waiting: TrainNews[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;

  push(news: TrainNews): void {
    this.#waiting.push(news);
    this.#wake?.();
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /** All that waits, as it comes, until the end. */
  async *batches(): AsyncGenerator<readonly TrainNews[]> {
    while (true) {
      if (this.#waiting.length > 0) yield this.#waiting.splice(0);
      else if (this.#isOver) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
