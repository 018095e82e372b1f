import { stemOf } from "../model-files/file-set.ts";
import { useStore } from "../state/store.ts";
import { RangeField } from "../ui/fields.tsx";
import { choose, fitting, type LibraryItem, libraryStore } from "./library.ts";
import { Words } from "./Words.tsx";

const setScale = (id: string, scale: number): void =>
  void choose((choice) => ({ ...choice, loras: { ...choice.loras, [id]: scale } }));

const LoraField = ({ item, scale }: { readonly item: LibraryItem; readonly scale: number }) => (
  <div className="companion">
    <RangeField
      label={stemOf(item.name)}
      help={
        scale === 0
          ? "Off; move the slider to draw with it."
          : `Strength: 0 is off, 1 what it was trained for. In the prompt: <lora:${stemOf(item.name)}:${scale}>`
      }
      value={scale}
      min={-1}
      max={2}
      step={0.05}
      onChange={(value) => setScale(item.id, value)}
    />
    <Words words={item.report.words} />
  </div>
);

/** The LoRAs that fit the model, each with its strength. */
export const LoraFields = () => {
  const library = useStore(libraryStore);
  const loras = fitting(library, "lora");
  if (loras.length === 0) return null;
  return (
    <div className="companions">
      <h3 className="field-label">LoRAs</h3>
      {loras.map((item) => (
        <LoraField key={item.id} item={item} scale={library.choice.loras[item.id] ?? 0} />
      ))}
    </div>
  );
};
