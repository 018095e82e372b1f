import { useMemo } from "react";
import { RangeField } from "../../../ui/fields.tsx";
import { PixelCanvas } from "../../../ui/PixelCanvas.tsx";
import { Picture } from "../../chart/ImageView.tsx";
import { Reading, Readout, Value } from "../../figure/numbers.tsx";
import { statisticsOf } from "../../figure/statistics.ts";
import { channelImages, statesImage } from "./images.ts";
import type { MakeState } from "./jobs.ts";

interface PanelProps {
  readonly state: MakeState | undefined;
  readonly step: number;
  readonly onStep: (step: number) => void;
}

/** The prompt as numbers. */
export const Tokens = ({ state }: PanelProps) => (
  <ol className="tokens" aria-label="Tokens of the prompt">
    {state?.tokens.map(({ id, text }, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
      <li key={i}>
        <span>{text}</span>
        <Value name={`token ${i}`} of={id} digits={0} />
      </li>
    ))}
  </ol>
);

/** What the text encoder says of each token. */
export function TextStatesView({ state }: PanelProps) {
  const states = state?.text;
  const image = useMemo(() => states && statesImage(states), [states]);
  const label = states ? `The states of ${states.tokens} tokens, ${states.width} numbers each` : "";
  return <div className="text-states">{image && <PixelCanvas image={image} label={label} />}</div>;
}

/** The latent after a step. */
export function Latents({ state, step, onStep }: PanelProps) {
  const latents = state?.latents;
  const at = Math.min(step, Math.max(latents?.steps.length ?? 1, 1));
  const images = useMemo(() => (latents ? channelImages(latents, at - 1) : [undefined]), [latents, at]);
  const latent = latents?.steps[at - 1];
  const { mean, deviation } = useMemo(() => statisticsOf(latent ? [latent] : []), [latent]);
  return (
    <>
      <RangeField
        label="Step"
        help="The latent after so many steps, channel by channel, from −3 to 3."
        value={at}
        min={1}
        max={state?.n ?? 20}
        onChange={onStep}
      />
      <div className="latent-channels">
        {images.map((image, c) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a channel is its place
          <Picture key={c} image={image} label={`channel ${c + 1} after step ${at}`}>
            channel {c + 1}
          </Picture>
        ))}
      </div>
      <Readout>
        <Reading label="first number" name="first" of={latent?.[0] ?? Number.NaN} />
        <Reading label="mean" name="mean" of={mean} />
        <Reading label="deviation" name="deviation" of={deviation} />
      </Readout>
    </>
  );
}

/** The decoder's image. */
export const Decoded = ({ state }: PanelProps) => (
  <div className="decoded">
    <Picture image={state?.image} label="The image of the prompt" />
  </div>
);
