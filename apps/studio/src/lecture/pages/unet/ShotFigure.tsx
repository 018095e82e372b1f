import { useStore } from "../../../state/store.ts";
import { Button } from "../../../ui/buttons.tsx";
import { RangeField } from "../../../ui/fields.tsx";
import { ImageView } from "../../chart/ImageView.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { Reading, Readout } from "../../figure/numbers.tsx";
import { ImagePicker } from "../../input/ImagePicker.tsx";
import { imageStore } from "../../input/image-store.ts";
import { PromptField } from "../../input/PromptField.tsx";
import { number, text } from "../../link/codecs.ts";
import { siteRoot } from "../../site-root.ts";
import { Formula } from "../../text/formula.tsx";
import type { ShotState } from "./jobs.ts";
import { OPENING, startWorker, useUNet } from "./start.ts";

const codecs = {
  sigma: number({ initial: 0.75, min: 0.01, max: 20 }),
  prompt: text({ initial: "", longest: 300 }),
  seed: number({ initial: 0, min: 0, max: 9999, step: 1 }),
};

const describe = ({ psnr, t }: ShotState, sigma: number): string => {
  const gain = psnr.after - psnr.before;
  const change = gain >= 0 ? `gains ${gain.toFixed(1)} dB` : `loses ${(-gain).toFixed(1)} dB`;
  return `Noise with σ = ${sigma} is the network’s t = ${t.toFixed(0)}. One evaluation ${change}: ${psnr.before.toFixed(1)} dB before, ${psnr.after.toFixed(1)} dB after.`;
};

const Views = ({ state }: { readonly state: ShotState | undefined }) => (
  <div className="thirds">
    <ImageView values={state?.image} side={state?.side ?? 1} label="The image x_0">
      <Formula tex="x_0" />
    </ImageView>
    <ImageView values={state?.x} side={state?.side ?? 1} label="The image with noise">
      <Formula tex="x_0 + \sigma \epsilon" />
    </ImageView>
    <ImageView values={state?.x0} side={state?.side ?? 1} label="The estimate of the image">
      <Formula tex="\hat x_0" />
    </ImageView>
  </div>
);

function Shot() {
  const { values } = useStore(imageStore);
  const [sigma, setSigma] = useFigureValue("sigma", codecs.sigma);
  const [prompt, setPrompt] = useFigureValue("prompt", codecs.prompt);
  const [seed, setSeed] = useFigureValue("seed", codecs.seed);
  const { value: state } = useUNet("shot", { root: siteRoot.href, values, sigma, prompt, seed });
  const exponent = Math.round(100 * Math.log10(sigma)) / 100;
  return (
    <>
      <div className="controls">
        <RangeField
          label="log₁₀ σ"
          help={`σ = ${sigma.toPrecision(3)}, of an image from −1 to 1.`}
          value={exponent}
          min={-2}
          max={1.3}
          step={0.01}
          onChange={(next) => setSigma(Number((10 ** next).toPrecision(3)))}
        />
        <PromptField label="What the image shows" prompt={prompt} onChange={setPrompt} />
      </div>
      <Views state={state} />
      <Readout>
        <Reading label="σ" name="sigma" of={sigma} />
        <Reading label="t" name="t" of={state?.t ?? Number.NaN} digits={1} />
        <Reading label="PSNR before, in dB" name="before" of={state?.psnr.before ?? Number.NaN} digits={2} />
        <Reading label="PSNR after, in dB" name="after" of={state?.psnr.after ?? Number.NaN} digits={2} />
      </Readout>
      <Caption>{state ? describe(state, sigma) : OPENING}</Caption>
      <div className="figure-foot">
        <ImagePicker />
        <Button icon="dice" onPress={() => setSeed((seed + 1) % 10000)}>
          Other noise
        </Button>
      </div>
    </>
  );
}

/** One evaluation of the network at any noise level. */
export const ShotFigure = () => (
  <Figure id="shot" title="Denoise in one shot" worker={startWorker}>
    <Shot />
  </Figure>
);
