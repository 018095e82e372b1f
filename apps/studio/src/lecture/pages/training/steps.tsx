import { Formula } from "../../text/formula.tsx";
import { Term } from "../../text/Term.tsx";
import { SampleFigure } from "./SampleFigure.tsx";
import { TrainFigure } from "./TrainFigure.tsx";

/** Algorithm 1, as it runs. */
export const Training = () => (
  <>
    <p>
      Training repeats one small task. Take an image <Formula tex="x_0" />, a <Term of="time step">time</Term>{" "}
      <Formula tex="t" /> and <Term of="noise">noise</Term> <Formula tex="\epsilon" />, mix them, and ask the network
      what was mixed. Ho et al. ask for the noise. This model is asked for
    </p>
    <Formula block tex="v = \sqrt{\bar\alpha_t} \, \epsilon - \sqrt{1 - \bar\alpha_t} \, x_0" />
    <p>
      With little noise that is the noise, and with much noise the negative of the image. So what an image shows counts
      at every time, and digits follow their captions after half as many steps as with the noise. Then the network’s
      weights change a little, so that the squared error falls. A step takes 16 images: digits of 16&nbsp;×&nbsp;16
      pixels, or drawings of 32&nbsp;×&nbsp;32.
    </p>
    <TrainFigure />
    <p>
      The digits are drawn by this page, each in another hand. Beside each line is what the library computes it with.
      The next <Term of="batch" /> is drawn while a step is computed. The marked lines are those that the worker is at:
      the gradient step takes nearly all of the time. The run is saved every half minute and when it is paused. It stays
      in this browser until you start anew. Closing the tab loses what came after the last <Term of="checkpoint" />.
    </p>
  </>
);

/** Algorithm 2, with the visitor's model. */
export const Sampling = () => (
  <>
    <p>
      The model of the newest checkpoint draws with <Term of="DDPM" />. Each step takes the estimate of the image from
      what the network says,
    </p>
    <Formula block tex="\hat x_0 = \sqrt{\bar\alpha_t} \, x_t - \sqrt{1 - \bar\alpha_t} \, v_\theta(x_t, t)" />
    <p>
      goes one step of the <Term of="reverse process">reverse process</Term> as on page 3, and adds fresh noise{" "}
      <Formula tex="\sigma_t z" />. Captions work by <Term of="guidance">guidance</Term>, for one caption in ten was
      left out in training.
    </p>
    <SampleFigure />
  </>
);

/** The model's folder. */
export const TakeAway = () => (
  <>
    <p>
      “Export” saves the run as a zip archive.{" "}
      <code>
        aquatint generate "a three" <span className="unbroken">--model lecture-run/model</span>
      </code>{" "}
      draws with it on your machine. No pipeline of diffusers draws pixels from captions of CLIP, so Python opens the
      parts by their classes: <code>UNet2DConditionModel</code> and <code>DDPMScheduler</code> of diffusers,{" "}
      <code>CLIPTextModel</code> and <code>CLIPTokenizer</code> of transformers, each with <code>from_pretrained</code>{" "}
      and the name of its subfolder.
    </p>
  </>
);
