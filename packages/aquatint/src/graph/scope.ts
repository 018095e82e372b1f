/** Something that has a place in a module tree; errors and node names quote its path. */
export interface Scope {
  path(): string;
}

let active: Scope | undefined;

/** The module whose forward function is being traced. */
export const currentScope = (): Scope | undefined => active;

/** Runs `trace` with `scope` as the current one; undefined is outside of every module. */
export function within<R>(scope: Scope | undefined, trace: () => R): R {
  const outer = active;
  active = scope;
  try {
    return trace();
  } finally {
    active = outer;
  }
}
