import { Formula } from "../../text/formula.tsx";
import type { DrawRun } from "./draw-jobs.ts";

/** x_{t-1} = x0 + sigma_{t-1} eps with the numbers of a step; eps is what the sampler adds, fresh or predicted. */
export function FilledStep({ run, step }: { readonly run: DrawRun | undefined; readonly step: number }) {
  const [at, next] = [run?.steps[step - 1], run?.steps[step]];
  const isLast = run !== undefined && step === run.n;
  const sigma = isLast ? 0 : next?.sigma;
  const x = isLast ? at?.number.x0 : next?.number.x;
  const eps = at && next ? (next.number.x - at.number.x0) / next.sigma : isLast ? 0 : undefined;
  return (
    <div className="filled-step">
      <span className="help">{run?.title ?? "…"}</span>
      <Formula
        block
        tex="x_{t-1} = \hat x_0 + \sigma_{t-1} \epsilon \\ = #x0 + #sigma \times #eps \\ = #x"
        values={{ x0: at?.number.x0, sigma, eps, x }}
      />
    </div>
  );
}
