import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { programMenus } from "../../../test/program-menus.ts";
import { samplerLines } from "../../../test/sampler-lines.ts";
import { samplerNamed, samplers, scheduleWords } from "../../diffusion/registry.ts";
import type { SamplerEntry } from "../../diffusion/samplers/define-sampler.ts";
import { main } from "../main.ts";
import { type SamplerRow, samplerRows } from "./samplers.ts";

async function run(...args: string[]): Promise<string> {
  const stdout = Object.assign(new PassThrough(), { columns: 90 });
  const io = { stdout, stderr: new PassThrough(), cwd: ".", env: {}, signal: new AbortController().signal };
  expect(await main(["samplers", ...args], io)).toBe(0);
  return stdout.read().toString();
}

test("--json lists every sampler with what the registry says of it", async () => {
  const rows = JSON.parse(await run("--json")) as SamplerRow[];
  expect(rows).toEqual(samplerRows());
  expect(rows.find(({ name }) => name === "heun")).toMatchObject({
    title: "Heun",
    order: 2,
    evaluations: 2,
    stochastic: false,
    aliases: expect.arrayContaining(["HeunDiscreteScheduler"]),
    reference: expect.stringContaining("arXiv:2206.00364"),
  });
});

test("the table names every sampler and every other name, in lines that fit the terminal", async () => {
  const text = await run();
  for (const { name, aliases } of samplerRows()) {
    expect(text).toMatch(new RegExp(`^${name} `, "m"));
    for (const alias of aliases) expect(text.replaceAll(/\n +/g, " ")).toContain(alias);
  }
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(90);
});

const thousands = (n: number) => n.toLocaleString("en-US");
const cell = (text: string) => text.replaceAll("|", "\\|");

/** The page is made of the registry: `npx vitest run --update=all` and this path write it anew. */
test("the algorithms of eleven classes of diffusers take at most 700 lines of code", () => {
  expect(samplerLines().code).toBeLessThanOrEqual(700);
});

test("docs/samplers.md is made of the registry", async () => {
  const rows = samplerRows().map(
    ({ name, title, order, evaluations, stochastic, aliases, reference }) =>
      `| \`${name}\` | ${cell(title)} | ${order} | ${evaluations} | ${stochastic ? "fresh" : ""} | ${cell(aliases.join(", "))} | ${reference} |`,
  );
  const lines = samplerLines();
  const page = `# Samplers

<!-- Made of the samplers' declarations in packages/aquatint/src/diffusion/samplers by a test; do not edit. -->

\`aquatint generate --sampler NAME\` takes a name from the table below or one of its other names, in upper or lower case. A
schedule of AUTOMATIC1111's web UI may follow: \`--sampler "DPM++ 2M Karras"\`. Without a schedule, the model's own scheduler
places the steps. \`aquatint samplers\` prints the table, with \`--json\` as JSON.

With a schedule, sampling ends at sigma 0 as in k-diffusion, whatever the model's configuration says. "KL Optimal" ends at the
model's smallest sigma, as in the web UI. Without a schedule, sampling also ends at sigma 0, except for these samplers, which end
where the model's configuration says, like their classes in diffusers: ${endKeepers().join(", ")}.
No step of a schedule has length zero.

| schedule | spacing | | schedule | spacing |
| --- | --- | --- | --- | --- |
${pairs(Object.entries(scheduleWords).map(([word, spacing]) => `${word} | \`${spacing}\``))}

Some names mean different sigmas in different programs. Each meaning has an entry. Tests compare them with numbers of the
programs, on Stable Diffusion's betas.

| name | entries |
| --- | --- |
| KL optimal | "KL Optimal": the web UI's, which ends at the smallest sigma; "KL Optimal ComfyUI": ends at 0 |
| beta | "Beta": quantiles of sigma, as the web UI and diffusers; "Beta ComfyUI": quantiles of time, rounded |
| align your steps | "Align Your Steps": the web UI's, both ends of the table and then 0; "AYS": the paper's and ComfyUI's, with 0 in place of the last. The web UI selects the XL table for SDXL; here the XL table has a name of its own. A single step starts at the largest sigma; in the web UI it starts at the smallest |
| normal, uniform | the web UI, k-diffusion and ComfyUI's "normal" have the same list; "Linspace" and "Trailing" are diffusers' |
| DDIM | the web UI's "DDIM" and ComfyUI's "ddim_uniform" make more steps than requested if the number does not divide 1000; here the number is exact, and the noisiest steps are omitted |
| turbo | Forge's; "Trailing" except for how halves are rounded |
| linear quadratic | ComfyUI's, from Genmo's Mochi |

