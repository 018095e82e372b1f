/** A named template for prompts, as AUTOMATIC1111's web UI has them. */
export interface Style {
  readonly name: string;
  /** Holds {prompt} where the prompt goes; without it the text follows the prompt. */
  readonly prompt: string;
  readonly negative: string;
}

const background = (name: string, color: string): Style => ({
  name,
  prompt: `{prompt}, ${color} background`,
  negative: "",
});

/** Styles that every visitor has: the first ones are for the default model, which knows no art, the last for others. */
export const builtInStyles: readonly Style[] = [
  background("Sky", "blue"),
  background("Meadow", "green"),
  background("Sunset", "orange"),
  background("Midnight", "black"),
  { name: "Pair", prompt: "two of {prompt}", negative: "" },
  {
    name: "Photograph",
    prompt: "photograph of {prompt}, natural light, 35 mm, sharp focus",
    negative: "drawing, painting, blurry, watermark",
  },
  {
    name: "Watercolor",
    prompt: "watercolor painting of {prompt}, paper texture, soft edges",
    negative: "photograph, 3d render",
  },
  {
    name: "Ink drawing",
    prompt: "ink drawing of {prompt}, fine lines, black and white",
    negative: "color, photograph, blurry",
  },
];

const PLACEHOLDER = "{prompt}";

/** A text in a template; both parts joined by a comma where the template has no place for it. */
function applied(template: string, text: string): string {
  if (template.includes(PLACEHOLDER)) return template.replaceAll(PLACEHOLDER, text);
  return [text, template.trim()].filter((part) => part.trim() !== "").join(", ");
}

/** Prompt and negative prompt with styles, one after the other. */
export function styled(
  prompts: { readonly prompt: string; readonly negative: string },
  styles: readonly Style[],
): { readonly prompt: string; readonly negative: string } {
  let { prompt, negative } = prompts;
  for (const style of styles) {
    prompt = applied(style.prompt, prompt);
    negative = applied(style.negative, negative);
  }
  return { prompt, negative };
}
