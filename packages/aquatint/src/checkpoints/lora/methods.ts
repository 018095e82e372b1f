import { difference } from "./difference.ts";
import { loraError } from "./error.ts";
import { hadamard } from "./hadamard.ts";
import { kroneckerProduct } from "./kronecker.ts";
import { lowRank } from "./low-rank.ts";
import type { Method } from "./method.ts";

/** The ways of adapting that are read. */
export const methods: readonly Method[] = [lowRank, hadamard, kroneckerProduct, difference];

/** Those that are refused, by the ends of their keys: what is read of such a file alone would be another adaptation. */
const refused: readonly (readonly [end: RegExp, name: string])[] = [
  [/^(dora_scale|lora_magnitude_vector)/, "DoRA"],
  [/^hada_t\d/, "LoHa in Tucker's form"],
  [/^lokr_t\d/, "LoKr in Tucker's form"],
  [/^boft_/, "BOFT"],
  [/^oft_/, "OFT"],
  [/^[ab][12]\.weight$/, "GLoRA"],
  [/^on_input$/, "IA3"],
  [/^lora_embedding/, "LoRA of an embedding table"],
  [/^lora_(bias|[AB]\.([^.]+\.)?bias)/, "LoRA with biases of its own"],
  [/^scalar$/, "LyCORIS with trained scalars"],
];

/** The way of adapting that an end of a key belongs to, where it is one that is refused. */
export const refusedMethod = (end: string): string | undefined => refused.find(([pattern]) => pattern.test(end))?.[1];

/** The refusal of a file by its way of adapting. */
export const methodError = (name: string, method: string, key: string) =>
  loraError(
    "unsupported",
    `${name} is a ${method} (${key.slice(0, 100)}), which is not read`,
    `read are ${methods.map((method) => method.name).join(", ")}; or merge it into a checkpoint with the program that made it`,
  );
