import type { Template } from "./template.ts";
import { between } from "./templates/between.ts";
import { count } from "./templates/count.ts";
import { inside } from "./templates/inside.ts";
import { above, besideTemplate, left } from "./templates/pairs.ts";
import { riding } from "./templates/riding.ts";
import { single } from "./templates/single.ts";
import { scaled, sizes } from "./templates/sizes.ts";
import { tinted } from "./templates/tinted.ts";

/** Every kind of scene, by the name that configs and truths call it. */
export const templates = {
  single,
  left,
  above,
  riding,
  sizes,
  count,
  inside,
  tinted,
  between,
  beside: besideTemplate,
  scaled,
} as const satisfies Readonly<Record<string, Template>>;

/** Names of the templates. */
export type TemplateName = keyof typeof templates;

/** The names of all kinds of scenes. */
export const templateNames = Object.keys(templates) as TemplateName[];
