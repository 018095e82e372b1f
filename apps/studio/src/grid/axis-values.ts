/** Values of a line of text, parted by commas; a value with a comma stands in double quotes. */
export function valuesOf(text: string): readonly string[] {
  const parts = text.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? [];
  return parts
    .map((part) =>
      part
        .trim()
        .replace(/^"(.*)"$/s, "$1")
        .replaceAll('""', '"')
        .trim(),
    )
    .filter(Boolean);
}

/** Values of a range at most. */
const MAX_VALUES = 100;
const NUMBER = String.raw`-?\d+(?:\.\d+)?`;
/** "1-9", "1-9 (+2)" and "1-9 [5]", as the web UI has them. */
const RANGE = new RegExp(String.raw`^(${NUMBER})\s*-\s*(${NUMBER})(?:\s*\(([+-]\d+(?:\.\d+)?)\)|\s*\[(\d+)\])?$`);

const rounded = (value: number): string => String(Number(value.toFixed(6)));

/** The numbers of a range: with a step, in so many parts, or each whole one. */
function range(from: number, to: number, { step, count }: { readonly step: number; readonly count: number }) {
  if (count > 1) return Array.from({ length: count }, (_, i) => rounded(from + ((to - from) * i) / (count - 1)));
  if (step === 0 || Math.sign(step) !== Math.sign(to - from)) return [rounded(from)];
  const length = Math.floor((to - from) / step + 1e-9) + 1;
  return Array.from({ length: Math.min(length, MAX_VALUES) }, (_, i) => rounded(from + i * step));
}

/** Values of numbers, with ranges written out. */
export const numbersOf = (text: string): readonly string[] =>
  valuesOf(text).flatMap((value) => {
    const [, from, to, step, count] = RANGE.exec(value) ?? [];
    if (from === undefined || to === undefined) return [value];
    const usual = Number(to) < Number(from) ? -1 : 1;
    return range(Number(from), Number(to), {
      step: Number(step ?? usual),
      count: Math.min(MAX_VALUES, Number(count ?? 0)),
    });
  });
