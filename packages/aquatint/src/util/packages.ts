const LAB = "@aquatint/lab";
const lab = {
  commands: {
    name: LAB,
    /** For the help where the package is not installed. */
    summaries: {
      schedule: "show a noise schedule",
      noise: "add noise to an image: the forward process as a strip",
      denoise: "add noise to an image and remove it in one evaluation",
      elbo: "compute the evidence lower bound of an image",
      compare: "train and compare a VAE, a GAN and a diffusion model on the same images",
      theory: "write a page about the mathematics of diffusion",
    },
    load: () => import("@aquatint/lab/commands"),
  },
  tasks: { name: LAB, names: ["classification", "gan", "vae"], load: () => import("@aquatint/lab/tasks") },
  drawings: { name: LAB, load: () => import("@aquatint/lab/drawings") },
} as const;

const EMOJI = "@aquatint/emoji";
const emoji = {
  datasets: {
    name: EMOJI,
    names: ["emoji-singles", "emoji-scenes", "emoji-clips"],
    load: () => import("@aquatint/emoji/datasets"),
  },
} as const;

const STUDIO = "@aquatint/studio";
const studio = {
  commands: {
    name: STUDIO,
    /** For the help where the package is not installed. */
    summaries: { studio: "open a page that makes images in the browser" },
    load: () => import("@aquatint/studio/commands"),
  },
} as const;

const SERVER = "@aquatint/server";
const server = {
  commands: {
    name: SERVER,
    summaries: {
      serve: "serve models over HTTP, with the APIs of AUTOMATIC1111 and OpenAI",
      worker: "run jobs of a server on another machine",
      users: "manage the users of a server",
      mcp: "give assistants tools that make images (Model Context Protocol)",
    },
    load: () => import("@aquatint/server/commands"),
  },
} as const;

/** Every package that is used where it is installed, and what each brings: the one place that names them. */
const packages = [lab, emoji, studio, server] as const;

type Part<Kind extends string> = Extract<(typeof packages)[number], Readonly<Record<Kind, unknown>>>[Kind];

const brings = <Kind extends string>(parts: object, kind: Kind): parts is Readonly<Record<Kind, Part<Kind>>> =>
  kind in parts;

/** Parts that packages bring, by kind: "commands", "datasets", "tasks", "drawings". */
export const packageParts = <Kind extends keyof typeof lab | keyof typeof emoji>(kind: Kind): readonly Part<Kind>[] =>
  (packages as readonly object[]).flatMap((parts) => (brings(parts, kind) ? [parts[kind]] : []));
