import { cornerPlaces, corners, type NamedPoint, type Placed } from "@aquatint/lab/compare";
import { type FamilyName, families, familyNames } from "./families.ts";
import { numberPositions } from "./number-positions.ts";

type Corner = (typeof corners)[number];
type Place = { readonly x: number; readonly y: number };

/** Pixels of the drawing for a side of the triangle. */
const SIDE = 400;
const HEIGHT = SIDE * cornerPlaces.quality.y;
const center = { x: 0.5, y: cornerPlaces.quality.y / 3 };

const middle = (a: Place, b: Place): Place => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const at = ({ x, y }: Place): string => `${(SIDE * x).toFixed(1)},${(HEIGHT - SIDE * y).toFixed(1)}`;

/** A corner's region: the corner, the middles of the sides that meet there, and the center. */
function regionOf(corner: Corner): string {
  const [first, second] = corners
    .filter((other) => other !== corner)
    .map((other) => middle(cornerPlaces[corner], cornerPlaces[other]));
  return [cornerPlaces[corner], first ?? center, center, second ?? center].map(at).join(" ");
}

const anchors = { quality: "middle", coverage: "start", speed: "end" } as const;

const CornerName = ({ corner }: { readonly corner: Corner }) => {
  const { x, y } = cornerPlaces[corner];
  return (
    <text className="triangle-corner" x={SIDE * x} y={y > 0 ? -10 : HEIGHT + 26} textAnchor={anchors[corner]}>
      {corner}
    </text>
  );
};

/** The model of a point. */
export const familyOf = ({ model }: NamedPoint): FamilyName =>
  familyNames.find((name) => families[name].task === model.task) ?? "diffusion";

const seriesOf = (point: NamedPoint): number => familyNames.indexOf(familyOf(point)) + 1;

const radiusOf = ({ scores }: Placed<NamedPoint>): number =>
  4 + (9 * corners.reduce((sum, corner) => sum + scores[corner], 0)) / corners.length;

const dotOf = (placed: Placed<NamedPoint>) => ({
  x: SIDE * placed.x,
  y: HEIGHT - SIDE * placed.y,
  r: radiusOf(placed),
});

const Dot = ({ className, placed }: { readonly className: string; readonly placed: Placed<NamedPoint> }) => {
  const { x, y, r } = dotOf(placed);
  return <circle className={className} data-series={seriesOf(placed.point)} cx={x} cy={y} r={r} />;
};

interface TriangleProps {
  /** With this machine's times. */
  readonly here: readonly Placed<NamedPoint>[] | undefined;
  /** With those of the measurement. */
  readonly there: readonly Placed<NamedPoint>[];
  readonly label: string;
}

/** Quality, coverage and speed, with a numbered dot for each point; circles are where another machine has them. */
export const Triangle = ({ here = [], there, label }: TriangleProps) => (
  <svg className="triangle" viewBox={`-30 -34 ${SIDE + 60} ${HEIGHT + 68}`} role="img" aria-label={label}>
    {corners.map((corner) => (
      <polygon key={corner} className="triangle-region" points={regionOf(corner)} />
    ))}
    {corners.map((corner) => (
      <CornerName key={corner} corner={corner} />
    ))}
    {there.map((placed) => (
      <Dot key={placed.point.name} className="triangle-there" placed={placed} />
    ))}
    {here.map((placed) => (
      <Dot key={placed.point.name} className="triangle-here" placed={placed} />
    ))}
    {numberPositions(here.map(dotOf)).map(({ x, y }, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place
      <text key={i} className="triangle-number" x={x} y={y} textAnchor="middle" dominantBaseline="central">
        {i + 1}
      </text>
    ))}
  </svg>
);
