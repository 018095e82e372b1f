import { useMemo } from "react";
import { useStore } from "../../../state/store.ts";
import { RangeField } from "../../../ui/fields.tsx";
import { PixelCanvas } from "../../../ui/PixelCanvas.tsx";
import { ImageView } from "../../chart/ImageView.tsx";
import { Caption, Figure, useFigureValue, useUnreadValue } from "../../figure/Figure.tsx";
import { Numbers, Reading, Readout } from "../../figure/numbers.tsx";
import { ImagePicker } from "../../input/ImagePicker.tsx";
import { imageStore } from "../../input/image-store.ts";
import { number, text } from "../../link/codecs.ts";
import { siteRoot } from "../../site-root.ts";
import { Formula } from "../../text/formula.tsx";
import { channelsImage } from "./activation-images.ts";
import type { Activation, LookState } from "./jobs.ts";
import { OPENING, startWorker, useUNet } from "./start.ts";
import { kindNames, UNetMap } from "./UNetMap.tsx";

const codecs = {
  t: number({ initial: 300, min: 1, max: 1000, step: 1 }),
  seed: number({ initial: 0, min: 0, max: 9999, step: 1 }),
  part: text({ initial: "conv_in", longest: 100 }),
};

/** Channels in a row of the picture of all. */
const columnsOf = (channels: number): number => Math.ceil(Math.sqrt(channels));

function Channels({ activation }: { readonly activation: Activation | undefined }) {
  const image = useMemo(
    () => activation && channelsImage(activation, columnsOf(activation.part.channels)),
    [activation],
  );
  const label = activation ? `The ${activation.part.channels} channels of ${activation.part.path}` : "";
  return <div className="channels">{image && <PixelCanvas image={image} label={label} />}</div>;
}

const describe = ({ part }: Activation, { t }: LookState): string =>
  `${part.path} is a ${kindNames[part.kind]} with ${part.parameters.toLocaleString("en")} parameters. At t = ${t} it gives ${part.channels} channels of ${part.width}\u00a0×\u00a0${part.height}; it reads ${part.inputs.length === 0 ? "the image" : part.inputs.join(" and ")}.`;

const LEGEND =
  "conv: convolution, res: residual block, attn: attention, ↓ and ↑: halved and doubled. The number is that of the channels. Light places are active ones.";

const Detail = ({ activation }: { readonly activation: Activation | undefined }) => (
  <div className="unet-detail">
    <Channels activation={activation} />
    <Readout>
      <Reading label="parameters" name="parameters" of={activation?.part.parameters ?? Number.NaN} digits={0} />
      <Reading label="mean" name="mean" of={activation?.mean ?? Number.NaN} />
      <Reading label="deviation" name="deviation" of={activation?.deviation ?? Number.NaN} />
    </Readout>
    <p className="help">{LEGEND}</p>
  </div>
);

const Ends = ({ state, t }: { readonly state: LookState | undefined; readonly t: number }) => (
  <div className="unet-ends">
    <ImageView values={state?.x} side={state?.side ?? 1} label={`xₜ at t = ${state?.t ?? t}`}>
      <Formula tex="x_t" />
    </ImageView>
    <ImageView values={state?.x0} side={state?.side ?? 1} label="The estimate of the image">
      <Formula tex="\hat x_0" />
    </ImageView>
  </div>
);

/** The part of the address, or the first one, with a note that the U-Net has no such part. */
function useActivation(activations: readonly Activation[], path: string): Activation | undefined {
  const activation = activations.find(({ part }) => part.path === path) ?? activations[0];
  const isUnknown = activation !== undefined && activation.part.path !== path;
  useUnreadValue("part", isUnknown ? activations.map(({ part }) => part.path) : undefined);
  return activation;
}

function Look() {
  const { values } = useStore(imageStore);
  const [t, setT] = useFigureValue("t", codecs.t);
  const [seed] = useFigureValue("seed", codecs.seed);
  const [path, setPath] = useFigureValue("part", codecs.part);
  const { value: state } = useUNet("look", { root: siteRoot.href, values, t, seed });
  const activations = state?.activations ?? none;
  const activation = useActivation(activations, path);
  return (
    <>
      <div className="controls">
        <ImagePicker />
        <RangeField
          label="t"
          help="How noisy the image is that it reads."
          value={t}
          min={1}
          max={1000}
          onChange={setT}
        />
      </div>
      <div className="unet">
        <UNetMap activations={activations} selected={activation?.part.path ?? ""} onSelect={setPath} />
        <div className="unet-side">
          <Ends state={state} t={t} />
          <Detail activation={activation} />
        </div>
      </div>
      <Caption>{state && activation ? describe(activation, state) : OPENING}</Caption>
      <Numbers
        caption="The parts in order, with the mean and the standard deviation of what they give"
        columns={["part", "parameters", "mean", "deviation"]}
        rows={activations.map(({ part, mean, deviation }) => ({
          label: part.path,
          values: [part.parameters, mean, deviation],
        }))}
      />
    </>
  );
}

const none: readonly Activation[] = [];

/** The U-Net as a map, with what each part makes of the image. */
export const MapFigure = () => (
  <Figure id="map" title="Inside a U-Net" worker={startWorker}>
    <Look />
  </Figure>
);
