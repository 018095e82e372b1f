import { Picture } from "../../chart/ImageView.tsx";
import { Scroller } from "../../ui/Scroller.tsx";
import type { DrawRun } from "./draw-jobs.ts";

const sigmaText = (sigma: number): string =>
  sigma >= 100 ? Math.round(sigma).toLocaleString("en") : sigma.toPrecision(2);

interface FramesProps {
  readonly run: DrawRun | undefined;
  /** Steps, which keep their places until they come. */
  readonly count: number;
  readonly current: number;
}

/** Each step of a sampler: x_t, and the estimate of x_0 below it. */
export const Frames = ({ run, count, current }: FramesProps) => (
  <div className="frames">
    <h4>{run?.title ?? "…"}</h4>
    <Scroller className="frames-row" label={`Steps of ${run?.title ?? "the sampler"}`}>
      {Array.from({ length: count }, (_, i) => {
        const step = run?.steps[i];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
          <div key={i} className="frame" data-current={i + 1 === current || undefined}>
            <Picture image={step?.x} label={`x at step ${i + 1}`} />
            <Picture image={step?.x0} label={`estimate of the image at step ${i + 1}`} />
            <span>{step ? `σ ${sigmaText(step.sigma)}` : i + 1}</span>
          </div>
        );
      })}
      <div className="frame frame-final">
        <Picture image={run?.image} label={`the image of ${run?.title ?? "the sampler"}`} />
      </div>
    </Scroller>
  </div>
);
