import { AquatintError } from "../errors.ts";

/** Whose file is chosen. */
export interface FileChoice {
  readonly stem: string;
  readonly name: string;
  readonly variant: string | undefined;
}

/** The file of a network's weights, or the index of its shards. */
export function chooseWeights(files: readonly string[], { stem, name, variant }: FileChoice): string {
  const forms = new Map<string, string>();
  for (const file of files) {
    const single = /^([^.]+)(?:\.([\w-]+))?\.safetensors$/.exec(file);
    const sharded = /^([^.]+)\.safetensors\.index(?:\.([\w-]+))?\.json$/.exec(file);
    const [, base, form = ""] = sharded ?? single ?? [];
    // a shard is reached through its index
    if (base === stem && !/-\d+-of-\d+$/.test(form)) forms.set(form, file);
  }
  const only = forms.size === 1 ? [...forms.values()][0] : undefined;
  const file = variant === undefined ? (forms.get("") ?? only) : forms.get(variant);
  if (file !== undefined) return file;
  throw missingWeights(files, { name, variant, forms: [...forms.keys()] });
}

/** The refusal of a folder that lacks the form of its weights. */
function missingWeights(
  files: readonly string[],
  {
    name,
    variant,
    forms,
  }: { readonly name: string; readonly variant: string | undefined; readonly forms: readonly string[] },
): AquatintError {
  if (forms.length > 0) {
    const lack =
      variant === undefined ? "no weights without a variant's name" : `no weights of the variant "${variant}"`;
    const available = forms.map((form) => (form === "" ? "the one without a name" : `"${form}"`)).join(", ");
    return new AquatintError("checkpoint/variant", `${name} holds ${lack}`, { hint: `there are: ${available}` });
  }
  const pickle = files.find((file) => /\.(bin|ckpt|pt|pth)$/i.test(file));
  if (pickle === undefined) {
    return new AquatintError("checkpoint/weights", `${name} holds no weights, expected a .safetensors file`, {
      hint: "fetch the model again: aquatint pull REPO",
    });
  }
  const message = `the weights in ${name} are a Python pickle (${pickle}), which can run any code while it is read, so it is never opened`;
  return new AquatintError("checkpoint/pickle", message, {
    hint: "use its .safetensors files, or convert it once with safetensors in Python",
  });
}

/** The files that are tried one after the other where a folder cannot be listed. */
export function weightsFiles({ stem, variant }: FileChoice): readonly string[] {
  const form = variant === undefined ? "" : `.${variant}`;
  return [`${stem}${form}.safetensors`, `${stem}.safetensors.index${form}.json`];
}
