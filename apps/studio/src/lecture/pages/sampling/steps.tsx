import { Formula } from "../../text/formula.tsx";
import { Term } from "../../text/Term.tsx";
import { DrawFigure } from "./DrawFigure.tsx";
import { GalleryFigure } from "./GalleryFigure.tsx";
import { OrdersFigure } from "./OrdersFigure.tsx";
import { PathsFigure } from "./PathsFigure.tsx";

/** The loop. */
export const InThePlane = () => (
  <>
    <p>
      Start with noise. Estimate <Formula tex="x_0" />, take a step towards it, estimate again. A <Term of="sampler" />{" "}
      says how. In the plane the denoiser is perfect, so that all differences are the samplers’ own.
    </p>
    <PathsFigure />
    <p>
      <Term of="DDIM" /> walks along a smooth curve that the start decides. <Term of="DDPM" /> adds fresh noise after
      every step, so that its ways are rough and its ends differ each time. Both reach the same distribution.
    </p>
  </>
);

/** Every sampler. */
export const All = () => (
  <>
    <p>
      Here are all samplers of the library. Take one step, then two, then twenty. DPM adaptive chooses its steps itself.
    </p>
    <GalleryFigure />
  </>
);

/** Orders. */
export const Orders = () => (
  <>
    <p>
      The smooth curves solve a differential equation, so a sampler is a solver with an <Term of="order" />. A method of
      second order gains more from each further step, at the price of a second evaluation or of a memory of the last
      one. Samplers that add noise are measured by the variance that they end with. DPM adaptive has no fixed number of
      steps, so it is not among them.
    </p>
    <OrdersFigure />
  </>
);

/** A text-to-image model. */
export const Astronaut = () => (
  <>
    <p>
      Now with a network and a prompt. In <Term of="variance exploding">coordinates</Term> where the image keeps its
      scale, sampling is two lines:
    </p>
    <Formula block tex="x_T = \sigma_T \, \epsilon_T, \\ x_{t-1} = \hat x_\theta(x_t, t) + \sigma_{t-1} \, \epsilon" />
    <p>
      With fresh <Formula tex="\epsilon" /> in every step this is the sampler “renoise”. DDIM puts in the noise that the
      network has just predicted. <Term of="guidance">Guidance</Term> moves the estimate away from the one without a
      prompt.
    </p>
    <DrawFigure />
  </>
);
