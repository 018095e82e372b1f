import type { Image } from "aquatint/formats";
import { useMemo } from "react";
import { RangeField } from "../../../ui/fields.tsx";
import { PixelCanvas } from "../../../ui/PixelCanvas.tsx";
import { Reading, Readout, Value } from "../../figure/numbers.tsx";
import { channelImages, statesImage, statisticsOf } from "./images.ts";
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

const Channel = ({
  image,
  c,
  step,
}: {
  readonly image: Image | undefined;
  readonly c: number;
  readonly step: number;
}) => (
  <div className="captioned">
    <div className="image-view">
      {image && <PixelCanvas image={image} label={`channel ${c + 1} after step ${step}`} />}
    </div>
    <div className="captioned-name">channel {c + 1}</div>
  </div>
);

/** The latent after a step. */
export function Latents({ state, step, onStep }: PanelProps) {
  const latents = state?.latents;
  const at = Math.min(step, Math.max(latents?.steps.length ?? 1, 1));
  const images = useMemo(() => (latents ? channelImages(latents, at - 1) : [undefined]), [latents, at]);
  const statistics = useMemo(() => statisticsOf(latents?.steps[at - 1]), [latents, at]);
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
          <Channel key={c} image={image} c={c} step={at} />
        ))}
      </div>
      <Readout>
        <Reading label="first number" name="first" of={statistics?.first ?? Number.NaN} />
        <Reading label="mean" name="mean" of={statistics?.mean ?? Number.NaN} />
        <Reading label="deviation" name="deviation" of={statistics?.deviation ?? Number.NaN} />
      </Readout>
    </>
  );
}

/** The decoder's image. */
export const Decoded = ({ state }: PanelProps) => (
  <div className="decoded">
    <div className="image-view">
      {state?.image && <PixelCanvas image={state.image} label="The image of the prompt" />}
    </div>
  </div>
);
