import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from "react-aria-components";
import type { Settings } from "../settings/settings.ts";
import { changeSettings } from "../settings/settings-store.ts";
import { RangeField, SelectField } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";

const syntaxes = [
  { id: "plain", label: "Plain text", note: "brackets and colons mean themselves" },
  { id: "a1111", label: "AUTOMATIC1111", note: "(word:1.2), [from:to:when], BREAK, AND" },
];
const generators = [
  { id: "torch-cpu", label: "PyTorch on a processor" },
  { id: "cuda-philox", label: "PyTorch on an NVIDIA card" },
];

const ReadingFields = ({ promptSyntax, rng }: Pick<Settings, "promptSyntax" | "rng">) => (
  <>
    <SelectField
      label="Prompt syntax"
      help="How signs in the prompt are read; AUTOMATIC1111's gives words weights and has no limit of length."
      value={promptSyntax}
      choices={syntaxes}
      onChange={(id) => changeSettings({ promptSyntax: id === "a1111" ? "a1111" : "plain" })}
    />
    <SelectField
      label="Random numbers"
      help="Whose noise a seed means, so that images of other programs come again."
      value={rng}
      choices={generators}
      onChange={(id) => changeSettings({ rng: id === "cuda-philox" ? "cuda-philox" : "torch-cpu" })}
    />
  </>
);

/** Settings that few need, folded away. */
export const MoreFields = ({ promptSyntax, rng, clipSkip, guidanceRescale }: Settings) => (
  <Disclosure className="more">
    <Heading level={2}>
      <AriaButton slot="trigger" className="more-button">
        <Icon name="chevron" />
        More
      </AriaButton>
    </Heading>
    <DisclosurePanel className="more-panel">
      <ReadingFields promptSyntax={promptSyntax} rng={rng} />
      <RangeField
        label="Clip skip"
        help="Last layers of the text encoder that are left out; some models were trained with 1."
        value={clipSkip}
        min={0}
        max={4}
        onChange={(value) => changeSettings({ clipSkip: value })}
      />
      <RangeField
        label="Guidance rescale"
        help="Takes back contrast that strong guidance adds; 0 is off."
        value={guidanceRescale}
        min={0}
        max={1}
        step={0.05}
        onChange={(value) => changeSettings({ guidanceRescale: value })}
      />
    </DisclosurePanel>
  </Disclosure>
);
