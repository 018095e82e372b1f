/**
 * Node's `require.resolve` from the module `from`. Bundlers replace the `createRequire` that they see imported, so that it
 * would find nothing in a bundle.
 */
export const resolveFrom = (from: string, specifier: string): string =>
  process.getBuiltinModule("node:module").createRequire(from).resolve(specifier);
