import { readFileSync } from "node:fs";

/** Names the JSON file that carries the mutant to the test process. */
export const MUTANT_VARIABLE = "AQUATINT_MUTANT";

/** The source file that is replaced, as an absolute path, and its text. */
export interface MutantFile {
  readonly file: string;
  readonly source: string;
}

/** The mutant that this process is to test. */
export const mutantFile = (): MutantFile => JSON.parse(readFileSync(process.env[MUTANT_VARIABLE] ?? "", "utf8"));
