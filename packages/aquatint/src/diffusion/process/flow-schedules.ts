import { AquatintError } from "../../errors.ts";
import { checkedTime, type Level, type Schedule } from "./level.ts";
import { checkedSteps } from "./schedules.ts";

/** Options of a rectified flow. */
export interface FlowOptions {
  /** T, which is also what t is counted in for the network. */
  readonly steps?: number;
  /** Above 1 the walk stays longer near noise, as large images need (Esser et al. 2024, equation 23). */
  readonly shift?: number;
}

/** Rectified flow (Liu et al. 2023): a straight line from data to noise; the network is told T sigma. */
export function flow({ steps = 1000, shift = 1 }: FlowOptions = {}): Schedule {
  if (!(shift > 0)) throw new AquatintError("schedule/shift", `the shift of a flow is above 0, got ${shift}`);
  checkedSteps(steps);
  const sigmaAt = (t: number) => shifted(checkedTime(t, { name: "flow", steps }) / steps, shift);
  const level = (t: number): Level => ({ t, alpha: 1 - sigmaAt(t), sigma: sigmaAt(t) });
  return { name: "flow", steps, level, alphaBar: (t) => share(level(t)), timestep: (t) => steps * sigmaAt(t) };
}

/** The part u of a flow after shifting: shift u / (1 + (shift - 1) u). */
export const shifted = (u: number, shift: number): number => (shift * u) / (1 + (shift - 1) * u);

/** Options of the schedule of Karras et al. */
export interface EdmOptions {
  /** T. */
  readonly steps?: number;
  readonly sigmaMin?: number;
  readonly sigmaMax?: number;
  readonly rho?: number;
}

/** Karras et al. 2022, equation 5, at 1 .. T: alpha = 1, sigma^(1/rho) even; the network is told ln(sigma) / 4. */
export function edm({ steps = 1000, sigmaMin = 0.002, sigmaMax = 80, rho = 7 }: EdmOptions = {}): Schedule {
  if (!(sigmaMin > 0 && sigmaMax > sigmaMin)) {
    throw new AquatintError("schedule/sigma", `expected 0 < sigmaMin < sigmaMax, got ${sigmaMin} and ${sigmaMax}`);
  }
  checkedSteps(steps);
  const [low, high] = [sigmaMin ** (1 / rho), sigmaMax ** (1 / rho)];
  const sigmaAt = (t: number): number => {
    const at = checkedTime(t, { name: "edm", steps });
    return at < 1 ? at * sigmaMin : (low + ((at - 1) / Math.max(steps - 1, 1)) * (high - low)) ** rho;
  };
  const level = (t: number): Level => ({ t, alpha: 1, sigma: sigmaAt(t) });
  const timestep = (t: number) => Math.log(sigmaAt(t)) / 4;
  return { name: "edm", steps, level, alphaBar: (t) => share(level(t)), timestep };
}

/** The signal's share of the variance in any coordinates. */
const share = ({ alpha, sigma }: Level): number => alpha ** 2 / (alpha ** 2 + sigma ** 2);
