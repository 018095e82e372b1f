import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { readLocal, writeLocal } from "../state/local.ts";
import { createStore, useStore } from "../state/store.ts";
import { IconButton } from "./buttons.tsx";

const themes = { system: "As the system", light: "Light", dark: "Dark" } as const;
type Theme = keyof typeof themes;
const KEY = "aquatint-theme";

const isTheme = (text: string | null): text is Theme => text !== null && Object.hasOwn(themes, text);
const stored = (): Theme => {
  const text = readLocal(KEY);
  return isTheme(text) ? text : "system";
};

const themeStore = createStore<Theme>("system");

/** Colors the page as the visitor chose. */
export function applyTheme(theme: Theme = stored()): void {
  themeStore.set(theme);
  writeLocal(KEY, theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** The choice of light or dark. */
export const ThemeMenu = () => {
  const theme = useStore(themeStore);
  return (
    <MenuTrigger>
      <IconButton label="Appearance" icon="sun" />
      <Popover className="popover" placement="bottom end">
        <Menu
          className="list"
          selectionMode="single"
          selectedKeys={[theme]}
          onAction={(key) => isTheme(String(key)) && applyTheme(String(key) as Theme)}
        >
          {Object.entries(themes).map(([id, label]) => (
            <MenuItem key={id} id={id} className="list-item">
              {label}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
};
