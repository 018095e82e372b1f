import { useStore } from "../../../state/store.ts";
import { Button } from "../../../ui/buttons.tsx";
import { ImageView } from "../../chart/ImageView.tsx";
import { Caption, Figure } from "../../figure/Figure.tsx";
import { imageStore } from "../../input/image-store.ts";
import { initialCurve } from "../../input/schedule.ts";
import { useSchedule } from "../../input/use-schedule.ts";
import { CurveEditor } from "./CurveEditor.tsx";
import { startWorker, useSchedules } from "./start.ts";

const at = [125, 250, 375, 500, 625, 750, 875];

function Drawn() {
  const { drawn, name, draw } = useSchedule();
  const { values } = useStore(imageStore);
  const { value: strips } = useSchedules("strips", { values, drawn, at });
  const images = strips?.find((strip) => strip.name === "drawn")?.images;
  return (
    <>
      <div className="drawn">
        <CurveEditor points={drawn} onChange={draw} />
        <div className="strip">
          {at.map((t, i) => (
            <ImageView key={t} values={images?.[i]} label={`The image at t = ${t} of the drawn schedule`}>
              t = {t}
            </ImageView>
          ))}
        </div>
      </div>
      <div className="figure-foot">
        <Caption>
          {name === "drawn"
            ? "Your schedule is in use, on pages 1 to 3 and 6."
            : "Drag the curve, or focus a point and press the arrow keys. Then pages 1 to 3 and 6 use it."}
        </Caption>
        <Button icon="reset" onPress={() => draw(initialCurve)}>
          Straight line
        </Button>
      </div>
    </>
  );
}

/** A schedule that the visitor draws. */
export const DrawnFigure = () => (
  <Figure id="drawn" title="Draw a schedule" worker={startWorker}>
    <Drawn />
  </Figure>
);
