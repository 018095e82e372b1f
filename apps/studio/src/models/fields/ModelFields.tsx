import { useLimit } from "../../backend/backend.ts";
import { engineStore } from "../../engine/engine-store.ts";
import { stemOf } from "../../model-files/file-set.ts";
import { useStore } from "../../state/store.ts";
import { SelectField } from "../../ui/fields.tsx";
import { megabytes } from "../../ui/words.ts";
import { chooseOrSay, fitting, libraryStore } from "../library.ts";
import { sizeText } from "../names.ts";
import { OpenButtons } from "../OpenButtons.tsx";
import { switchModel } from "../receive-models.ts";
import { ControlField } from "./ControlField.tsx";
import { EmbeddingFields } from "./EmbeddingFields.tsx";
import { LoraFields } from "./LoraFields.tsx";

const DEFAULT = "default";

/** A size, which servers do not say. */
const sizeNote = (bytes: number): string | undefined => (bytes > 0 ? sizeText(bytes) : undefined);

const ModelSelect = () => {
  const limit = useLimit("files");
  const library = useStore(libraryStore);
  const models = fitting(library, "model");
  const engine = useStore(engineStore);
  const { isRemote } = library;
  const own = engine.status === "ready" && library.choice.model === undefined ? engine.info : undefined;
  return (
    <SelectField
      label="Model"
      help={
        isRemote
          ? `The model that draws. ${limit ?? ""}`
          : "The model that draws; drop a .safetensors file or the folder of one anywhere on the page."
      }
      value={library.choice.model ?? DEFAULT}
      isDisabled={library.isOpening}
      choices={[
        ...(isRemote
          ? []
          : [
              {
                id: DEFAULT,
                label: "Default model",
                note: own ? `of this page, ${megabytes(own.modelBytes)}` : "of this page",
              },
            ]),
        ...models.map(({ id, name, report }) => ({
          ...{ id, label: stemOf(name) },
          note: isRemote ? report.family : `${report.family ?? "unknown family"}, ${sizeText(report.bytes)}`,
        })),
      ]}
      onChange={(id) => void switchModel(id === DEFAULT ? undefined : id)}
    />
  );
};

const VaeSelect = () => {
  const library = useStore(libraryStore);
  const vaes = fitting(library, "vae");
  if (vaes.length === 0) return null;
  return (
    <SelectField
      label="Autoencoder (VAE)"
      help="Turns the model's latents into pixels; another one changes colors and small details."
      value={library.choice.vae ?? DEFAULT}
      isDisabled={library.isOpening}
      choices={[
        { id: DEFAULT, label: "The model's own" },
        ...vaes.map(({ id, name, report }) => ({ id, label: stemOf(name), note: sizeNote(report.bytes) })),
      ]}
      onChange={(id) => chooseOrSay((choice) => ({ ...choice, vae: id === DEFAULT ? undefined : id }))}
    />
  );
};

/** The model, and what stands beside it. */
export const ModelFields = () => {
  const isOpening = useStore(libraryStore, (library) => library.isOpening);
  const isRemote = useStore(libraryStore, (library) => library.isRemote);
  return (
    <section className="model-fields" aria-label="Model" data-opening={isOpening}>
      <ModelSelect />
      {!isRemote && <OpenButtons />}
      <LoraFields />
      <EmbeddingFields />
      <VaeSelect />
      <ControlField />
    </section>
  );
};
