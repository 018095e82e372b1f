import { AquatintError } from "aquatint";

/** A prompt without the names of networks in it, and those networks. */
export interface PromptNetworks {
  readonly prompt: string;
  readonly loras: readonly { readonly name: string; readonly scale: number }[];
}

/** The networks that a prompt of the web UI names: `<lora:name:0.8>`. @throws AquatintError for other networks. */
export function promptNetworks(text: string): PromptNetworks {
  const loras: { name: string; scale: number }[] = [];
  const prompt = text.replace(/<(\w+):([^<>]+)>/g, (tag, kind: string, rest: string) => {
    if (kind !== "lora" && kind !== "lyco") {
      if (kind !== "hypernet") return tag;
      throw new AquatintError("prompt/network", `the prompt names ${tag}, and hypernetworks are not run here`, {
        hint: "leave it out, or take a LoRA",
      });
    }
    const [name = "", scale = "1", ...surplus] = rest.split(":");
    const value = Number(scale);
    if (!name || !Number.isFinite(value) || surplus.length > 0) {
      throw new AquatintError("prompt/network", `expected <lora:name:scale> in the prompt, got ${tag}`, {
        hint: "for example <lora:style:0.8>",
      });
    }
    loras.push({ name, scale: value });
    return "";
  });
  return { prompt, loras };
}
