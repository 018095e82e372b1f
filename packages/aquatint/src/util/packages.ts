const LAB = "@aquatint/lab";
const lab = {
  commands: {
    name: LAB,
    /** For the help where the package is not installed. */
    summaries: {
      schedule: "show a noise schedule: the signal's share over t",
      noise: "noise an image to some t: the forward process as a strip",
      denoise: "noise an image and take the noise away in one shot",
      elbo: "bound an image's likelihood under a model, term by term",
      compare: "train and compare kinds of generative models on the same images",
      theory: "the mathematics as one page: schedules, samplers, likelihoods",
    },
    load: () => import("@aquatint/lab/commands"),
  },
  tasks: { name: LAB, names: ["classification", "gan", "vae"], load: () => import("@aquatint/lab/tasks") },
  drawings: { name: LAB, load: () => import("@aquatint/lab/drawings") },
} as const;

const EMOJI = "@aquatint/emoji";
const emoji = {
  datasets: { name: EMOJI, names: ["emoji-singles", "emoji-scenes"], load: () => import("@aquatint/emoji/datasets") },
} as const;

/** Every package that is used where it is installed, and what each brings: the one place that names them. */
const packages = [lab, emoji] as const;

type Part<Kind extends string> = Extract<(typeof packages)[number], Readonly<Record<Kind, unknown>>>[Kind];

const brings = <Kind extends string>(parts: object, kind: Kind): parts is Readonly<Record<Kind, Part<Kind>>> =>
  kind in parts;

/** Parts that packages bring, by kind: "commands", "datasets", "tasks", "drawings". */
export const packageParts = <Kind extends keyof typeof lab | keyof typeof emoji>(kind: Kind): readonly Part<Kind>[] =>
  (packages as readonly object[]).flatMap((parts) => (brings(parts, kind) ? [parts[kind]] : []));
