import { AquatintError } from "../../errors.ts";
import { itemAt } from "../../util/items.ts";
import { checkedTime, levelOfAlphaBar, type Schedule } from "./level.ts";

/** Rounding of a table's numbers. */
export interface Precision {
  /** Rounds betas and alphaBar as torch does in float32, for other tools' last digit. */
  readonly float32?: boolean | undefined;
}

/** The published form: `betas[t - 1]` is the variance that step t adds, so alphaBar(t) is the product of 1 - beta. */
export function scheduleFromBetas(
  betas: ArrayLike<number>,
  { name = "betas", float32 = false }: Precision & { readonly name?: string } = {},
): Schedule {
  const rounded = float32 ? Math.fround : (value: number) => value;
  const alphaBars = new Float64Array(betas.length + 1);
  alphaBars[0] = 1;
  for (let i = 0; i < betas.length; i++) {
    const beta = itemAt(betas, i);
    if (!(beta > 0 && beta <= 1)) {
      throw new AquatintError(
        "schedule/betas",
        `every beta of "${name}" must lie in (0, 1], got ${beta} at index ${i}`,
        {
          hint: "give smaller betas, or more steps where they are scaled by the number of steps",
        },
      );
    }
    alphaBars[i + 1] = itemAt(alphaBars, i) * rounded(1 - rounded(beta));
  }
  return discrete(name, alphaBars.map(rounded));
}

/** The variances that each of a schedule's T steps adds: 1 - alphaBar(t) / alphaBar(t - 1), t = 1 .. T. */
export function betasOf({ steps, alphaBar }: Schedule): Float64Array {
  return new Float64Array(steps).map((_, i) => 1 - alphaBar(i + 1) / alphaBar(i));
}

/** The same schedule with every beta at most `maxBeta`, so that alphaBar(T) > 0 and epsilon can be predicted. */
export function withMaxBeta(schedule: Schedule, maxBeta: number): Schedule {
  const betas = betasOf(schedule).map((beta) => Math.min(beta, maxBeta));
  return scheduleFromBetas(betas, { name: schedule.name });
}

/** A schedule known at the integers; between them its log-SNR is linear, or alphaBar where that is infinite. */
export function discrete(name: string, alphaBars: Float64Array): Schedule {
  const steps = alphaBars.length - 1;
  const alphaBar = (t: number): number => {
    const i = Math.floor(checkedTime(t, { name, steps }));
    const part = t - i;
    const [from, to] = [itemAt(alphaBars, i), itemAt(alphaBars, Math.min(i + 1, steps))];
    if (part === 0) return from;
    if (from === 1 || to === 0) return (1 - part) * from + part * to;
    return 1 / (1 + (1 / from - 1) ** (1 - part) * (1 / to - 1) ** part);
  };
  return { name, steps, alphaBar, level: (t) => levelOfAlphaBar(t, alphaBar(t)), timestep: (t) => t - 1 };
}
