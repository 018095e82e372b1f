import { noiseRatio, toCoordinates, variancePreserving } from "./process/coordinates.ts";
import { cleanLevel } from "./process/level.ts";
import { samplerNamed } from "./registry.ts";
import { isStill } from "./samplers/loop.ts";
import type { Path, SchedulerSettings } from "./scheduler.ts";
import { checkedStepCount } from "./spacing/spacing.ts";

/**
 * The same model under another sampler of the registry, in variance-preserving coordinates. A named schedule ends where its
 * program ends it, at clean data for k-diffusion's; the model's own spacing ends there as well, unless the sampler keeps
 * the model's own end.
 */
export function withSampler(settings: SchedulerSettings, samplerText: string): SchedulerSettings {
  const choice = samplerNamed(samplerText);
  const isSame = choice.name === settings.sampler.name;
  const fixed: readonly (readonly [string, unknown])[] = Object.entries(choice.options);
  const { samplerOptions } = settings;
  if (isSame && !choice.spacing && fixed.every(([key, value]) => samplerOptions[key] === value)) return settings;
  const { spacing = settings.spacing } = choice;
  const { schedule } = settings;
  const modelEnd = !choice.spacing && choice.entry.keepsEnd ? settings.finalLevel : spacing.end?.(schedule);
  const path = (steps: number): Path => {
    const visited = spacing(schedule, checkedStepCount(steps, schedule));
    const [last] = visited.slice(-1);
    const end = modelEnd && !isStill({ from: last!, to: modelEnd }) ? modelEnd : cleanLevel;
    return { levels: [...visited, end].map((level) => toCoordinates(variancePreserving, level)) };
  };
  return {
    ...settings,
    sampler: choice.entry,
    name: samplerText,
    samplerOptions: isSame ? { ...settings.samplerOptions, ...choice.options } : choice.options,
    coordinates: variancePreserving,
    path,
    evaluationLevels: (path) => path.levels.slice(0, -1),
    sigmas: (path) => path.levels.map(noiseRatio),
    initialNoiseScale: ({ levels: [first] }) => first!.sigma,
  };
}
