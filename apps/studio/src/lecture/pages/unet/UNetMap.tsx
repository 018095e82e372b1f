import type { UNetPart, UNetPartKind } from "@aquatint/lab/inspect";
import type { Image } from "aquatint/formats";
import { useMemo } from "react";
import { ToggleButton } from "react-aria-components";
import { PixelCanvas } from "../../../ui/PixelCanvas.tsx";
import { energyImage } from "./activation-images.ts";
import type { Activation } from "./jobs.ts";
import { type MapRow, mapRows, type Unit } from "./map-layout.ts";

const marks: Readonly<Record<UNetPartKind, string>> = {
  convolution: "conv",
  residual: "res",
  attention: "attn",
  motion: "motion",
  downsampler: "↓",
  upsampler: "↑",
};

/** What a kind of part is called. */
export const kindNames: Readonly<Record<UNetPartKind, string>> = {
  convolution: "convolution",
  residual: "residual block",
  attention: "attention",
  motion: "motion module",
  downsampler: "downsampler",
  upsampler: "upsampler",
};

interface MapProps {
  readonly activations: readonly Activation[];
  readonly selected: string;
  readonly onSelect: (path: string) => void;
}

interface PartProps extends Omit<MapProps, "activations"> {
  readonly part: UNetPart;
  readonly image: Image | undefined;
}

const Part = ({ part, image, selected, onSelect }: PartProps) => (
  <ToggleButton
    className="unet-part"
    aria-label={`${kindNames[part.kind]} ${part.path}, ${part.channels} channels of ${part.width} by ${part.height}`}
    isSelected={part.path === selected}
    onChange={() => onSelect(part.path)}
  >
    <span className="part-thumbnail">{image && <PixelCanvas image={image} label="" />}</span>
    <span aria-hidden="true">
      {marks[part.kind]} <small>{part.channels}</small>
    </span>
  </ToggleButton>
);

interface RowProps extends Omit<MapProps, "activations"> {
  readonly row: MapRow;
  readonly images: ReadonlyMap<string, Image>;
}

function Row({ row: { down, middle, up, size }, images, ...choice }: RowProps) {
  const parts = (unit: Unit | undefined) =>
    unit?.map((part) => <Part key={part.path} part={part} image={images.get(part.path)} {...choice} />);
  return (
    <div className="unet-row" data-level={size === undefined ? undefined : ""}>
      <div className="unet-unit">{parts(down)}</div>
      <div className={middle ? "unet-unit" : "unet-skip"} data-skip={down && up ? "" : undefined}>
        {size && <span className="unet-size">{size}</span>}
        {parts(middle)}
      </div>
      <div className="unet-unit">{parts(up)}</div>
    </div>
  );
}

/** The parts of a U-Net in their places, each with where it is active. */
export function UNetMap({ activations, ...choice }: MapProps) {
  const rows = useMemo(() => mapRows(activations.map(({ part }) => part)), [activations]);
  const images = useMemo(
    () => new Map(activations.map((activation) => [activation.part.path, energyImage(activation)])),
    [activations],
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div className="unet-map" role="group" aria-label="Parts of the U-Net">
      {activations.length > 0 &&
        rows.map((row, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
          <Row key={i} row={row} images={images} {...choice} />
        ))}
    </div>
  );
}
