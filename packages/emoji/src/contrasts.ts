import { type DrawSample, pick, type Split, sampleSeed } from "aquatint/data";
import { drawInteger, type RandomStream, restoreTorchCpu, torchCpu } from "aquatint/math";
import { itemAt } from "aquatint/util";
import { type Cast, type SceneWorld, suitsAll } from "./casting.ts";
import { castSources, staged } from "./scenes.ts";
import type { Template } from "./template.ts";
import { type TemplateName, templates } from "./templates.ts";
import type { SceneTruth } from "./truth.ts";

/** A cast that differs from another in one respect. */
interface Changed {
  readonly cast: Cast;
  /** Distance to the template's variant that a change makes. */
  readonly turn: number;
}

/** A way to change one respect of a cast; undefined where it has none to change. */
type Change = (random: RandomStream, cast: Cast, world: SceneWorld) => Changed | undefined;

const templateOf = (name: TemplateName): Template => templates[name];
const changed = (cast: Cast): Changed => ({ cast, turn: 0 });

/** Every way; the scenes of a group take turns. */
const changes: Readonly<Record<string, Change>> = {
  /** "a dog left of a cat" of "a cat left of a dog". */
  order(_, cast) {
    const things = cast.things.toReversed();
    return templateOf(cast.template).ordered && suitsAll(cast.template, things)
      ? changed({ ...cast, things })
      : undefined;
  },
  /** "a cat above a dog". */
  relation(random, cast, world) {
    const tells = (name: TemplateName): boolean => Boolean(templateOf(name).ordered && !templateOf(name).sideless);
    const templates = world.templates
      .map(({ item }) => item)
      .filter((item) => item !== cast.template && tells(item) && suitsAll(item, cast.things));
    if (!tells(cast.template) || templates.length === 0) return;
    return changed({ ...cast, template: pick(random, templates) });
  },
  /** Another color of the background. */
  color(random, cast, world) {
    const unused = world.colors.filter((color) => !cast.colors.includes(color));
    if (unused.length === 0) return;
    const at = drawInteger(random, cast.colors.length);
    return changed({ ...cast, colors: cast.colors.with(at, pick(random, unused)) });
  },
  /** Another thing in the place of one. */
  name(random, cast, world) {
    const at = drawInteger(random, cast.things.length);
    const things = cast.things.with(at, pick(random, world.names));
    const isNew = new Set(things).size === things.length && !cast.things.includes(itemAt(things, at));
    return isNew && suitsAll(cast.template, things) ? changed({ ...cast, things }) : undefined;
  },
  /** Another number, another size. */
  variant(random, cast) {
    const { variants } = templateOf(cast.template);
    return variants === undefined ? undefined : { cast, turn: itemAt(random.randint(1, variants, 1), 0) };
  },
};

/** Attempts at a change that gives something held out or hard to see. */
const ATTEMPTS = 8;

/** Options of groups of scenes. */
export interface ContrastOptions {
  readonly split: Split;
  /** Scenes that follow each one and differ from it in one respect. */
  readonly contrasts: number;
}

/**
 * Draws scenes in groups: the first of each is a scene like any other, each of the others is the first with one change, put
 * into the same words and places. Where no change is found, it is a scene of its own.
 */
export function contrastingScenes(world: SceneWorld, { split, contrasts }: ContrastOptions): DrawSample<SceneTruth> {
  const source = castSources(world)[split];
  const ways = Object.values(changes);
  const variant = (random: RandomStream, way: Change, cast: Cast) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const change = way(random, cast, world);
      const candidate = change && source.choose(change.cast);
      if (candidate) return [{ candidate, turn: change.turn }];
    }
    return [];
  };
  return (random, { seed, index }) => {
    const position = index % (contrasts + 1);
    if (position === 0) return staged(random, source.draw(random), { world });
    const base = torchCpu(sampleSeed(seed, index - position));
    const { cast } = source.draw(base);
    const standing = base.snapshot();
    const variants = Array.from(base.randperm(ways.length)).flatMap((way) => variant(random, itemAt(ways, way), cast));
    if (variants.length === 0) return staged(random, source.draw(random), { world });
    const { candidate, turn } = itemAt(variants, (position - 1) % variants.length);
    return staged(restoreTorchCpu(standing), candidate, { world, turn });
  };
}
