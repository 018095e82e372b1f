import { samplerChoices, spacingChoices } from "../settings/samplers.ts";
import type { Settings } from "../settings/settings.ts";
import { changeSettings } from "../settings/settings-store.ts";
import { type Choice, SelectField } from "../ui/fields.tsx";

const OWN = "own";
const samplerItems = [
  { id: OWN, label: "The model's own", note: "DPM++ 2M SDE for the default model" },
  ...samplerChoices(),
];
const spacingItems = [
  { id: OWN, label: "The sampler's own" },
  ...spacingChoices().map((word) => ({ id: word, label: word })),
];
const idOrNull = (id: string) => (id === OWN ? null : id);

/** A list with what is chosen, where an image brought a spacing that the list has under no word. */
const withCurrent = (items: readonly Choice[], id: string | null): readonly Choice[] =>
  id === null || items.some((item) => item.id === id) ? items : [...items, { id, label: id }];

/** The sampler and its spacing. */
export const SamplerFields = ({ sampler, spacing }: Pick<Settings, "sampler" | "spacing">) => (
  <>
    <SelectField
      label="Sampler"
      help="The way from noise to image; each has a look of its own at few steps."
      value={sampler ?? OWN}
      choices={samplerItems}
      onChange={(id) => changeSettings({ sampler: idOrNull(id), ...(id === OWN && { spacing: null }) })}
    />
    <SelectField
      label="Spacing"
      help="Where the steps lie between noise and image; it goes with a sampler that you chose."
      value={spacing ?? OWN}
      choices={withCurrent(spacingItems, spacing)}
      isDisabled={sampler === null}
      onChange={(id) => changeSettings({ spacing: idOrNull(id) })}
    />
  </>
);
