import { Formula } from "../../text/formula.tsx";
import { Term } from "../../text/Term.tsx";
import { FieldFigure } from "./FieldFigure.tsx";
import { PixelFigure } from "./PixelFigure.tsx";

/** The posterior. */
export const OnePixel = () => (
  <>
    <p>
      Going back is easy for somebody who knows the clean image. The <Term of="posterior">posterior</Term> is normal,
      and its mean is a weighted sum of the noised and the clean pixel:
    </p>
    <Formula block tex="q(x_{t-1} \mid x_t, x_0) = \\ \N(\tilde\mu_t(x_t, x_0), \, \tilde\beta_t \I)" />
    <PixelFigure />
  </>
);

/** The denoiser. */
export const InThePlane = () => (
  <>
    <p>
      When an image is made nobody knows <Formula tex="x_0" />. The best guess is the average over all clean images that
      could be behind <Formula tex="x_t" />, the <Term of="posterior mean">posterior mean</Term>. For images no formula
      knows it. For three normal distributions in the plane there is one, so here is a perfect{" "}
      <Term of="denoiser">denoiser</Term>.
    </p>
    <FieldFigure />
    <p>
      At high noise all arrows point to the middle: the denoiser can say nothing better than the mean of all data. As{" "}
      <Formula tex="t" /> falls, it commits to one of the three.
    </p>
  </>
);

/** What the network learns. */
export const WhatToLearn = () => (
  <>
    <p>
      So the network has one task: given <Formula tex="x_t" /> and <Formula tex="t" />, predict <Formula tex="x_0" />.
      The learned step is the posterior with that guess in place of the truth:
    </p>
    <Formula block tex="p_\theta(x_{t-1} \mid x_t) = \\ q(x_{t-1} \mid x_t, \, x_0 := \hat x_\theta(x_t, t))" />
    <p>
      It may as well predict the noise: with <Formula tex="x_t" /> known, either gives the other. And who knows the
      noise knows the <Term of="score">score</Term>, by Tweedie’s formula. Compare the numbers below the figure of the
      plane:
    </p>
    <Formula
      block
      tex="\E[\epsilon \mid x_t] = \frac{x_t - \sqrt{\bar\alpha_t} \, \E[x_0 \mid x_t]}{\sqrt{1 - \bar\alpha_t}} \\ = -\sqrt{1 - \bar\alpha_t} \, \nabla \log q(x_t)"
    />
  </>
);
