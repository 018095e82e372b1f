/** Devices of Windows, which opens them in every folder and with every extension. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³]) *(\.|$)/i;

/** Problem of the name of a new file or folder on a system; undefined if it has none. */
export function nameProblem(name: string, platform: NodeJS.Platform): string | undefined {
  if (/\p{Cc}/u.test(name)) return "its name has a control character";
  if (new TextEncoder().encode(name).length > 255) return "the name is too long, most disks allow 255 bytes";
  if (platform !== "win32") return undefined;
  if (DEVICE.test(name)) return "Windows reserves its name for a device";
  const [character] = /[<>:"|?*]/.exec(name) ?? [];
  if (character !== undefined) return `its name has a ${character}, which Windows does not allow`;
  return /[^.][. ]+$/.test(name) ? "its name ends in a dot or a space, which Windows removes" : undefined;
}
