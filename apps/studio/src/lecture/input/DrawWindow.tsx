import { useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Button } from "../../ui/buttons.tsx";
import { Window } from "../../ui/dialogs.tsx";
import { takeImage } from "./image-store.ts";
import { useBrush } from "./use-brush.ts";

const colors = {
  black: "#1b1e27",
  red: "#d1382c",
  orange: "#f29f2e",
  yellow: "#f7dd4e",
  green: "#3a9a52",
  blue: "#2f6fd0",
  purple: "#8751b5",
  white: "#ffffff",
} as const;
type ColorName = keyof typeof colors;

const SIDE = 320;

/** Draws an image with a brush. */
export function DrawWindow({ onClose }: { readonly onClose: () => void }) {
  const [color, setColor] = useState<ColorName>("red");
  const { attributes } = useBrush({ side: SIDE, ink: colors[color], ground: "#cfe3f5" });
  const finish = () => {
    if (attributes.ref.current) takeImage(attributes.ref.current, "a drawing");
    onClose();
  };
  return (
    <Window title="Draw an image" isOpen onClose={onClose}>
      <canvas {...attributes} />
      <ToggleButtonGroup
        className="swatches"
        aria-label="Color"
        disallowEmptySelection
        selectedKeys={[color]}
        onSelectionChange={(keys) => setColor([...keys][0] as ColorName)}
      >
        {Object.keys(colors).map((name) => (
          <ToggleButton key={name} id={name} className="swatch" aria-label={name}>
            <svg viewBox="0 0 20 20" aria-hidden="true">
              <circle cx="10" cy="10" r="9" fill={colors[name as ColorName]} />
            </svg>
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <Button look="primary" icon="check" onPress={finish}>
        Use the drawing
      </Button>
    </Window>
  );
}
