import { Formula } from "../../text/formula.tsx";
import { Term } from "../../text/Term.tsx";
import { AttentionFigure } from "./AttentionFigure.tsx";
import { ClipFigure } from "./ClipFigure.tsx";

/** With modules and without. */
export const Clips = () => (
  <>
    <p>
      A clip is images in a row. Denoise each for itself, and each becomes another image of the prompt: nothing tells
      the frames of each other. <Term of="motion module">Motion modules</Term> do. They stand between the layers of a
      model of images, whose own weights stay as they are, and mix each place of a frame with the same place of all
      others. Here are both, on the same noise. Step through the frames:
    </p>
    <ClipFigure />
    <p>
      Without the modules, frames differ as any two images do. With modules that were trained on clips, what is in one
      frame is in the next, a little further on its way.
    </p>
  </>
);

/** Attention over time. */
export const Attention = () => (
  <>
    <p>
      A module takes the states <Formula tex="h_1, …, h_F" /> of one place in the <Formula tex="F" /> frames, adds to
      each the waves of its position in time, and lets <Term of="attention" /> mix them:
    </p>
    <Formula
      block
      tex="h_i \to h_i + \sum_j a_{i j} v_j, \\ a_{i j} = \text{softmax}_j(\frac{q_i \cdot k_j}{\sqrt{d}})"
    />
    <p>
      Choose a place to see its weights <Formula tex="a_{i j}" />. Light squares near the diagonal are frames that look
      at their neighbors. Light columns are frames that all others look at.
    </p>
    <AttentionFigure />
    <p>
      Places do not look at other places here: that is left to the layers of the image model. A thing that moves is
      followed by both in turn.
    </p>
  </>
);
