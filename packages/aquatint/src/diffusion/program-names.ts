/** A name without what programs write differently: case, spaces, hyphens, underscores, and ++ or pp. */
export const folded = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\+\+/g, "pp")
    .replace(/[\s_-]+/g, "");

/**
 * Folded names of other programs' menus that are a sampler here under another name: aliases of the web UI and Forge, and
 * names of ComfyUI, stable-diffusion.cpp, InvokeAI, NovelAI, Draw Things and diffusers.
 */
const sameMethods: Readonly<Record<string, string>> = {
  kdpm2: "dpm2",
  kdpm2a: "dpm2-a",
  eulerancestralcfgpp: "Euler a CFG++",
  dpmsolvermultistep: "dpmpp-2m",
  dpmsolversinglestep: "dpmpp-2s",
  dpmsolversde: "dpmpp-sde",
  unipcmultistep: "unipc",
  deismultistep: "deis",
  heunpp: "heunpp2",
  dpmad: "dpm-adaptive",
};

/** Folded names of methods that are not here, with what they are: none may pass for the sampler whose name is near. */
const otherMethods: Readonly<Record<string, string>> = {
  dpmppsdecfgpp: "DPM++ SDE in the CFG++ form",
  dpmpp3msdecfgpp: "DPM++ 3M SDE in the CFG++ form",
  dpmpp2msdecfgpp: "DPM++ 2M SDE in the CFG++ form",
  dpmpp2mv2: "stable-diffusion.cpp's variant of DPM++ 2M",
  res2s: "a singlestep exponential solver",
  sasolverscheduler: "diffusers' SA-Solver, which has weights of its own for two evaluations",
  eulernegative: "Euler with negative steps",
  eulerdy: "Euler with dynamic steps",
  eulersmea: "Euler at several sizes",
  eulersmeady: "Euler with dynamic steps at several sizes",
  eulerasubstep: "Draw Things' Euler a with substeps",
  dpmppsdesubstep: "Draw Things' DPM++ SDE with substeps",
  ddimv3: "NovelAI's variant of DDIM",
};

/** Folded names of schedules that are words here under another name. */
export const scheduleAliases: Readonly<Record<string, string>> = { discrete: "Normal" };

/** Endings that say where noise is drawn, or name the schedule in short: "_gpu", "_k" and "_ka" of InvokeAI and the web UI. */
const shorter: readonly (readonly [RegExp, string])[] = [
  [/^(.+)gpu$/, "$1"],
  [/^(.+)scheduler$/, "$1"],
  [/^(euler|lms|heun|deis|unipc|dpmpp\w*|k?dpm2a?)ka?$/, "$1 karras"],
];

/** Names here for a name of another program, nearest first. */
export function programNames(name: string): readonly string[] {
  const plain = folded(name);
  const shapes = [plain, unprefixed(plain)];
  for (const shape of [...shapes]) {
    for (const [pattern, replacement] of shorter) {
      if (pattern.test(shape)) shapes.push(shape.replace(pattern, replacement));
    }
  }
  return shapes.flatMap((shape) => {
    const [base = "", ...schedule] = shape.split(" ");
    return [shape, ...(sameMethods[base] ? [[sameMethods[base], ...schedule].join(" ")] : [])];
  });
}

/** The web UI's aliases, the AI Horde and NovelAI write k_ before a name of k-diffusion. */
const unprefixed = (name: string): string => name.replace(/^k(?=euler|lms|heun|dpm)/, "");

/** The meaning of another program's name where that is a method that is not here. */
export const otherMethod = (name: string): string | undefined =>
  [folded(name), unprefixed(folded(name))].flatMap((shape) =>
    Object.hasOwn(otherMethods, shape) ? otherMethods[shape]! : [],
  )[0];
