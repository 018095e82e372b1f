import { Formula } from "../../text/formula.tsx";
import { Term } from "../../text/Term.tsx";
import { SamplesFigure } from "./SamplesFigure.tsx";
import { TrilemmaFigure } from "./TrilemmaFigure.tsx";
import { WalkFigure } from "./WalkFigure.tsx";

/** What the models are. */
export const ThreeModels = () => (
  <>
    <p>
      Diffusion is one of several ways to turn noise <Formula tex="z" /> into an image <Formula tex="x" /> of a caption{" "}
      <Formula tex="c" />. Here are three that learned from the same images, with about 300,000 parameters each. A{" "}
      <Term of="VAE" /> maximizes a bound on the likelihood, as on page 4, with a single step and a learned encoder{" "}
      <Formula tex="q" />:
    </p>
    <Formula
      block
      tex="\log p(x | c) \ge \E_{q(z | x, c)} [\log p(x | z, c)] \\ - \, \KL(q(z | x, c) \parallel p(z))"
    />
    <p>
      A <Term of="GAN" /> has no likelihood. A critic <Formula tex="D" /> learns to tell real images from those of the
      generator <Formula tex="G" />, which learns to mislead it:
    </p>
    <Formula block tex="\min_G \, \max_D \, \E_x [\log D(x, c)] \\ + \, \E_z [\log(1 - D(G(z, c), c))]" />
    <p>The diffusion model works as on the other pages. It alone takes many steps. Change their number:</p>
    <SamplesFigure />
    <p>
      The VAE blurs: where it cannot know, the mean of all that could be there is its best answer. The GAN is sharp, and
      as fast. With one step, the diffusion model answers with a mean, too. It needs steps to decide. This one was
      trained too briefly to draw good shapes, as the last figure says.
    </p>
  </>
);

/** Between vectors. */
export const Walks = () => (
  <>
    <p>
      Each image comes from a vector of normal numbers, a <Term of="latent vector" />: 32 numbers for the VAE and the
      GAN, and all 3,072 values of the initial noise for the diffusion model with <Term of="DDIM" />, which adds no
      other. Walk from one vector to another, along a sphere, since most of a normal distribution’s mass lies near one:
    </p>
    <Formula
      block
      tex="z(s) = \frac{\sin((1 - s) \omega)}{\sin \omega} z_0 + \frac{\sin(s \omega)}{\sin \omega} z_1, \\ \cos \omega = \frac{z_0 \cdot z_1}{\parallel z_0 \parallel \parallel z_1 \parallel}"
    />
    <WalkFigure />
    <p>
      The VAE’s image changes evenly on the way: its training makes neighboring vectors give similar images. The GAN’s
      images hardly change here: it answers a caption with much the same image, whatever its vector. The diffusion
      model’s numbers are pixels of noise. Its image may change at once where a small difference decides a step.
    </p>
  </>
);

/** The three corners. */
export const ThreeCorners = () => (
  <>
    <p>
      Good images, all kinds of images, and fast: models are said to have two of the three. Quality is{" "}
      <Term of="precision" /> here, the share of images that could be real ones, and diversity is <Term of="coverage" />
      , the share of real images that have a generated one nearby. Both are shares of what other real images get. Speed
      is 1 for the fastest and 0 for the slowest, on a logarithmic scale. A score draws the model’s dot towards its
      corner, and the dot is larger the higher its scores are.
    </p>
    <TrilemmaFigure />
    <p>
      These are three small models after minutes of training. Of these three, the GAN gets the highest scores. The
      diffusion model was trained too briefly for good images: it had 5,000 steps. The figure shows how such models are
      compared, and not which kind is the best.
    </p>
  </>
);
