import { Button } from "../../../ui/buttons.tsx";
import { RangeField, SelectField } from "../../../ui/fields.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { Numbers } from "../../figure/numbers.tsx";
import { ScheduleField } from "../../input/ScheduleField.tsx";
import { useSchedule } from "../../input/use-schedule.ts";
import { choice } from "../../link/codecs.ts";
import { nothing, samplerChoices, samplerNames, startMixture, useMixture, walkCodecs } from "./mixture.ts";
import type { SamplerPaths } from "./mixture-jobs.ts";
import { Paths } from "./Paths.tsx";

const codecs = {
  ...walkCodecs,
  first: choice({ initial: "ddim", among: samplerNames }),
  second: choice({ initial: "ddpm", among: samplerNames }),
};

/** How far the ends of two samplers are apart, on average. */
function distance(a: SamplerPaths | undefined, b: SamplerPaths | undefined): number {
  const ends = (a?.paths ?? []).map((path, i) => {
    const [from, to] = [path.at(-1), b?.paths[i]?.at(-1)];
    return from && to ? Math.hypot(from[0] - to[0], from[1] - to[1]) : Number.NaN;
  });
  return ends.reduce((sum, value) => sum + value, 0) / ends.length;
}

function TwoSamplers() {
  const { name, drawn } = useSchedule();
  const [first, setFirst] = useFigureValue("first", codecs.first);
  const [second, setSecond] = useFigureValue("second", codecs.second);
  const [steps, setSteps] = useFigureValue("steps", codecs.steps);
  const [seed, setSeed] = useFigureValue("seed", codecs.seed);
  const { value: density } = useMixture("density", nothing);
  const { value: a } = useMixture("paths", { name, drawn, sampler: first, steps, seed });
  const { value: b } = useMixture("paths", { name, drawn, sampler: second, steps, seed });
  return (
    <>
      <div className="controls">
        <SelectField label="First" help="A sampler." value={first} choices={samplerChoices} onChange={setFirst} />
        <SelectField label="Second" help="Another one." value={second} choices={samplerChoices} onChange={setSecond} />
        <RangeField label="Steps" help="From noise to data." value={steps} min={1} max={100} onChange={setSteps} />
        <ScheduleField />
      </div>
      <div className="pair">
        <Paths sampler={a} density={density} />
        <Paths sampler={b} density={density} />
      </div>
      <div className="figure-foot">
        <Caption>
          The same 24 draws of noise on both sides. The ends differ by {distance(a, b).toFixed(2)} on average.
        </Caption>
        <Button icon="dice" onPress={() => setSeed((seed + 1) % 10000)}>
          Other noise
        </Button>
      </div>
      <Numbers
        caption="The first point after each step"
        columns={["step", "first x", "first y", "second x", "second y"]}
        rows={(a?.paths[0] ?? []).map(([x, y], i) => ({
          label: String(i),
          values: [x, y, b?.paths[0]?.[i]?.[0] ?? Number.NaN, b?.paths[0]?.[i]?.[1] ?? Number.NaN],
        }))}
      />
    </>
  );
}

/** Two samplers from the same noise. */
export const PathsFigure = () => (
  <Figure id="paths" title="Two samplers, the same noise" worker={startMixture}>
    <TwoSamplers />
  </Figure>
);
