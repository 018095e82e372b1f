import { Button, Tag, TagGroup, TagList } from "react-aria-components";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { allStyles, stylesStore } from "../settings/styles-store.ts";
import { useStore } from "../state/store.ts";
import { Icon } from "../ui/icons.tsx";

/** The chosen styles; one that is not there changes nothing and says so. */
export const StyleTags = () => {
  const selection = useStore(settingsStore, (settings) => settings.styles);
  const styles = allStyles(useStore(stylesStore));
  if (selection.length === 0) return null;
  return (
    <TagGroup
      aria-label="Styles of the prompt"
      onRemove={(keys) => changeSettings({ styles: selection.filter((name) => !keys.has(name)) })}
    >
      <TagList className="tags">
        {selection.map((name) => (
          <Tag key={name} id={name} textValue={name} className="tag">
            {styles.has(name) ? name : `${name} (not in this browser)`}
            <Button slot="remove" className="tag-remove">
              <Icon name="close" />
            </Button>
          </Tag>
        ))}
      </TagList>
    </TagGroup>
  );
};
