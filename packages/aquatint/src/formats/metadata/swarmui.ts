import { required } from "../../util/items.ts";
import { comfyPrompts } from "./comfyui/prompts.ts";
import { compact, isObject, numberOf, objectOf, samplerOf, seedOf, textOf, unrepeatedOf } from "./fields.ts";
import { loraCall, withoutNetworks } from "./networks.ts";
import type { MetadataFormat, MetadataTexts, NetworkCall } from "./types.ts";

const readKeys = [
  ...["prompt", "negativeprompt", "model", "seed", "steps", "cfgscale", "width", "height", "sampler", "scheduler"],
  ...["aspectratio", "images", "swarm_version", "date", "generation_time", "loras", "loraweights", "automaticvae"],
  ...["nopreviews", "imageformat", "wildcardseed", "used_wildcards", "original_prompt", "clipstopatlayer", "batchsize"],
  ...["original_negativeprompt", "donotsave", "sidelength", "resolution", "personalnote", "debugregionalprompting"],
];

const objectIn = (texts: MetadataTexts) =>
  [texts["parameters"], texts["UserComment"]].map(objectOf).find((entry) => isObject(entry?.["sui_image_params"]));

/** SwarmUI: JSON under `parameters`, or in UserComment. */
export const swarmui: MetadataFormat = {
  source: "swarmui",
  title: "SwarmUI",
  matches: (texts) => objectIn(texts) !== undefined,
  read(texts) {
    const metadata = required(objectIn(texts), "sui_image_params");
    const settings = metadata["sui_image_params"] as Readonly<Record<string, unknown>>;
    const prompt = withoutNetworks(textOf(settings["prompt"]) ?? "");
    const negative = withoutNetworks(textOf(settings["negativeprompt"]) ?? "");
    const calls = [...prompt.networks, ...negative.networks];
    const isNetwork = ({ kind }: NetworkCall) => kind === "lora" || kind === "embed" || kind === "embedding";
    const stop = numberOf(settings["clipstopatlayer"]);
    return compact({
      source: "swarmui",
      ...comfyPrompts(prompt.prompt, negative.prompt),
      seed: seedOf(settings["seed"]),
      steps: numberOf(settings["steps"]),
      sampler: samplerOf(settings["sampler"] ?? "euler", settings["scheduler"] ?? "normal"),
      guidance: numberOf(settings["cfgscale"]),
      ...{ width: numberOf(settings["width"]), height: numberOf(settings["height"]) },
      model: textOf(settings["model"]),
      settings,
      clipStop: stop === undefined ? undefined : { layer: Math.abs(stop), rule: "comfyui" },
      schedulesOf: "ComfyUI",
      rng: "torch-cpu",
      networks: [...calls.filter(isNetwork), ...listed(settings)],
      unrepeated: [
        ...unrepeatedOf(settings, readKeys),
        ...calls.filter((call) => !isNetwork(call)).map(({ kind, text }) => `<${kind}:${text}>`),
      ],
    });
  },
};

function listed({ loras, loraweights }: Readonly<Record<string, unknown>>): readonly NetworkCall[] {
  const list = (value: unknown) => (Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : []);
  const weights = list(loraweights);
  return list(loras).flatMap((name, i) =>
    typeof name === "string" && name.trim() !== "" ? [loraCall(name.trim(), numberOf(weights[i]) ?? 1)] : [],
  );
}
