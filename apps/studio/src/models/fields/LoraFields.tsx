import { stemOf } from "../../model-files/file-set.ts";
import { useStore } from "../../state/store.ts";
import { Button } from "../../ui/buttons.tsx";
import { RangeField, SelectField } from "../../ui/fields.tsx";
import { chooseOrSay, fitting, type LibraryItem, libraryStore } from "../library.ts";
import { Words } from "./Words.tsx";

const setScale = (id: string, scale: number): void =>
  chooseOrSay((choice) => ({ ...choice, loras: { ...choice.loras, [id]: scale } }));

const leaveOut = (id: string): void =>
  chooseOrSay((choice) => {
    const { [id]: _, ...loras } = choice.loras;
    return { ...choice, loras };
  });

interface LoraFieldProps {
  readonly item: LibraryItem;
  readonly scale: number;
  /** Takes it off the page. */
  readonly onRemove?: (() => void) | undefined;
}

const LoraField = ({ item, scale, onRemove }: LoraFieldProps) => (
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
    {onRemove && (
      <Button look="quiet" icon="close" onPress={onRemove}>
        Draw without {stemOf(item.name)}
      </Button>
    )}
    <Words words={item.report.words} />
  </div>
);

/** The LoRAs of a server, which may be hundreds: those in use, and a list to add one. */
const ServerLoras = ({ loras }: { readonly loras: readonly LibraryItem[] }) => {
  const scales = useStore(libraryStore, ({ choice }) => choice.loras);
  const rest = loras.filter(({ id }) => !(id in scales));
  return (
    <>
      {loras
        .filter(({ id }) => id in scales)
        .map((item) => (
          <LoraField key={item.id} item={item} scale={scales[item.id] ?? 0} onRemove={() => leaveOut(item.id)} />
        ))}
      {rest.length > 0 && (
        <SelectField
          label="Add a LoRA"
          help="Those of the server that fit the model."
          value=""
          placeholder="None chosen"
          choices={rest.map(({ id }) => ({ id, label: id }))}
          onChange={(id) => setScale(id, 1)}
        />
      )}
    </>
  );
};

/** The LoRAs that fit the model, each with its strength. */
export const LoraFields = () => {
  const library = useStore(libraryStore);
  const loras = fitting(library, "lora");
  if (loras.length === 0) return null;
  return (
    <div className="companions">
      <h3 className="field-label">LoRAs</h3>
      {library.isRemote ? (
        <ServerLoras loras={loras} />
      ) : (
        loras.map((item) => <LoraField key={item.id} item={item} scale={library.choice.loras[item.id] ?? 0} />)
      )}
    </div>
  );
};
