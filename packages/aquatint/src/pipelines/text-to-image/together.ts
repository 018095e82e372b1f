import type { Latent } from "../../diffusion/process/latent.ts";

/** A network that is asked for one picture. */
export type AskOne<T> = (x: Latent, t: number) => Promise<T>;

interface Asked<T> {
  readonly x: Latent;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * `count` networks that are asked together: each waits until all have been asked, at the same t, and one call of `askAll`
 * answers them in their order.
 */
export function askedTogether<T>(
  count: number,
  askAll: (xs: readonly Latent[], t: number) => Promise<readonly T[]>,
): readonly AskOne<T>[] {
  const asked = new Map<number, Asked<T>>();
  const answer = (t: number) => {
    const all = Array.from({ length: count }, (_, i) => asked.get(i)!);
    asked.clear();
    askAll(
      all.map(({ x }) => x),
      t,
    ).then(
      (values) => all.forEach(({ resolve }, i) => void resolve(values[i]!)),
      (reason) => all.forEach(({ reject }) => void reject(reason)),
    );
  };
  return Array.from({ length: count }, (_, i) => (x: Latent, t: number) => {
    return new Promise<T>((resolve, reject) => {
      asked.set(i, { x, resolve, reject });
      if (asked.size === count) answer(t);
    });
  });
}

/** Generators of equally many values side by side: yields the next of each. */
export async function* inStep<T>(loops: readonly AsyncGenerator<T>[]): AsyncGenerator<readonly T[], void, void> {
  for (;;) {
    const found = await Promise.all(loops.map((loop) => loop.next()));
    if (found.some(({ done }) => done)) return;
    yield found.map(({ value }) => value);
  }
}
