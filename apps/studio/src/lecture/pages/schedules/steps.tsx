import { Formula } from "../../text/formula.tsx";
import { Term } from "../../text/Term.tsx";
import { CurvesFigure } from "./CurvesFigure.tsx";
import { DrawnFigure } from "./DrawnFigure.tsx";
import { StripsFigure } from "./StripsFigure.tsx";

/** Schedules as curves. */
export const Curves = () => (
  <>
    <p>
      A <Term of="schedule">schedule</Term> is any function <Formula tex="\bar\alpha_t" /> that falls from 1 to 0. The
      first one was linear in <Formula tex="\beta_t" />. It destroys small images too early, so the cosine came:
    </p>
    <Formula block tex="\bar\alpha_t = \cos^2(\frac{\pi t}{2T})" />
    <p>
      A network sees only how noisy its input is, which the <Term of="SNR">signal-to-noise ratio</Term>{" "}
      <Formula tex="\bar\alpha_t / (1 - \bar\alpha_t)" /> measures. A schedule decides how often training meets each
      ratio, and at which ratios sampling stops to look.
    </p>
    <CurvesFigure />
  </>
);

/** Schedules as images. */
export const Images = () => (
  <>
    <p>
      Look along a row: where does the image disappear? Under “linear” the last third looks the same. Stable Diffusion’s
      schedule never reaches pure noise: at <Formula tex="T" /> it still holds 0.5&nbsp;% of the image’s variance,
      enough to give away how bright it is.
    </p>
    <StripsFigure />
  </>
);

/** A schedule by hand. */
export const ByHand = () => (
  <>
    <p>Nothing about these formulas is sacred. Draw your own.</p>
    <DrawnFigure />
  </>
);
