import type { ReactNode } from "react";
import {
  Button as AriaButton,
  type ButtonProps,
  ToggleButton,
  type ToggleButtonProps,
  Tooltip,
  TooltipTrigger,
} from "react-aria-components";
import { Icon, type IconName } from "./icons.tsx";

interface Look {
  /** "primary" once a view; "quiet" has no border until it is pointed at. */
  readonly look?: "primary" | "plain" | "quiet";
  readonly icon?: IconName;
}

/** A button of the page. */
export const Button = ({
  look = "plain",
  icon,
  children,
  ...props
}: Omit<ButtonProps, "children"> & Look & { readonly children?: ReactNode }) => (
  <AriaButton className="button" data-look={look} {...props}>
    {icon && <Icon name={icon} />}
    {children}
  </AriaButton>
);

interface Named {
  /** Its name for a screen reader and the tooltip. */
  readonly label: string;
  readonly icon: IconName;
  /** Key of its shortcut. */
  readonly shortcut?: string | undefined;
}

const Tip = ({ label, shortcut }: Pick<Named, "label" | "shortcut">) => (
  <Tooltip className="tooltip" offset={6}>
    {label}
    {shortcut && <kbd>{shortcut}</kbd>}
  </Tooltip>
);

/** A button that is an icon, with its name as a tooltip. */
export const IconButton = ({ label, icon, shortcut, ...props }: Omit<ButtonProps, "children"> & Named) => (
  <TooltipTrigger delay={400}>
    <AriaButton className="icon-button" aria-label={label} {...props}>
      <Icon name={icon} />
    </AriaButton>
    <Tip label={label} shortcut={shortcut} />
  </TooltipTrigger>
);

/** An icon that is on or off. */
export const IconToggle = ({
  label,
  icon,
  shortcut,
  filled = false,
  ...props
}: Omit<ToggleButtonProps, "children"> & Named & { readonly filled?: boolean }) => (
  <TooltipTrigger delay={400}>
    <ToggleButton className="icon-button" aria-label={label} {...props}>
      {({ isSelected }) => <Icon name={icon} filled={filled && isSelected} />}
    </ToggleButton>
    <Tip label={label} shortcut={shortcut} />
  </TooltipTrigger>
);
