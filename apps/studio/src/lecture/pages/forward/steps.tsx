import { Formula } from "../../text/formula.tsx";
import { Term } from "../../text/Term.tsx";
import { NoiseFigure } from "./NoiseFigure.tsx";
import { StripFigure } from "./StripFigure.tsx";

/** The closed form, with the image. */
export const OneJump = () => (
  <>
    <p>
      Take an image <Formula tex="x_0" />, with values from −1 to 1. At <Term of="time step">time</Term>{" "}
      <Formula tex="t" />, mix it with <Term of="noise">noise</Term> <Formula tex="\epsilon \sim \N(0, \I)" />. How much
      of the image is left is up to <Term of="alpha bar">ᾱ</Term>, which falls from 1 to 0. The weights are square
      roots, so that an image of variance 1 keeps it: what one term loses, the other gains.
    </p>
    <NoiseFigure />
    <p>
      At <Formula tex="t = 1000" /> hardly anything of the image is left. Its values are those of a standard{" "}
      <Term of="normal distribution">normal distribution</Term>, whatever the image was. That is the point: we know how
      to draw from it.
    </p>
  </>
);

/** The chain, and why it is the same. */
export const Chain = () => (
  <>
    <p>
      The <Term of="forward process">forward process</Term> is a chain. Each step shrinks the image a little and adds
      fresh noise of variance <Formula tex="\beta_t" />:
    </p>
    <Formula
      block
      tex="q(x_t \mid x_{t-1}) = \\ \N(\sqrt{1 - \beta_t}\, x_{t-1},\, \beta_t \I), \\ \bar\alpha_t = \prod_{s=1}^{t} (1 - \beta_s)"
    />
    <p>
      Sums of normal variables are normal, the scales multiply, and the variances add up. So a thousand steps equal one
      jump, and training never walks the chain. Choose “Step by step” in the figure of the first step: it walks the
      chain for your image, adds up the noise of its steps, and compares.
    </p>
    <StripFigure />
  </>
);
