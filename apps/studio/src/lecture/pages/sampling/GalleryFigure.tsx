import { RangeField } from "../../../ui/fields.tsx";
import { Caption, Figure, useFigureValue } from "../../figure/Figure.tsx";
import { useSchedule } from "../../input/use-schedule.ts";
import { nothing, samplerChoices, startMixture, useMixture, walkCodecs } from "./mixture.ts";
import { Paths } from "./Paths.tsx";

function Gallery() {
  const { name, drawn } = useSchedule();
  const [steps, setSteps] = useFigureValue("steps", walkCodecs.steps);
  const { value: density } = useMixture("density", nothing);
  const { value: all } = useMixture("gallery", { name, drawn, steps, seed: 0 });
  return (
    <>
      <RangeField label="Steps" help="The same for all." value={steps} min={1} max={100} onChange={setSteps} />
      <div className="planes">
        {samplerChoices.map(({ id, label }, i) => (
          <Paths key={id} sampler={all?.[i] ?? { name: id, title: label, paths: [] }} density={density} />
        ))}
      </div>
      <Caption>
        {samplerChoices.length} samplers, each from the same ten draws of noise, with the same exact denoiser.
      </Caption>
    </>
  );
}

/** Every sampler of the library. */
export const GalleryFigure = () => (
  <Figure id="gallery" title="All samplers" worker={startMixture}>
    <Gallery />
  </Figure>
);
