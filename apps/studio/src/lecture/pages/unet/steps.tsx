import { Formula } from "../../text/formula.tsx";
import { Term } from "../../text/Term.tsx";
import { AttentionFigure } from "./AttentionFigure.tsx";
import { MapFigure } from "./MapFigure.tsx";
import { ShotFigure } from "./ShotFigure.tsx";

/** One evaluation. */
export const OneShot = () => (
  <>
    <p>
      What does the network do? It gets an image with noise, <Formula tex="x_0 + \sigma \epsilon" />, and says what the
      image was. The one of this figure is the smaller default model, for images of 32&nbsp;×&nbsp;32 pixels. Add noise
      to yours and let the network take it away, in one evaluation. <Term of="PSNR" /> says how close each is to the
      image.
    </p>
    <ShotFigure />
    <p>
      With little noise, most of the image can be read from its input. With much noise, the best estimate is an average
      of all images that it could have been, so it is blurred. Say what the image shows, and it is less so.
    </p>
  </>
);

/** The parts. */
export const Inside = () => (
  <>
    <p>
      The <Term of="U-Net" /> halves the size of the image on its way down, so that each place sees more of it, and
      doubles it again on its way up. Lines across are <Term of="skip connection">skip connections</Term>: details that
      are lost on the way down are handed over. Choose a part to see all its <Term of="channel">channels</Term>. The map
      is read from the network that runs here, on your image.
    </p>
    <MapFigure />
    <p>
      Near the ends, channels show edges and colors on many places. At the bottom they say what is there on few. Move{" "}
      <Formula tex="t" /> to see which parts follow the noise and which the image.
    </p>
  </>
);

/** Words. */
export const Words = () => (
  <>
    <p>
      How do words reach the image? By <Term of="cross-attention" />. Each place makes a query <Formula tex="q" /> and
      each <Term of="token" /> a key <Formula tex="k" />. Where they fit, the place takes over the token’s value:
    </p>
    <Formula block tex="a = \text{softmax}(\frac{q k^T}{\sqrt{d}})" />
    <p>
      Here are the weights <Formula tex="a" /> of the default model while it draws: the image is light where a word has
      most weight.
    </p>
    <AttentionFigure />
    <p>
      Maps are coarse, since this model reads words on 8&nbsp;×&nbsp;8 places at most. Small words light up places, too:
      a token’s state also holds the words before it.
    </p>
  </>
);
