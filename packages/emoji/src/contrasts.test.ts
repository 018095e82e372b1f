import { type DrawSample, sampleSeed } from "aquatint/data";
import { torchCpu } from "aquatint/math";
import { describe, expect, test } from "vitest";
import { barsAtlas } from "./bars.cases.ts";
import type { SceneWorld } from "./casting.ts";
import { contrastingScenes } from "./contrasts.ts";
import { colors } from "./drawing/colors.ts";
import { emojiNames } from "./names.ts";
import { sceneSources } from "./scenes.ts";
import { type TemplateName, templateNames } from "./templates.ts";
import type { SceneTruth } from "./truth.ts";
import { wordings } from "./wording/wordings.ts";

const atlas = barsAtlas([255, 255, 255, 255], [0, 0, 0, 255], (pixel) => pixel % 2 === 1);
const world = (templates: readonly TemplateName[]): SceneWorld => ({
  ...{ names: emojiNames, styles: ["3d"], colors, mirror: false, atlas, wording: wordings.varied },
  templates: templates.map((item) => ({ item, weight: 1 })),
  backgrounds: [{ item: "solid", weight: 1 }],
});

const SEED = 5;
const at = (draw: DrawSample<SceneTruth>, index: number) =>
  draw(torchCpu(sampleSeed(SEED, index)), { seed: SEED, index });

/** The scenes of the first groups: of each a scene and those that follow it. */
const groupsOf = (templates: readonly TemplateName[], contrasts: number, count = 100) => {
  const draw = contrastingScenes(world(templates), { split: "train", contrasts });
  return Array.from({ length: count }, (_, group) =>
    Array.from({ length: contrasts + 1 }, (_, i) => at(draw, group * (contrasts + 1) + i)),
  );
};

const things = ({ objects }: SceneTruth) => objects.map(({ name }) => name);
const differences = (a: SceneTruth, b: SceneTruth): readonly string[] => {
  const [first, second] = [things(a), things(b)];
  const sameNames = [...new Set(first)].sort().join() === [...new Set(second)].sort().join();
  return [
    ...(a.template === b.template ? [] : ["relation"]),
    ...(a.background.colors.join() === b.background.colors.join() ? [] : ["color"]),
    ...(sameNames ? [] : ["name"]),
    ...(first.length === second.length ? [] : ["number"]),
    ...(sameNames && first.length === second.length && first.join() !== second.join() ? ["order"] : []),
    ...(a.template === "scaled" && a.objects[0]!.size > 0.5 !== b.objects[0]!.size > 0.5 ? ["size"] : []),
  ];
};

describe("scenes that follow one", () => {
  test("differ from it in one respect, each kind of scene in those it has", () => {
    const changesOf = new Map<TemplateName, Set<string>>();
    for (const [first, ...rest] of groupsOf(templateNames, 4)) {
      for (const { truth } of rest) {
        const changes = differences(first!.truth, truth);
        expect(changes.length, JSON.stringify([first!.caption, truth])).toBe(1);
        const { template } = first!.truth;
        changesOf.set(template, (changesOf.get(template) ?? new Set()).add(changes[0]!));
      }
    }
    expect([...changesOf.get("left")!].sort()).toEqual(["color", "name", "order", "relation"]);
    expect([...changesOf.get("count")!].sort()).toEqual(["color", "name", "number"]);
    expect([...changesOf.get("scaled")!].sort()).toEqual(["color", "name", "size"]);
    expect([...changesOf.get("beside")!].sort()).toEqual(["color", "name"]);
  });

  test("are not all changed in the same way", () => {
    for (const [first, ...rest] of groupsOf(["left", "above"], 4, 40)) {
      const kinds = new Set(rest.map(({ truth }) => differences(first!.truth, truth).join()));
      expect(kinds.size).toBeGreaterThanOrEqual(3);
    }
  });

  test("stand where it stands", () => {
    const groups = groupsOf(["left"], 4, 40);
    const recolored = groups.flatMap(([first, ...rest]) =>
      rest.flatMap(({ truth }) =>
        differences(first!.truth, truth).join() === "color" ? [{ first: first!.truth, truth }] : [],
      ),
    );
    expect(recolored.length).toBeGreaterThan(20);
    for (const { first, truth } of recolored) expect(truth.objects).toEqual(first.objects);
  });

  test("are never held out", () => {
    for (const group of groupsOf(templateNames, 4)) for (const { truth } of group) expect(truth.heldOut).toEqual([]);
  });
});

test("without contrasts, scenes are those of the source", () => {
  const draw = contrastingScenes(world(templateNames), { split: "train", contrasts: 0 });
  const { train } = sceneSources(world(templateNames));
  for (let i = 0; i < 50; i++) {
    const { caption, truth } = at(draw, i);
    const original = train(torchCpu(sampleSeed(SEED, i)));
    expect({ caption, truth }).toEqual({ caption: original.caption, truth: original.truth });
  }
});
