import { shapeError } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Type } from "../graph/types.ts";
import { reshape, transpose } from "../ops/shape.ts";
import { sizeAt } from "../ops/shape-rules.ts";

/** The names in a pattern. */
export type Names<S extends string> = S extends `${infer A} ${infer B}` ? A | Names<B> : S;

/** Names the axes of `x`: `const { b, c, h, w } = dims(x, "b c h w")`. */
export function dims<const S extends string>(x: Type, names: S): { readonly [K in Names<S>]: number } {
  const list = names.split(" ");
  if (list.length !== x.shape.length) shapeError(`expected axes "${names}", got [${x.shape}]`);
  return Object.fromEntries(list.map((name, i) => [name, sizeAt(x.shape, i)])) as { [K in Names<S>]: number };
}

/**
 * Splits, reorders and joins axes by name, as einops does: `rearrange(x, "b n (h d) -> b h n d", { h: 8 })`.
 * One size inside a group may be left to be worked out; "1" is an axis of size one.
 */
export function rearrange(x: Tensor, pattern: string, sizes: Readonly<Record<string, number>> = {}): Tensor {
  const [left, right] = pattern.split("->").map(groups);
  if (!left || !right) shapeError(`"${pattern}" must read "axes -> axes"`);
  if (left.length !== x.shape.length) shapeError(`"${pattern}" names ${left.length} axes, got [${x.shape}]`);
  const resolved = resolve(left, x, sizes);
  const size = (name: string) => resolved.get(name) ?? shapeError(`"${pattern}" leaves the size of ${name} open`);
  const from = left.flat().filter((name) => name !== "1");
  const to = right.flat().filter((name) => name !== "1");
  if ([...from].sort().join() !== [...to].sort().join()) shapeError(`"${pattern}" has other axes on its two sides`);
  const split = reshape(x, { shape: from.map(size) });
  const perm = to.map((name) => from.indexOf(name));
  const permuted = perm.every((p, i) => p === i) ? split : transpose(split, { perm });
  const product = (group: readonly string[]) => group.reduce((n, name) => n * size(name), 1);
  return reshape(permuted, { shape: right.map(product) });
}

/** "b (h d) n" -> [["b"], ["h", "d"], ["n"]] */
const groups = (side: string): string[][] =>
  (side.match(/\([^)]*\)|\S+/g) ?? []).map((part) => part.replace(/[()]/g, "").trim().split(/\s+/));

function resolve(inputGroups: readonly (readonly string[])[], x: Tensor, sizes: Readonly<Record<string, number>>) {
  const size = new Map<string, number>([["1", 1], ...Object.entries(sizes)]);
  for (const [i, group] of inputGroups.entries()) {
    const unknownNames = group.filter((name) => !size.has(name));
    const product = group.reduce((n, name) => n * (size.get(name) ?? 1), 1);
    const extent = sizeAt(x.shape, i);
    if (unknownNames.length > 1) shapeError(`sizes of ${unknownNames.join(", ")} cannot be told from ${extent}`);
    if (extent % product || (!unknownNames.length && extent !== product))
      shapeError(`axis (${group.join(" ")}) of ${extent} is not a multiple of ${product}`);
    if (unknownNames[0]) size.set(unknownNames[0], extent / product);
  }
  return size;
}
