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

\`aquatint generate --sampler NAME\` takes a name or any of the other names, whether in capitals or not, and after it one
of the schedules of AUTOMATIC1111's web UI: \`--sampler "DPM++ 2M Karras"\`. Without a schedule the steps lie where the
model's own scheduler puts them. \`aquatint samplers\` prints this table, \`--json\` as JSON.

A schedule that is named ends at sigma 0, as k-diffusion's do, whatever the model's configuration says; "KL Optimal" ends
at the model's smallest sigma, as in the web UI. Without a schedule all end at sigma 0 but these, which end where the
model's configuration says, as their classes of diffusers do: ${endKeepers().join(", ")}.
No step of a named schedule has length zero.

| schedule | spacing | | schedule | spacing |
| --- | --- | --- | --- | --- |
${pairs(Object.entries(scheduleWords).map(([word, spacing]) => `${word} | \`${spacing}\``))}

Programs mean different sigmas by one name; each has an entry of its own. Tests compare them with the programs' numbers on
Stable Diffusion's betas.

| name | entries |
| --- | --- |
| KL optimal | "KL Optimal": the web UI's, which ends at the smallest sigma; "KL Optimal ComfyUI": ends at 0 |
| beta | "Beta": quantiles of sigma, as the web UI and diffusers; "Beta ComfyUI": quantiles of time, rounded |
| align your steps | "Align Your Steps": the web UI's, both ends of the table and then 0; "AYS": the paper's and ComfyUI's, 0 in place of the last. The web UI takes the XL table for SDXL by itself; here it has its own name. A single step starts at the largest sigma, there at the smallest |
| normal, uniform | one list in the web UI, k-diffusion and ComfyUI's "normal"; "Linspace" and "Trailing" are diffusers' |
| DDIM | the web UI's "DDIM" and ComfyUI's "ddim_uniform" make more steps than asked where they do not divide 1000; here their number is kept, and the noisiest are left out |
| turbo | Forge's: "Trailing" but for the rounding of halves |
| linear quadratic | ComfyUI's, from Genmo's Mochi |

The web UI's schedule "Automatic" is each sampler's usual one, \`automaticSchedule\` in TypeScript.
It lays LCM's steps by a rule of its own, and those of DDIM, PLMS and UniPC whatever schedule is chosen.

${automatic()}

The order says how the error falls with the number of steps, as steps^-order: that of x, or of its variance where noise
is fresh, from some tens to some hundreds of steps; 0 stands where more steps do not lead to the data's distribution. A test measures every one of them. Classes of
diffusers are names too; their \`scheduler_config.json\` is read by \`schedulerFromConfig\`.

| name | title | order | evaluations a step | noise | other names | reference |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

Two names of the web UI stand for something else than a sampler of their own: "DPM fast" is \`dpm-3s\` on an exponential
schedule, and "DPM2", "DPM2 a" and "DPM++ 3M SDE" lay a schedule that is named with them over one more step and leave its
cleanest level out. \`dpm-adaptive\` takes steps of its own length, as k-diffusion's does, from the schedule's largest sigma to
its last one above 0, and then the schedule's step to 0; there the web UI stops before that step. It makes one image at a
time: a batch is refused before the model is loaded ("sampler/rows"). Its order is its solver's; more of the schedule's steps change nothing.

ComfyUI's \`res_multistep\` is \`dpmpp-2m\` with the exact weight of its second-order term, and a name of it here.

\`dpm-3m\`, \`dpmpp-3m\` and \`dpmpp-3m-sde\` are of order 2 even from exact starting values: their authors' program, k-diffusion
and diffusers take half of the third-order term, and so do these. Tests put the other multistep samplers on the exact
solution first: there \`lms\` and, without noise, \`sa-solver\` have order 4, \`deis-3\`, \`seeds-3\` without noise and UniPC's predictor of order 3
have order 3. \`ipndm-v\` shows order 1 at usual numbers of steps and 2 beyond some hundreds.

A step to more noise is refused ("sampler/levels"), and so are lists of sigmas that do not fall. Some configurations of
diffusers end at the level that their last step begins at (DDIM with \`set_alpha_to_one: false\` and no offset, Karras with
\`final_sigmas_type: sigma_min\`): there x stays as it is. Where times from an offset would pass the last one
(\`leading\`, 1000 steps, offset 1), the offset is as large as there is room for; diffusers stops with an error.

\`pndm\` and \`plms\` extrapolate the estimated noise, as their paper and the web UI do. \`PNDMScheduler\`, by name or as
the model's own scheduler, extrapolates the network's output and converts it last, as diffusers does; for a network that
predicts v the two differ.

An error whose code begins with "not-finite/" says where values first became NaN or infinite: \`start\` (the first image),
\`encoder\`, \`network\`, \`input\` (what the network was given, grown too large), \`guidance\`, \`step\`
(the sampler's arithmetic, with its name, step and sigmas) or \`decoder\`.
\`npm run bench -- samplers\` walks every sampler on every schedule over the configurations that families publish.

## Names of other programs

A name in the menu of one of these programs means the same method here, or it is refused by that name. A test goes through the
whole menus: ${programMenus.map(({ program, source }) => `${program} (${source})`).join("; ")}.

| name | here | programs |
| --- | --- | --- |
${menuLines()}

Four names need a word more. \`deis\` is diffusers' form (polynomials in the logarithm of the noise ratio, order 2); Forge and
ComfyUI take polynomials in time, of order 3. \`ipndm_v\` has the published weights for uneven steps; beyond order 2 these are not
those of the polynomial through the steps, which are \`lms\`'s. \`res_multistep_ancestral\` counts a step's length down to where
it adds noise, as ComfyUI does. \`sa_solver\` adds noise between a fifth and four fifths of the training times, as in ComfyUI;
diffusers' SASolverScheduler weighs two evaluations in a way of its own and is refused.

## Size

\`npx tsx scripts/sampler-lines.ts\` counts the lines of eleven classes of diffusers: DDIM, DDPM, Euler, Euler ancestral,
Heun, DPM-Solver multistep, PNDM, UniPC, LCM, and flow matching's Euler and Heun, which are options of the others. Without the
samplers' declarations their algorithms are ${lines.code} lines of code in ${lines.files} files, ${lines.algorithms} with comments and blank lines. The declarations
make them ${lines.all} lines. The reading of configurations (${lines.readingFiles} files, nine more classes among them) makes them ${thousands(lines.withReading)}.

## Seeds and noise

\`--rng torch-cpu\` (the default) draws what PyTorch draws on a CPU, \`--rng cuda-philox\` what it draws on an NVIDIA GPU.
\`--noise brownian\` takes the noise of stochastic samplers from one Brownian path for every element, so that more steps
follow the same path: an image gets finer and does not become another. It serves as k-diffusion's Brownian tree does and
gives other numbers.

## Options

In TypeScript a sampler takes the options that its file declares, \`samplers.heun.create({ churn: 10 })\`; one that it does
not take, or a value out of range, is refused ("sampler/option").

| option | values | default | meaning | samplers |
| --- | --- | --- | --- | --- |
${optionLines()}

What acts on the estimate stands apart from the sampler:
\`clipX0\`, \`dynamicThreshold\`, \`guidedOutput\` with its \`rescale\` (Lin et al. 2024, section 3.4). Spacings are functions as
well: \`atTimes\` and \`atRatios\` take explicit timesteps and sigmas, \`ramped\` any ramp between any two of them.
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
