import type { Command } from "commander";
import { samplers, scheduleWords } from "../../diffusion/registry.ts";
import type { SamplerEntry } from "../../diffusion/samplers/define-sampler.ts";
import type { Io } from "../io.ts";

/** A sampler as the command and the documents list it. */
export interface SamplerRow {
  readonly name: string;
  readonly title: string;
  /** The error falls with steps^-order; 0 where it does not fall to nothing. */
  readonly order: number;
  /** Evaluations of the network in a step. */
  readonly evaluations: number;
  readonly stochastic: boolean;
  readonly aliases: readonly string[];
  readonly reference: string;
  readonly options: readonly OptionRow[];
}

/** An option of a sampler in TypeScript. */
export interface OptionRow {
  readonly name: string;
  readonly about: string;
  readonly values: string;
  /** The default in words. */
  readonly standard: string;
}

/** Every sampler of the registry. */
export const samplerRows = (): readonly SamplerRow[] =>
  Object.entries<SamplerEntry>(samplers).map(
    ([name, { title, order, evaluations, stochastic, aliases, reference, options }]) => ({
      name,
      title,
      order,
      evaluations,
      stochastic,
      aliases: Object.keys(aliases),
      reference,
      options: Object.entries(options).map(([name, { about, values, standard, standardText }]) => ({
        name,
        about,
        values,
        standard: standardText ?? String(standard),
      })),
    }),
  );

/** Adds `aquatint samplers` to the program. */
export const addSamplers = (program: Command, io: Io): Command =>
  program
    .command("samplers")
    .summary("list the samplers")
    .description("Lists the samplers: name, order, network evaluations in each step, other names, reference.")
    .option("--json", "print a JSON array on stdout")
    .action(({ json = false }: { readonly json?: boolean }) => {
      io.stdout.write(json ? `${JSON.stringify(samplerRows())}\n` : table(samplerRows(), io.stdout.columns));
    });

const DEFAULT_COLUMNS = 100;
const ORDER_HELP = "order: the error falls with steps^-order; 0 where a step stands alone, as in consistency models";
const NOISE_HELP = "noise: whether it asks for fresh noise on the way; the others end where their start leads";

/** A sampler a paragraph: its figures in columns, and under them its other names and its reference. */
function table(rows: readonly SamplerRow[], columns = DEFAULT_COLUMNS): string {
  const name = Math.max(...rows.map((row) => row.name.length));
  const title = Math.max(...rows.map((row) => row.title.length));
  const line = (cells: readonly [string, string, string, string, string]) =>
    `${cells[0].padEnd(name)}  ${cells[1].padEnd(title)}  ${cells[2]}  ${cells[3]}  ${cells[4]}`.trimEnd();
  const lines = rows.flatMap((row) => [
    line([
      row.name,
      row.title,
      `${row.order}`.padStart(5),
      `${row.evaluations}`.padStart(11),
      row.stochastic ? "fresh" : "-",
    ]),
    ...wrapped(row.aliases.join(", "), columns - 4),
    ...wrapped(row.reference, columns - 4),
  ]);
  const words = `any name may be followed by a schedule: ${Object.keys(scheduleWords).join(", ")}`;
  const notes = [ORDER_HELP, NOISE_HELP, words].flatMap((note) => wrapped(note, columns, ""));
  return `${[line(["name", "title", "order", "evaluations", "noise"]), ...lines, "", ...notes].join("\n")}\n`;
}

/** Text in lines of at most `width` characters, indented; a word is never cut. */
function wrapped(text: string, width: number, indent = "    "): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => indent + line);
}
