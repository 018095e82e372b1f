/** What is read here of a JSON schema. */
interface JsonSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

interface Row {
  readonly field: string;
  readonly standard: string;
  readonly text: string;
}

const code = (text: string): string => `\`${text}\``;
const standard = (value: unknown): string => {
  if (value === undefined || JSON.stringify(value) === "{}") return "";
  const object = value as { readonly name?: string } | null;
  return code(object?.name ?? JSON.stringify(value));
};

/** A row for a field and for each field below it; kinds that a name tells apart come one after another. */
function rowsOf(field: string, schema: JsonSchema): readonly Row[] {
  const variants = schema.oneOf ?? schema.anyOf?.filter(({ type }) => type !== "null") ?? [];
  const variantsByName = variants.filter(({ properties }) => properties?.["name"]?.const !== undefined);
  const row = { field: code(field), standard: standard(schema.default), text: schema.description ?? "" };
  if (variantsByName.length > 0) return [row, ...variantsByName.flatMap((variant) => variantRows(variant))];
  const [only = schema] = variants;
  const inner = only.items?.properties ? { path: `${field}[]`, of: only.items } : { path: field, of: only };
  const below = Object.entries(inner.of.properties ?? {}).flatMap(([key, property]) =>
    rowsOf(`${inner.path}.${key}`, property),
  );
  const holdsMore = below.length > 0 && row.text === "";
  return holdsMore ? below : [row, ...below];
}

function variantRows({ description, properties = {} }: JsonSchema): readonly Row[] {
  const { name, ...options } = properties;
  const listed = Object.entries(options).map(([key, option]) => {
    const initial = option.default === undefined ? "" : ` (${standard(option.default)})`;
    return `${code(key)}${initial}: ${lowered(option.description ?? "")}`;
  });
  const text = [description ?? name?.description ?? "", ...listed].join(" ");
  return [{ field: `… ${code(`"name": "${name?.const}"`)}`, standard: "", text }];
}

const lowered = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

/** A Markdown table of the fields of an object's schema, all but those left out. */
export function fieldTable(schema: JsonSchema, leftOut: readonly string[] = []): string {
  const rows = Object.entries(schema.properties ?? {})
    .filter(([key]) => !leftOut.includes(key))
    .flatMap(([key, field]) => rowsOf(key, field));
  const lines = rows.map(({ field, standard, text }) => `| ${field} | ${standard} | ${text.replaceAll("|", "\\|")} |`);
  return ["| field | default | |", "| --- | --- | --- |", ...lines].join("\n");
}
