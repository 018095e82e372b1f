import { AquatintError } from "../errors.ts";
import { lookup } from "../util/items.ts";
import { type OptionalPackage, optionalPackage } from "../util/optional-package.ts";
import { packageParts } from "../util/packages.ts";
import type { AddCommand, Commands } from "./commands.ts";

/** A package that adds commands where it is installed: what it exports as `PACKAGE/commands`. */
export interface CommandPackage extends OptionalPackage<{ readonly commands: Commands }> {
  /** Summary of each command, for the help where the package is not installed. */
  readonly summaries: Readonly<Record<string, string>>;
}

/** Every package that adds commands. */
export const commandPackages: readonly CommandPackage[] = packageParts("commands");

/** The commands of packages; one whose package is not installed says in the help and when it is run how to install it. */
export const packageCommands = (packages: readonly CommandPackage[] = commandPackages): Commands =>
  Object.fromEntries(
    packages.flatMap((source) => Object.keys(source.summaries).map((name) => [name, () => commandOf(source, name)])),
  );

async function commandOf(source: CommandPackage, name: string): Promise<AddCommand> {
  try {
    const { commands } = await optionalPackage(source, `aquatint ${name}`);
    return await lookup(commands, name)();
  } catch (error) {
    if (error instanceof AquatintError) return unavailable(source, { name, error });
    throw error;
  }
}

const unavailable =
  ({ summaries, name: packageName }: CommandPackage, { name, error }: { name: string; error: AquatintError }) =>
  (...[program]: Parameters<AddCommand>) =>
    program
      .command(name)
      .summary(`${summaries[name]} (not installed: npm install ${packageName})`)
      .argument("[arguments...]")
      .helpOption(false) // --help is answered as everything else is
      .allowUnknownOption()
      .action(() => {
        throw error;
      });
