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
      for the noise. Then change its weights a little, so that the squared error falls. Here 16 images make a step.
    </p>
    <TrainFigure />
    <p>
      The digits are drawn by this page, each in another hand. On the right of each line is what the library computes it
      with. The next batch is drawn while a step is computed. The marked lines are those that the worker is at: the
      gradient step takes nearly all of the time. The run is saved every half minute and when it is paused. It stays in
      this browser until you start anew. Closing the tab loses what came after the last checkpoint.
    </p>
  </>
);

/** Algorithm 2, with the visitor's model. */
export const Sampling = () => (
  <>
    <p>
      The model of the newest checkpoint draws with <Term of="DDPM" />: each step takes the estimate of the noise, goes
      one step of the <Term of="reverse process">reverse process</Term>, and adds fresh noise{" "}
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
      “Export” saves the run as a zip archive. <code>aquatint generate "a three" --model lecture-run/model</code> draws
      with it on your machine. No pipeline of diffusers draws pixels from captions of CLIP, so Python opens the parts by
      their classes: <code>UNet2DConditionModel</code> and <code>DDPMScheduler</code> of diffusers,{" "}
      <code>CLIPTextModel</code> and <code>CLIPTokenizer</code> of transformers, each with <code>from_pretrained</code>{" "}
      and the name of its subfolder.
    </p>
  </>
);
