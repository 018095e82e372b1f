import { type PackagePart, packageWith } from "../../util/optional-package.ts";
import { packageParts } from "../../util/packages.ts";
import { type TaskKinds, tasks } from "./registry.ts";

/** Every package with kinds of tasks. */
export const taskPackages: readonly PackagePart<{ readonly tasks: TaskKinds }>[] = packageParts("tasks");

/** The name of every kind of task, of packages too. */
export const taskNames: readonly string[] = [
  ...Object.keys(tasks),
  ...taskPackages.flatMap(({ names }) => names),
].toSorted();

/**
 * The kinds that a configuration's `task` can mean: this package's own, and those of the package that it belongs to.
 * @throws AquatintError "package/missing" where that package is not installed.
 */
export async function taskKindsFor(task: unknown, packages = taskPackages): Promise<TaskKinds> {
  const source = await packageWith(packages, { kind: "task", name: task });
  return source ? { ...tasks, ...source.tasks } : tasks;
}

/** Every kind by its name, of all packages too. @throws AquatintError "package/missing" where one of them is not installed. */
export async function allTaskKinds(): Promise<TaskKinds> {
  const kinds: TaskKinds = Object.assign({}, ...(await Promise.all(taskNames.map((name) => taskKindsFor(name)))));
  return Object.fromEntries(taskNames.map((name) => [name, kinds[name]!]));
}