The web UI's schedule "Automatic" is the usual schedule of each sampler (\`automaticSchedule\` in TypeScript). The web UI has a
rule of its own for LCM, and ignores the chosen schedule for DDIM, PLMS and UniPC.

${automatic()}

The order p means that the error falls as steps^-p, from some tens to some hundreds of steps. It is the error of x, or of its
variance if the sampler adds fresh noise. Order 0 means that more steps do not lead to the distribution of the data. A test measures
the order of every sampler. Names of diffusers' classes are accepted too; \`schedulerFromConfig\` reads their
\`scheduler_config.json\`.

| name | title | order | evaluations a step | noise | other names | reference |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

Some names need an explanation:

- "DPM fast" of the web UI is \`dpm-3s\` on an exponential schedule.
- "DPM2", "DPM2 a" and "DPM++ 3M SDE" with a schedule place one more step and omit the cleanest level, as in the web UI.
- \`dpm-adaptive\` chooses the lengths of its steps, as in k-diffusion, from the largest sigma of the schedule to the last one
  above 0. Then it takes the schedule's step to 0; the web UI stops before that step. It makes one image at a time: a batch is
  refused before the model is loaded ("sampler/rows"). More steps in the schedule change nothing. The order in the table is that of
  its solver.
- ComfyUI's \`res_multistep\` is \`dpmpp-2m\` with the exact weight of the second-order term.
- \`dpm-3m\`, \`dpmpp-3m\` and \`dpmpp-3m-sde\` have order 2 even from exact starting values: they use half of the third-order
  term, like their authors' program, k-diffusion and diffusers. Tests start the other multistep samplers from the exact solution.
  There \`lms\` and, without noise, \`sa-solver\` have order 4; \`deis-3\`, \`seeds-3\` without noise and UniPC's predictor of order
  3 have order 3. \`ipndm-v\` has order 1 at usual numbers of steps, and 2 beyond some hundreds.
- \`pndm\` and \`plms\` extrapolate the estimated noise, like their paper and the web UI. \`PNDMScheduler\`, by name or as the
  model's own scheduler, extrapolates the network's output and converts it last, like diffusers. The two differ for a network that
  predicts v.

A step to more noise is refused ("sampler/levels"), and so is a list of sigmas that does not fall. With some configurations of
diffusers the last step has no length (DDIM with \`set_alpha_to_one: false\` and no offset, Karras with
\`final_sigmas_type: sigma_min\`). Then x does not change. If an offset would move times past the last one (\`leading\`, 1000
steps, offset 1), the largest possible offset is used; diffusers stops with an error.

An error whose code begins with "not-finite/" says where values first became NaN or infinite: \`start\` (the initial latents),
\`encoder\`, \`network\`, \`input\` (the network's input became too large), \`guidance\`, \`step\` (the sampler's arithmetic;
the message has its name, step and sigmas) or \`decoder\`. \`npm run bench -- samplers\` runs every sampler on every schedule,
with the configurations that families publish.

## Names of other programs

A name in the menu of one of these programs means the same method here, or is refused. A test checks the complete
menus: ${programMenus.map(({ program, source }) => `${program} (${source})`).join("; ")}.

| name | here | programs |
| --- | --- | --- |
${menuLines()}

Differences to know:

- \`deis\` is diffusers' form: polynomials in the logarithm of the noise ratio, order 2. Forge and ComfyUI use polynomials in time,
  order 3.
- \`ipndm_v\` has the published weights for uneven steps. Beyond order 2 they are not those of the polynomial through the steps;
  \`lms\` has those.
- \`res_multistep_ancestral\` measures a step to the level where noise is added, as in ComfyUI.
- \`sa_solver\` adds noise between a fifth and four fifths of the training times, as in ComfyUI. diffusers' SASolverScheduler weighs
  two evaluations differently and is refused.

## Size

\`npx tsx scripts/sampler-lines.ts\` counts the lines of eleven classes of diffusers: DDIM, DDPM, Euler, Euler ancestral,
Heun, DPM-Solver multistep, PNDM, UniPC, LCM, and flow matching's Euler and Heun, which are options of the others. Without the
samplers' declarations, their algorithms are ${lines.code} lines of code in ${lines.files} files, ${lines.algorithms} with comments and
blank lines. With the declarations they are ${lines.all} lines. With the code that reads configurations (${lines.readingFiles} files, which
read nine more classes) they are ${thousands(lines.withReading)}. The eleven files of diffusers 0.36 have 7,999.

## Seeds and noise

\`--rng torch-cpu\` (the default) draws the numbers of PyTorch on a CPU, \`--rng cuda-philox\` those of PyTorch on an NVIDIA GPU.
With \`--noise brownian\`, the noise of stochastic samplers comes from one Brownian path for each element. More steps then follow the
same path: the image becomes finer but stays the same image. This has the purpose of k-diffusion's Brownian tree, with other
numbers.

## Options

In TypeScript a sampler takes the options that its file declares: \`samplers.heun.create({ churn: 10 })\`. An unknown option or a
value out of range is refused ("sampler/option").

| option | values | default | meaning | samplers |
| --- | --- | --- | --- | --- |
${optionLines()}

Functions that change the estimate are separate from samplers: \`clipX0\`, \`dynamicThreshold\`, and \`guidedOutput\` with its
\`rescale\` (Lin et al. 2024, section 3.4). Spacings are functions too: \`atTimes\` and \`atRatios\` take explicit timesteps and
sigmas, \`ramped\` any ramp between two of them.
`;
  await expect(page).toMatchFileSnapshot("../../../../../docs/samplers.md");
});

