import { useEffect, useState } from "react";
import { ProgressBar } from "react-aria-components";
import { backendStore } from "../backend/backend.ts";
import type { QueuePosition } from "../backend/drawing.ts";
import { engineStore } from "../engine/engine-store.ts";
import { useStore } from "../state/store.ts";
import { changeView, viewStore } from "../state/view-store.ts";
import { Button } from "../ui/buttons.tsx";
import { counted, megabytes, seconds } from "../ui/words.ts";
import { cancelAll, doneShare, queueStore, remainingSeconds } from "./queue.ts";

/** The time in milliseconds, some times a second. */
function useClock(isRunning: boolean): number {
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}

interface Line {
  readonly text: string;
  /** 0 .. 1; undefined where it cannot be known. */
  readonly share: number | undefined;
  readonly detail: string;
}

function useLine(): Line {
  const queue = useStore(queueStore);
  const state = useStore(engineStore);
  const isTab = useStore(backendStore, (backend) => backend?.id !== "server");
  const now = useClock(queue.current !== undefined);
  const engine = isTab && state.status === "opening" ? state : undefined;
  if (engine?.progress?.fetched) {
    const { loaded, total } = engine.progress;
    return { text: "Fetching the model", share: loaded / total, detail: `${megabytes(loaded)} of ${megabytes(total)}` };
  }
  if (engine) return { text: "Opening the model", share: undefined, detail: "" };
  const { current, done, total } = queue;
  if (current?.queued) return { ...queuedLine(current.queued), share: undefined };
  if (!current || current.n === 0) return { text: "Preparing", share: undefined, detail: "" };
  const remaining = remainingSeconds(queue, now);
  const image = total > 1 ? `Image ${done + 1} of ${total}, step` : "Step";
  return {
    text: `${image} ${current.i} of ${current.n}`,
    share: doneShare(queue),
    detail: remaining === undefined ? "" : `about ${seconds(remaining)} left`,
  };
}

/** A position in the queue of others, in words. */
function queuedLine({ before, seconds: starts }: QueuePosition): Pick<Line, "text" | "detail"> {
  const text = before === 0 ? "Next in the queue" : `${counted(before, "image")} before this one in the queue`;
  return { text, detail: starts === undefined ? "" : `starts in ${seconds(starts)}` };
}

/** How far the queue has come, with the button that ends it. */
export const ProgressLine = () => {
  const { text, share, detail } = useLine();
  const isElsewhere = useStore(viewStore, ({ view, selected }) => view === "make" && selected !== undefined);
  return (
    <div className="progress-line">
      <ProgressBar
        className="progress"
        aria-label={text}
        value={(share ?? 0) * 100}
        isIndeterminate={share === undefined}
      >
        <div className="progress-track">
          <div className="progress-fill" style={{ width: `${(share ?? 0) * 100}%` }} />
        </div>
      </ProgressBar>
      <span className="progress-text">{text}</span>
      <span className="progress-detail">{detail}</span>
      {isElsewhere && (
        <Button look="quiet" onPress={() => changeView({ selected: undefined })}>
          Show it
        </Button>
      )}
      <Button icon="stop" look="quiet" onPress={cancelAll}>
        Cancel
      </Button>
    </div>
  );
};
