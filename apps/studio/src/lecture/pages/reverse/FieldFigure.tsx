import { RangeField } from "../../../ui/fields.tsx";
import { arrowPath, Plane, type PlanePoint } from "../../chart/Plane.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { numberText, Reading, Readout } from "../../figure/numbers.tsx";
import { ScheduleField } from "../../input/ScheduleField.tsx";
import { useSchedule } from "../../input/use-schedule.ts";
import { choice, number } from "../../link/codecs.ts";
import { ChoiceField } from "../../ui/ChoiceField.tsx";
import type { Field } from "./jobs.ts";
import { startWorker, timeCodecs, useReverse } from "./start.ts";

const codecs = {
  ...timeCodecs,
  x: number({ initial: 1.2, min: -3, max: 3 }),
  y: number({ initial: -1.4, min: -3, max: 3 }),
  show: choice({ initial: "x0", among: ["x0", "eps", "score"] }),
};

function useField() {
  const { name, drawn } = useSchedule();
  const [t, setT] = useFigureValue("t", codecs.t);
  const [stride] = useFigureValue("stride", codecs.stride);
  const [x, setX] = useFigureValue("x", codecs.x);
  const [y, setY] = useFigureValue("y", codecs.y);
  const [show, setShow] = useFigureValue("show", codecs.show);
  const { value } = useReverse("field", { name, drawn, t, stride, x, y, show });
  return { t, setT, stride, x, setX, y, setY, show, setShow, value };
}

/** Rows of flat numbers. */
function* rowsOf(values: ArrayLike<number>, size: number): Generator<readonly number[]> {
  for (let at = 0; at < values.length; at += size) yield Array.from({ length: size }, (_, i) => values[at + i] ?? 0);
}

const Drawing = ({ value, from }: { readonly value: Field; readonly from: PlanePoint }) => (
  <>
    {[...rowsOf(value.draws, 2)].map(([x = 0, y = 0]) => (
      <circle key={`${x} ${y}`} className="plane-draw" cx={x} cy={y} r={0.025} />
    ))}
    <path
      className="plane-arrows"
      d={[...rowsOf(value.arrows, 4)].map(([x = 0, y = 0, dx = 0, dy = 0]) => arrowPath([x, y], [dx, dy])).join("")}
    />
    <path className="plane-step" d={arrowPath(from, [value.x0[0] - from[0], value.x0[1] - from[1]])} />
    <circle className="plane-spread" cx={value.mean[0]} cy={value.mean[1]} r={value.deviation} />
    <circle className="plane-estimate" cx={value.x0[0]} cy={value.x0[1]} r={0.09} />
    <circle className="plane-point" cx={from[0]} cy={from[1]} r={0.11} />
  </>
);

const Numbers = ({ value }: { readonly value: Field | undefined }) => (
  <Readout>
    {(["x0", "eps", "score", "mean"] as const).flatMap((name) =>
      [0, 1].map((axis) => (
        <Reading
          key={`${name} ${axis}`}
          label={`${{ x0: "E[x₀]", eps: "E[ε]", score: "score", mean: "step to" }[name]} ${"xy"[axis]}`}
          name={`${name}.${axis}`}
          of={value?.[name][axis] ?? Number.NaN}
          digits={3}
        />
      )),
    )}
  </Readout>
);

function Field2d() {
  const { t, setT, x, setX, y, setY, show, setShow, value } = useField();
  return (
    <div className="plane-figure">
      <Plane
        label={`The density at t = ${t} with arrows, and the point xₜ at ${x}, ${y}`}
        density={value?.density}
        onPoint={([nextX, nextY]) => {
          setX(nextX);
          setY(nextY);
        }}
      >
        {value && <Drawing value={value} from={[x, y]} />}
      </Plane>
      <div className="plane-side">
        <RangeField label="t" help="At 1000 the three shapes are one." value={t} min={2} max={1000} onChange={setT} />
        <ChoiceField
          label="Arrows"
          value={show}
          onChange={setShow}
          choices={{ x0: "to E[x₀]", eps: "−E[ε]", score: "score" }}
        />
        <RangeField label="x" help="Or drag the point." value={x} min={-3} max={3} step={0.05} onChange={setX} />
        <RangeField label="y" help="Its other coordinate." value={y} min={-3} max={3} step={0.05} onChange={setY} />
        <ScheduleField />
      </div>
      <Caption>
        The large point is xₜ. The ring is E[x₀ | xₜ], here{" "}
        {value ? `${numberText(value.x0[0], 2)}, ${numberText(value.x0[1], 2)}` : "…"}. The dashed circle is one reverse
        step: its center is the mean, its radius the standard deviation. Small dots are draws of xₜ.
      </Caption>
      <Numbers value={value} />
    </div>
  );
}

/** The exact denoiser of data in the plane. */
export const FieldFigure = () => (
  <Figure id="field" title="A perfect denoiser in the plane" worker={startWorker}>
    <Field2d />
  </Figure>
);
