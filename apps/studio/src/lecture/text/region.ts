/** The lines between `// #region` and `// #endregion` of an example, as they are. @throws Error without both marks. */
export function regionOf(source: string, file: string): string {
  const region = /^\/\/ #region\n([\s\S]*?)\n\/\/ #endregion$/m.exec(source.replaceAll("\r\n", "\n"))?.[1];
  if (region === undefined) throw new Error(`${file} has no lines between // #region and // #endregion`);
  return region;
}
