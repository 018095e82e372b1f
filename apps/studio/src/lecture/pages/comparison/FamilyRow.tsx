import type { ReactNode } from "react";
import { ImageView } from "../../chart/ImageView.tsx";
import { type FamilyName, families, SIDE } from "./families.ts";

interface FamilyRowProps {
  readonly name: FamilyName;
  /** Below the model's title. */
  readonly note: ReactNode;
  /** As many images as there is place for; missing ones keep theirs. */
  readonly images: readonly (Float32Array | undefined)[];
  /** The text alternative of an image. */
  readonly label: (i: number) => string;
}

/** Images of one model in a row. */
export const FamilyRow = ({ name, note, images, label }: FamilyRowProps) => (
  <section className="family-row" aria-label={families[name].title}>
    <div className="family-name">
      <strong>{families[name].title}</strong>
      <span className="help">{note}</span>
    </div>
    <div className="family-images">
      {images.map((values, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an image is its place
        <ImageView key={i} values={values} side={SIDE} label={label(i)} />
      ))}
    </div>
  </section>
);
