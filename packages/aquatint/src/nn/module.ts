import { AquatintError } from "../errors.ts";
import { type Scope, withScope } from "../graph/scope.ts";
import { Tensor } from "../graph/tensor.ts";

/** A child of a module: a parameter, a module, a list of them, or none. */
export type Child = Tensor | Module | undefined | readonly Child[];
/** Named parameters and parts. */
export type Children = { readonly [name: string]: Child };
/** Any forward function. */
// biome-ignore lint/suspicious/noExplicitAny: a module's signature is its forward function's; `any` is the only upper bound of all of them
export type Forward = (...args: any[]) => unknown;
/** A function of tensors with named children. */
export type Module<F extends Forward = Forward, C extends Children = Children> = F & { readonly children: C };

/** The position of a module in its tree, complete once the tree above it is built. */
interface ModuleLocation extends Scope {
  parent: ModuleLocation | undefined;
  key: string;
}
const locations = new WeakMap<object, ModuleLocation>();

/** Returns a replacement for the forward function of the module at `path`, with these children. */
export type CallWrapper = <F extends Forward>(path: string, forward: F, children: Children) => F;
let wrapper: CallWrapper | undefined;

/** Runs `trace`; each module that it calls runs what `wrap` makes of its forward function, then what a wrapper around this one makes of that. The modules stay as they are. */
export function wrapCalls<R>(wrap: CallWrapper, trace: () => R): R {
  const outer = wrapper;
  wrapper = outer ? (path, forward, children) => outer(path, wrap(path, forward, children), children) : wrap;
  try {
    return trace();
  } finally {
    wrapper = outer;
  }
}

function newPlace(): ModuleLocation {
  const location: ModuleLocation = {
    parent: undefined,
    key: "",
    path: () => [location.parent?.path(), location.key].filter(Boolean).join("."),
  };
  return location;
}

/**
 * A module: `children` are its parameters and parts, named as in published checkpoints (arrays give numeric path
 * parts, `undefined` leaves a gap); `forward` computes with them.
 */
export function module<C extends Children, F extends Forward>(children: C, forward: F): Module<F, C> {
  const location = newPlace();
  // fresh: `forward` may itself be a module
  const call = (...args: unknown[]) =>
    withScope(location, () => (wrapper ? wrapper(location.path(), forward, children) : forward)(...args));
  locations.set(call, location);
  for (const [key, child] of namedChildren(children)) {
    const below = locations.get(child);
    if (below && !below.parent) Object.assign(below, { parent: location, key });
  }
  return Object.assign(call as F, { children });
}

function* namedChildren(children: Children | readonly Child[], prefix = ""): Generator<[key: string, child: Module]> {
  for (const [key, child] of Object.entries(children) as [string, Child][]) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (Array.isArray(child)) yield* namedChildren(child, path);
    else if (child && !(child instanceof Tensor)) yield [path, child as Module];
  }
}

/** Every parameter under `root`, keyed by its path: "down_blocks.0.resnets.1.conv1.weight". */
export function parameters(root: Child | Children, path = ""): Map<string, Tensor> {
  if (root === undefined) return new Map();
  if (root instanceof Tensor) return new Map([[path, root]]);
  const children = typeof root === "function" ? root.children : root;
  return new Map(
    Object.entries<Child>(children as Children).flatMap(([key, child]) => [
      ...parameters(child, path ? `${path}.${key}` : key),
    ]),
  );
}

/** The names that are missing from and strange to a checkpoint, and those whose shapes differ. */
export interface KeyDifferences {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly misshapen: readonly string[];
}

/** A checkpoint whose tensors are not those of the model. */
export class CheckpointError extends AquatintError {
  override readonly name = "CheckpointError";
  readonly differences: KeyDifferences;
  constructor(file: string, differences: KeyDifferences) {
    const { missing, unexpected, misshapen } = differences;
    const say = (what: string, names: readonly string[]) =>
      names.length ? [`${names.length} ${what} (the first: ${names[0]})`] : [];
    const problems = [...say("missing", missing), ...say("unknown", unexpected), ...say("of another shape", misshapen)];
    super("checkpoint/keys", `${file} is not a checkpoint of this model: tensors ${problems.join(", ")}`, {
      hint: "compare the folder's config.json with the model that the weights were saved from",
    });
    this.differences = differences;
  }
}

/** Compares a checkpoint's names and shapes with a module's parameters. @throws CheckpointError where they differ. */
export function expectKeys(
  file: string,
  expected: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  actual: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): void {
  const missing = [...expected.keys()].filter((key) => !actual.has(key));
  const unexpected = [...actual.keys()].filter((key) => !expected.has(key));
  const misshapen = [...expected].flatMap(([key, { shape }]) => {
    const other = actual.get(key)?.shape ?? shape;
    return String(other) === String(shape) ? [] : [`${key} [${other}], expected [${shape}]`];
  });
  if (missing.length + unexpected.length + misshapen.length) {
    throw new CheckpointError(file, { missing, unexpected, misshapen });
  }
}
