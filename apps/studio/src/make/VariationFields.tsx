import { Input, Label, Text, TextField } from "react-aria-components";
import { drawSeed, type Settings } from "../settings/settings.ts";
import { changeSettings } from "../settings/settings-store.ts";
import { IconButton } from "../ui/buttons.tsx";
import { RangeField } from "../ui/fields.tsx";

/** A variation of the seed. */
export const VariationFields = ({
  variationStrength,
  variationSeed,
}: Pick<Settings, "variationStrength" | "variationSeed">) => (
  <>
    <RangeField
      label="Variation"
      help="How much noise of another seed is mixed in: 0.1 changes details, 1 is the other seed."
      value={variationStrength}
      min={0}
      max={1}
      step={0.05}
      onChange={(value) => changeSettings({ variationStrength: value })}
    />
    {variationStrength > 0 && (
      <TextField
        className="field sub-fields"
        value={variationSeed}
        inputMode="numeric"
        onChange={(text) => /^\d{1,20}$/.test(text) && changeSettings({ variationSeed: text })}
      >
        <Label className="field-label">Variation seed</Label>
        <div className="input-row">
          <Input className="text-input" />
          <IconButton
            label="New variation seed"
            icon="dice"
            onPress={() => changeSettings({ variationSeed: drawSeed() })}
          />
        </div>
        <Text slot="description" className="help">
          The seed whose noise is mixed in; of several images each takes the next.
        </Text>
      </TextField>
    )}
  </>
);
