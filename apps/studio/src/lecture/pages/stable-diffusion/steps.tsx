import { Formula } from "../../text/formula.tsx";
import { Term } from "../../text/Term.tsx";
import { MakeFigure } from "./MakeFigure.tsx";

/** The parts. */
export const Parts = () => (
  <>
    <p>
      Stable Diffusion puts together what the other pages have taken apart. A tokenizer cuts the prompt into{" "}
      <Term of="token">tokens</Term>, the text encoder of <Term of="CLIP" /> makes vectors of them, a{" "}
      <Term of="U-Net" /> and a <Term of="sampler" /> make a <Term of="latent" /> of noise and of these vectors, and the
      decoder of an <Term of="autoencoder" /> makes an image of the latent. Choose a part to open it.
    </p>
    <MakeFigure />
    <p>
      Nearly all time goes to the U-Net: it runs in every step, twice for <Term of="guidance" />. The other parts run
      once. The model is the default one of this studio, of the same kind as Stable Diffusion and eighty times smaller.
      Drop a checkpoint of Stable Diffusion on the page to take that apart instead.
    </p>
  </>
);

/** Why latents. */
export const WhyLatents = () => (
  <>
    <p>
      Why not denoise pixels? Most of their bits are texture, as page 4 measures. An autoencoder, trained first, deals
      with texture once: <Formula tex="z = E(x)" />, <Formula tex="x \approx D(z)" />. What is left for the diffusion
      model is what the image shows, on fewer numbers:
    </p>
    <Formula
      block
      tex="L = \E_{t, z_0, \epsilon, c} \\ \parallel \epsilon - \epsilon_\theta(z_t, t, \tau_\theta(c)) \parallel^2"
    />
    <p>
      <Formula tex="\tau_\theta(c)" /> are the states of the text encoder for the prompt <Formula tex="c" />. For
      512&nbsp;×&nbsp;512 pixels, Stable Diffusion’s latent has 4&nbsp;×&nbsp;64&nbsp;×&nbsp;64 numbers: 48 times fewer.
    </p>
  </>
);
