import { initialSettings, parseSettings, type Settings } from "./settings.ts";

const PREFIX = "#make=";

/** A link to the page with settings in it, those that differ from a first visit's. It holds no images. */
export function linkOf(settings: Settings, base: string): string {
  const first = JSON.stringify;
  const changed = Object.entries(settings).filter(
    ([key, value]) => first(value) !== first(initialSettings[key as keyof Settings]),
  );
  return `${base.replace(/#.*$/, "")}${PREFIX}${encodeURIComponent(JSON.stringify(Object.fromEntries(changed)))}`;
}

/** The settings of a link's hash; undefined where it is none, or damaged. */
export function settingsOfLink(hash: string): Settings | undefined {
  if (!hash.startsWith(PREFIX)) return undefined;
  try {
    const changed: unknown = JSON.parse(decodeURIComponent(hash.slice(PREFIX.length)));
    if (typeof changed !== "object" || Array.isArray(changed)) return undefined;
    return parseSettings(JSON.stringify({ prompt: initialSettings.prompt, ...changed }));
  } catch {
    return undefined;
  }
}
