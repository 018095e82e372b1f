import { automaticSchedule, type SamplerEntry, samplerNamed, samplers, scheduleWord } from "aquatint/diffusion";
import { WebUiError } from "./error.ts";

/** A schedule of the web UI, and the word for it here; without a word it is the sampler's own. */
interface Schedule {
  readonly name: string;
  readonly label: string;
  readonly aliases?: readonly string[];
  readonly word?: string;
  readonly rho?: number;
  readonly needsModel?: boolean;
}

/** The web UI's schedules that are here. */
const schedules: readonly Schedule[] = [
  { name: "automatic", label: "Automatic" },
  { name: "uniform", label: "Uniform", word: "Uniform", needsModel: true },
  { name: "karras", label: "Karras", word: "Karras", rho: 7 },
  { name: "exponential", label: "Exponential", word: "Exponential" },
  { name: "polyexponential", label: "Polyexponential", word: "Polyexponential", rho: 1 },
  { name: "sgm_uniform", label: "SGM Uniform", aliases: ["SGMUniform"], word: "SGM Uniform", needsModel: true },
  { name: "kl_optimal", label: "KL Optimal", word: "KL Optimal" },
  { name: "align_your_steps", label: "Align Your Steps", word: "Align Your Steps" },
  { name: "simple", label: "Simple", word: "Simple", needsModel: true },
  { name: "normal", label: "Normal", word: "Normal", needsModel: true },
  { name: "ddim", label: "DDIM", word: "DDIM", needsModel: true },
  { name: "beta", label: "Beta", word: "Beta", needsModel: true },
];

/** The body of GET schedulers. */
export const schedulersJson = () =>
  schedules.map(({ name, label, aliases = null, rho = -1, needsModel = false }) => ({
    ...{ name, label, aliases },
    default_rho: rho,
    need_inner_model: needsModel,
  }));

/** The web UI's name of a sampler: an alias of two words, or else its title. */
const titleOf = ({ title, aliases }: SamplerEntry): string =>
  Object.entries(aliases).find(([alias, preset]) => alias.includes(" ") && Object.keys(preset).length === 0)?.[0] ??
  title;

/** The body of GET samplers. */
export const samplersJson = () =>
  Object.values<SamplerEntry>(samplers).map((entry) => ({
    name: titleOf(entry),
    aliases: [entry.name, ...Object.keys(entry.aliases)].filter((name) => name !== titleOf(entry)),
    options: entry.automatic ? { scheduler: scheduleWord(entry.automatic).toLowerCase() } : {},
  }));

/** A sampler as the web UI names it, as one name here. @throws WebUiError 404. */
export function samplerOf(sampler: string, scheduler: string | undefined): string {
  const match = samplerNamedOrRefused(sampler);
  const schedule = scheduleNamed(scheduler ?? "Automatic");
  if (schedule?.word !== undefined) {
    return match.schedule === undefined ? `${sampler} ${schedule.word}` : sampler; // its name ends in one already
  }
  if (match.spacing !== undefined) return sampler;
  const automatic = automaticSchedule(sampler);
  return automatic === undefined ? sampler : `${sampler} ${scheduleWord(automatic)}`;
}

function samplerNamedOrRefused(sampler: string): ReturnType<typeof samplerNamed> {
  try {
    return samplerNamed(sampler);
  } catch {
    throw new WebUiError(404, "Sampler not found");
  }
}

/** The web UI takes schedules by name, label or alias, and what it does not know for "Automatic"; here that is refused. */
function scheduleNamed(text: string): Schedule {
  const lower = text.toLowerCase();
  const schedule = schedules.find(({ name, label, aliases = [] }) =>
    [name, label, ...aliases].some((candidate) => candidate.toLowerCase() === lower),
  );
  if (schedule) return schedule;
  throw new WebUiError(404, `Scheduler not found: ${text}`);
}

/** Tells whether an eta is what the sampler does anyway. */
export function isOwnEta(sampler: string, eta: number | undefined): boolean {
  const { name, entry } = samplerNamedOrRefused(sampler);
  return eta === undefined || (entry.stochastic ? eta === 1 : name !== "ddim" || eta === 0);
}
