/** Something that has a place in a module tree; errors and node names quote its path. */
export interface Scope {
  path(): string;
}

const gradients = new WeakMap<Scope, Scope>();

/** The scope of the gradient of a module's nodes: "mid_block.resnets.0 (gradient)". The gradient of a gradient has the same. */
export function gradientScope(scope: Scope): Scope {
  const cached = gradients.get(scope);
  if (cached) return cached;
  const gradient: Scope = { path: () => `${scope.path()} (gradient)`.trimStart() };
  gradients.set(scope, gradient).set(gradient, gradient);
  return gradient;
}

let active: Scope | undefined;

/** The module whose forward function is being traced. */
export const currentScope = (): Scope | undefined => active;

/** Runs `trace` with `scope` as the current one; undefined is outside of every module. */
export function withScope<R>(scope: Scope | undefined, trace: () => R): R {
  const outer = active;
  active = scope;
  try {
    return trace();
  } finally {
    active = outer;
  }
}