const entries = Object.entries<SamplerEntry>(samplers);

/** Options of the same name and meaning in one line, each sampler with its default. */
function optionLines(): string {
  const lines = new Map<string, Map<string, string[]>>();
  for (const { name, options } of samplerRows()) {
    for (const { name: option, values, about, standard } of options) {
      const key = `| \`${option}\` | ${values} | STANDARD | ${about} |`;
      const standards = lines.get(key) ?? new Map<string, string[]>();
      lines.set(key, standards.set(standard, [...(standards.get(standard) ?? []), `\`${name}\``]));
    }
  }
  return [...lines]
    .flatMap(([line, standards]) =>
      [...standards].map(([standard, names]) => `${line.replace("STANDARD", standard)} ${names.join(", ")} |`),
    )
    .sort()
    .join("\n");
}

/** Every name of the programs' menus once, with what it is here and the programs that have it. */
function menuLines(): string {
  const programs = new Map<string, string[]>();
  for (const { program, names } of programMenus) {
    for (const name of Object.keys(names)) programs.set(name, [...(programs.get(name) ?? []), program]);
  }
  return [...programs].map(([name, of]) => `| ${cell(name)} | ${meaning(name)} | ${of.join(", ")} |`).join("\n");
}

function meaning(text: string): string {
  try {
    const { name, options } = samplerNamed(text);
    const fixed = Object.entries(options).map(([key, value]) => `${key}: ${value}`);
    return [`\`${name}\``, ...fixed].join(", ");
  } catch {
    return "refused";
  }
}

/** Samplers that keep the model's own end. */
const endKeepers = () => entries.filter(([, { keepsEnd }]) => keepsEnd).map(([name]) => `\`${name}\``);

/** Schedules with the samplers whose "Automatic" they are. */
function automatic(): string {
  const spacings = [...new Set(entries.flatMap(([, entry]) => entry.automatic ?? []))];
  const samplersOf = (spacing: string) =>
    entries.filter(([, entry]) => entry.automatic === spacing).map(([name]) => name);
  return spacings.map((spacing) => `- \`${spacing}\`: ${samplersOf(spacing).join(", ")}`).join("\n");
}

function pairs(cells: readonly string[]): string {
  const half = Math.ceil(cells.length / 2);
  return Array.from({ length: half }, (_, i) => `| ${cells[i]} | | ${cells[i + half] ?? " | "} |`).join("\n");
}
