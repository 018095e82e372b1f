import { type CSSProperties, useState } from "react";
import { Input, Label, Text, TextField } from "react-aria-components";
import { GalleryPhoto } from "../gallery/GalleryPhoto.tsx";
import type { GalleryImage } from "../gallery/gallery-store.ts";
import { ProgressLine } from "../make/ProgressLine.tsx";
import { queueStore } from "../make/queue.ts";
import { settingsStore } from "../settings/settings-store.ts";
import { useStore } from "../state/store.ts";
import { changeView } from "../state/view-store.ts";
import { Button } from "../ui/buttons.tsx";
import { download } from "../ui/download.ts";
import { SelectField } from "../ui/fields.tsx";
import { type AxisValues, axes, axisProblem, gridProblem } from "./axes.ts";
import { gridPng } from "./grid-png.ts";
import { drawGrid, gridStore, MAX_CELLS } from "./grid-store.ts";

interface AxisDraft {
  readonly id: string;
  readonly text: string;
}

const axisOf = (id: string) => axes.find((axis) => axis.id === id) ?? axes[0];
const valuesOfDraft = ({ id, text }: AxisDraft): AxisValues | undefined => {
  const axis = axisOf(id);
  return axis && { axis, values: axis.read(text) };
};

interface AxisFieldsProps {
  readonly label: string;
  readonly draft: AxisDraft;
  readonly onChange: (draft: AxisDraft) => void;
  readonly problem: string | undefined;
}

const AxisFields = ({ label, draft, onChange, problem }: AxisFieldsProps) => (
  <div className="axis">
    <SelectField
      label={label}
      help="The setting that changes along this side."
      value={draft.id}
      choices={axes}
      onChange={(id) => onChange({ id, text: axisOf(id)?.example ?? "" })}
    />
    <TextField
      className="field"
      value={draft.text}
      onChange={(text) => onChange({ ...draft, text })}
      isInvalid={problem !== undefined}
    >
      <Label className="field-label">Values of {label.toLowerCase()}</Label>
      <Input className="text-input" />
      <Text slot="description" className="help" data-problem={problem !== undefined || undefined}>
        {problem ?? axisOf(draft.id)?.help}
      </Text>
    </TextField>
  </div>
);

const GridTable = () => {
  const { x, y, cells } = useStore(gridStore);
  if (!x || !y) return <p className="gallery-empty">A grid draws every pair of two lists of values on one seed.</p>;
  return (
    <div className="grid-scroll">
      <table className="grid-table" style={{ "--columns": x.values.length } as CSSProperties}>
        <thead>
          <tr>
            <th scope="col">
              {y.axis.label} \ {x.axis.label}
            </th>
            {x.values.map((value) => (
              <th key={value} scope="col">
                {value}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {y.values.map((row, j) => (
            <tr key={row}>
              <th scope="row">{row}</th>
              {x.values.map((column, i) => (
                <td key={column}>
                  <GridCell image={cells.get(`${i},${j}`)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

const GridCell = ({ image }: { readonly image: GalleryImage | undefined }) =>
  image ? (
    <button type="button" className="grid-cell" onClick={() => changeView({ view: "make", selected: image.id })}>
      <GalleryPhoto image={image} className="pixels" alt={`${image.recipe.prompt}, seed ${image.recipe.seed}`} />
    </button>
  ) : (
    <span className="grid-cell" />
  );

/** The view that draws grids of two settings. */
export const GridView = () => {
  const settings = useStore(settingsStore);
  const isBusy = useStore(queueStore, (state) => state.current !== undefined);
  const grid = useStore(gridStore);
  const [xDraft, setX] = useState<AxisDraft>({ id: "guidance", text: "1, 4, 8" });
  const [yDraft, setY] = useState<AxisDraft>({ id: "steps", text: "4, 8, 20" });
  const [x, y] = [valuesOfDraft(xDraft), valuesOfDraft(yDraft)];
  if (!x || !y) return null;
  const problems = [axisProblem(x, settings), axisProblem(y, settings)] as const;
  const count = x.values.length * y.values.length;
  const gridFault = gridProblem(x, y) ?? (count > MAX_CELLS ? `At most ${MAX_CELLS} images.` : undefined);
  return (
    <section className="grid-view" aria-label="Grid">
      <div className="axes">
        <AxisFields label="Columns" draft={xDraft} onChange={setX} problem={problems[0]} />
        <AxisFields label="Rows" draft={yDraft} onChange={setY} problem={problems[1]} />
        <div className="axes-actions">
          <Button
            look="primary"
            isDisabled={problems.some(Boolean) || gridFault !== undefined || isBusy}
            onPress={() => drawGrid(x, y)}
          >
            Draw {count} images
          </Button>
          {grid.cells.size > 0 && (
            <Button icon="download" onPress={async () => saveGrid(await gridPng(grid))}>
              PNG
            </Button>
          )}
          <p className="help" data-problem={gridFault !== undefined || undefined}>
            {gridFault ?? `With the settings of Make, on seed ${settings.seed}.`}
          </p>
        </div>
      </div>
      {isBusy && <ProgressLine />}
      <GridTable />
    </section>
  );
};

function saveGrid(png: Blob | undefined): void {
  if (png) download(png, "grid.png");
}
