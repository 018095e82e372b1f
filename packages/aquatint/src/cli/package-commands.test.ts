import { Command } from "commander";
import { expect, test } from "vitest";
import { capturedIo } from "../../test/captured-io.ts";
import { commandPackages, packageCommands } from "./package-commands.ts";

const notInstalled = Object.assign(new Error("Cannot find package 'paints' imported from a test"), {
  code: "ERR_MODULE_NOT_FOUND",
});
const paints = { name: "paints", load: () => Promise.reject(notInstalled), summaries: { paint: "paint a wall" } };

async function programOf(commands = packageCommands([paints])): Promise<Command> {
  const program = new Command("aquatint").exitOverride();
  for (const load of Object.values(commands)) (await load())(program, capturedIo({ cwd: "." }).io);
  return program;
}

test.each(["paint", "paint --help", "paint red --coats 2"])(
  "aquatint %s says how to install the package",
  async (line) => {
    const program = await programOf();
    await expect(program.parseAsync(line.split(" "), { from: "user" })).rejects.toMatchObject({
      code: "package/missing",
      message: "aquatint paint needs the package paints, which is not installed",
      hint: "npm install paints",
    });
  },
);

test("the help lists a command whose package is not installed, and says so", async () => {
  const help = (await programOf()).helpInformation().replace(/\s+/g, " ");
  expect(help).toContain("paint [arguments...] paint a wall (not installed: npm install paints)");
});

test("a package that is installed brings its own command", async () => {
  const commands = { paint: async () => (program: Command) => program.command("paint").summary("really paint") };
  const program = await programOf(packageCommands([{ ...paints, load: async () => ({ commands }) }]));
  expect(program.commands.map((command) => command.summary())).toEqual(["really paint"]);
});

test.each(commandPackages)("$name has the commands that the table lists, with the same summaries", async (source) => {
  const { commands } = await source.load();
  expect(Object.keys(commands)).toEqual(Object.keys(source.summaries));
  const program = await programOf(commands);
  const summaries = program.commands.map((command) => [command.name(), command.summary()]);
  expect(Object.fromEntries(summaries)).toEqual(source.summaries);
});
