import type { Command } from "commander";
import type { VaePrecision } from "../../pipelines/memory/open-network.ts";
import { type Precision, precisionNames } from "../../pipelines/model/precision-names.ts";
import type { RetryEvent } from "../../pipelines/vae/float16-fallback.ts";
import type { PackedEvent } from "../../runtime/packed/runtime.node.ts";
import { choice } from "./names.ts";
import { type Parser, wrong } from "./parsers.ts";

/** The options that say how much memory a run may take. */
export interface MemoryFlags {
  /** In bytes. */
  readonly maxMemory?: number;
  readonly cache: boolean;
  readonly vaePrecision: VaePrecision;
  readonly precision?: Precision;
}

const units: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, MIB: 2 ** 20, GIB: 2 ** 30 };

/** An amount of memory with its unit, in bytes. */
export const memorySize =
  (flag: string): Parser<number> =>
  (text) => {
    const [, number = "", unit = ""] = /^(\d+\.?\d*)\s?([MG]i?B)$/i.exec(text) ?? [];
    const bytes = Math.floor(Number(number) * (units[unit.toUpperCase()] ?? 0));
    if (bytes > 0) return bytes;
    throw wrong(flag, "an amount of memory with its unit: MB, GB, MiB or GiB", text, `for example ${flag} 4GB`);
  };

const vaePrecisions = ["float32", "float16"] as const satisfies readonly VaePrecision[];

/** Help on `--precision`, its default apart. */
export const precisionText =
  "precision of the networks. float32; on a CPU int8, with a file of `aquatint quantize` as --variant, or dynamic, which rounds the U-Net's linear layers to 8 bits as it runs; on a GPU float16; everywhere q8 and q4, weights of the U-Net's linear layers in 8 or 4 bits, with float16 q8f16 and q4f16";

/** Reads a `--precision`. */
export const precision: Parser<Precision> = choice("--precision", precisionNames);

/** Adds the options of memory to a command. */
export const addMemory = (command: Command): Command =>
  command
    .option(
      "--max-memory <size>",
      "memory limit of the process, such as 4GB; if needed, weights stay in their files and the decoder works in tiles (default: no limit)",
      memorySize("--max-memory"),
    )
    .option("--no-cache", "keep no packed weights on disk, and use none: see `aquatint cache`")
    .option(
      "--vae-precision <type>",
      "precision of the decoder: float32, or float16, which is repeated in float32 if it overflows",
      choice("--vae-precision", vaePrecisions),
      "float32",
    )
    .option("--precision <type>", `${precisionText} (default: int8 with such a file, else float32)`, precision);

/** An event that is no part of an image. */
export type Notice = RetryEvent | PackedEvent;

/** A notice in words. */
export const noticeText = (event: Notice): string =>
  event.type === "retry" ? retryText(event) : `Packed weights are kept in ${event.folder} for the next start.\n`;

const retryText = ({ nonFinite, of }: RetryEvent): string =>
  `The decoder overflowed in float16 (${nonFinite} of ${of} values are NaN or infinite): decoding in float32 from here on.\n`;
