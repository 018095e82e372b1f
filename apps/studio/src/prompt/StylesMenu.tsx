import { useState } from "react";
import {
  Button as AriaButton,
  Dialog,
  DialogTrigger,
  Heading,
  ListBox,
  ListBoxItem,
  Popover,
} from "react-aria-components";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { allStyles, stylesStore } from "../settings/styles-store.ts";
import { useStore } from "../state/store.ts";
import { Button } from "../ui/buttons.tsx";
import { ChoiceText } from "../ui/ChoiceText.tsx";
import { Icon } from "../ui/icons.tsx";
import { StylesWindow } from "./StylesWindow.tsx";

const StyleList = () => {
  const selection = useStore(settingsStore, (settings) => settings.styles);
  const styles = [...allStyles(useStore(stylesStore)).values()];
  return (
    <ListBox
      className="list"
      aria-label="Styles"
      items={styles.map((style) => ({ ...style, id: style.name }))}
      autoFocus="first"
      selectionMode="multiple"
      escapeKeyBehavior="none" // it closes the list, and what is chosen stays
      selectedKeys={selection}
      onSelectionChange={(keys) => {
        const names = keys === "all" ? styles.map(({ name }) => name) : Array.from(keys, String);
        const previous = selection.filter((name) => names.includes(name));
        changeSettings({ styles: [...previous, ...names.filter((name) => !previous.includes(name))].slice(0, 20) });
      }}
    >
      {({ name, prompt, negative }) => (
        <ListBoxItem textValue={name} className="list-item style-item">
          <ChoiceText label={name} note={prompt || `without: ${negative}`} />
          <Icon name="check" />
        </ListBoxItem>
      )}
    </ListBox>
  );
};

/** The styles of the prompt. */
export const StylesMenu = () => {
  const count = useStore(settingsStore, (settings) => settings.styles.length);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <DialogTrigger>
        <AriaButton className="chip">
          {count > 0 ? `Styles, ${count}` : "Styles"}
          <Icon name="chevron" />
        </AriaButton>
        <Popover className="popover styles-popover">
          <Dialog className="styles-dialog">
            {({ close }) => (
              <>
                <Heading slot="title" className="visually-hidden">
                  Styles
                </Heading>
                <StyleList />
                <div className="styles-foot">
                  <Button
                    look="quiet"
                    onPress={() => {
                      close();
                      setOpen(true);
                    }}
                  >
                    Edit and import
                  </Button>
                </div>
              </>
            )}
          </Dialog>
        </Popover>
      </DialogTrigger>
      <StylesWindow isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
};
