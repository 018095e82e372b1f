import { type Command, integer } from "aquatint/cli";
import { scheduleNames } from "aquatint/diffusion";

/** Adds the options that pick a noise schedule: its name, as `--flag`, and its T. */
export const addScheduleFlags = (command: Command, flag: "name" | "schedule"): Command =>
  command
    .option(`--${flag} <name>`, scheduleNames.join(", "), "cosine")
    .option("--steps <T>", "T", integer("--steps", { min: 1, max: 1_000_000, example: 1000 }), 1000);
