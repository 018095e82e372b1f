import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesUnder, root } from "./tree.ts";

/** British spellings, by their stems; names, comments, messages and pages are in American English. */
const british = [
  /\b\w*colour/i,
  /\b\w*(behaviour|favour|flavour|honour|labour|neighbour)/i,
  /\b\w*(centre|metre|fibre|litre)(s|d)?\b/i,
  /\bgrey/i,
  /\b\w*(normal|optim|initial|discret|recogn|organ|serial|summar|minim|maxim|quant|regular|general|special)is(e|ed|er|es|ing|ation|able)\b/i,
  /\b\w*(vector|token|local|random|synchron|parametr|penal|linear|standard|visual|custom|character|emphas)is(ed|er|ing|ation)\b/i,
  /\b\w*(label|cancel|travel|model|signal|level|channel)l(ed|ing|er)\b/i,
  /\b(licence|catalogue|artefact|programme|judgement|learnt|spelt|misspelt|burnt|whilst|amongst|towards|fulfil)\b/i,
];
/** Files and the lines in them that keep one, and why. */
const exceptions: Readonly<Record<string, readonly [line: RegExp, reason: string]>> = {
  "packages/emoji/src/drawing/colors.ts": [/aliases: \["grey"\]/, "a word that captions may use"],
  "packages/model-emoji/latent/README.md": [/two buses on a grey background/, "a caption as it was drawn"],
  "packages/aquatint/src/tokenizers/train.test.ts": [/"light grey"/, "captions of any spelling are learned from"],
  "packages/aquatint/src/formats/image/read-image-formats.node.test.ts": [/"grey16"/, "libvips' name of a color space"],
};
/** Data, and reports that a run wrote. */
const data =
  /(^|\/)(package-lock|vocab)\.json$|\/fixtures\/|^docs\/compare\/.*\.html$|^LICENSES\/|^test\/prose\.test\.ts$/;

const paths = filesUnder().filter(
  (path) => /\.(ts|mjs|js|md|json|py|html|css|ya?ml)$|(^|\/)NOTICE$|^\.ci\//.test(path) && !data.test(path),
);

test("names and texts are spelled as in American English", () => {
  const needed = new Set<string>();
  const faults = paths.flatMap((path) =>
    readFileSync(join(root, path), "utf8")
      .split("\n")
      .flatMap((line, i) => {
        if (!british.some((pattern) => pattern.test(line))) return [];
        if (!exceptions[path]?.[0].test(line)) return [`${path}:${i + 1}: ${line.trim().slice(0, 120)}`];
        needed.add(path);
        return [];
      }),
  );
  expect(faults).toEqual([]);
  expect([...needed].sort(), "exceptions that nothing needs").toEqual(Object.keys(exceptions).sort());
});

test('hints of errors begin in lower case, as they follow "hint: "', () => {
  const faults = paths
    .filter((path) => /^(packages|apps)\/[^/]+\/src\/.*\.tsx?$/.test(path) && !path.includes(".test."))
    .flatMap((path) =>
      Array.from(
        readFileSync(join(root, path), "utf8").matchAll(/\bhint(?::| =)\s*["`][A-Z][a-z][^"`]*/g),
        ([hint]) => `${path}: ${hint}`,
      ),
    );
  expect(faults).toEqual([]);
});

test("a British spelling is seen in names, words and their forms", () => {
  const words = ["labelColour", "Normalised", "the neighbours", "licence", "greyscale", "cancelled", "optimiser"];
  expect(words.filter((word) => !british.some((pattern) => pattern.test(word)))).toEqual([]);
});

/** The opening words of a doc comment that leaves out its subject: "What it takes", "Of the image". */
const subjectless = /\/\*\*\s+(?:\* )?((?:What|How|Where|Whether|Of)\b[^\n]*)/g;

test("doc comments name their subject", () => {
  const sources = paths.filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path));
  expect(sources.length).toBeGreaterThan(600);
  const openings = (text: string) => Array.from(text.matchAll(subjectless), ([, opening]) => opening);
  expect(openings("/** What it takes. */\n/**\n * Of the image.\n */\n/** Options of it. */")).toHaveLength(2);
  const faults = sources.flatMap((path) =>
    openings(readFileSync(join(root, path), "utf8")).map((opening) => `${path}: ${opening}`),
  );
  expect(faults).toEqual([]);
});
