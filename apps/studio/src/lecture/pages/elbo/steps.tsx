import { Formula } from "../../text/formula.tsx";
import { Term } from "../../text/Term.tsx";
import { ElboFigure } from "./ElboFigure.tsx";

/** The bound. */
export const Bound = () => (
  <>
    <p>
      How good is a model? Ask how probable it thinks a real image is. That probability cannot be computed, but a bound
      on it can, the <Term of="ELBO" />. It has the same form as for a variational autoencoder (a <Term of="VAE" />,
      page 8), with the noised images as latent variables, and three kinds of terms:
    </p>
    <Formula
      block
      tex="-\log p(x_0) \le \E[-\log p_\theta(x_0 \mid x_1)] \\ + \, \KL(q(x_T \mid x_0) \parallel p(x_T)) \\ + \sum_{t=2}^T \E[\KL(q(x_{t-1} \mid x_t, x_0) \\ \parallel p_\theta(x_{t-1} \mid x_t))]"
    />
    <p>
      <em>Reconstruction</em> pays for the last bit of noise. <em>Prior matching</em> pays for what is left of the image
      at <Formula tex="T" />; nothing is learned there. <em>Denoising matching</em> compares each learned step with the
      exact one. Both are normal with the same variance, so <Term of="KL" />, which compares two distributions, is a
      squared distance of two means.
    </p>
  </>
);

/** The bound of the visitor's image. */
export const YourImage = () => (
  <>
    <p>
      Here are the terms for your image, in <Term of="bits per dimension" />. The model is the smaller default one. It
      works on 32&nbsp;×&nbsp;32 pixels and saw only emoji, so a photograph costs it more.
    </p>
    <ElboFigure />
  </>
);

/** Training's weights. */
export const Weights = () => (
  <>
    <p>
      Nearly all bits are at the smallest <Formula tex="t" />, where the last grains of noise are told from texture.
      What an image <em>shows</em> is decided at large <Formula tex="t" />, for hardly any bits. So training drops the
      weights of the bound and draws <Formula tex="t" /> evenly:
    </p>
    <Formula block tex="L = \E_{t, x_0, \epsilon} \, \parallel \epsilon - \epsilon_\theta(x_t, t) \parallel^2" />
    <p>The bound gets worse by this, and the images get better.</p>
  </>
);
