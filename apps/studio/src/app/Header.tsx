import { Tab, TabList } from "react-aria-components";
import { type View, views } from "../state/view-store.ts";
import { IconButton } from "../ui/buttons.tsx";
import { ThemeMenu } from "../ui/ThemeMenu.tsx";
import { Status } from "./Status.tsx";

const titles: Readonly<Record<View, string>> = { make: "Make", gallery: "Gallery", grid: "Grid", compare: "Compare" };

/** The bar over every view. */
export const Header = ({ onShortcuts }: { readonly onShortcuts: () => void }) => (
  <header className="bar">
    <h1 className="wordmark">
      <span className="mark" aria-hidden="true" />
      Aquatint
    </h1>
    <TabList className="tabs" aria-label="Views">
      {views.map((view) => (
        <Tab key={view} id={view} className="tab">
          {titles[view]}
        </Tab>
      ))}
    </TabList>
    <div className="bar-end">
      <Status />
      <a className="bar-link" href="lecture/">
        Lecture
      </a>
      <ThemeMenu />
      <IconButton label="Keyboard shortcuts" icon="keyboard" shortcut="?" onPress={onShortcuts} />
    </div>
  </header>
);
