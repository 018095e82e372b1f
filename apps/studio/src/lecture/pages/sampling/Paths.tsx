import type { DensityGrid } from "../../chart/grid.ts";
import { linePath, Plane } from "../../chart/Plane.tsx";
import type { SamplerPaths } from "./mixture-jobs.ts";

interface PathsProps {
  readonly sampler: SamplerPaths | undefined;
  readonly density: DensityGrid | undefined;
}

/** The ways of a sampler over the density of the data. */
export const Paths = ({ sampler, density }: PathsProps) => (
  <div className="captioned">
    <Plane label={`The ways of ${sampler?.title ?? "a sampler"} from noise to data`} density={density}>
      {sampler?.paths.map((path, i) => {
        const [x = 0, y = 0] = path.at(-1) ?? [];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a path is its place
          <g key={i} className="plane-way">
            <path className="plane-path" d={linePath(path)} />
            <circle className="plane-end" cx={x} cy={y} r={0.06} />
          </g>
        );
      })}
    </Plane>
    <div className="captioned-name">{sampler?.error ?? sampler?.title ?? "…"}</div>
  </div>
);
