interface ImportMetaEnv {
  /** Version of the library in the page. */
  readonly AQUATINT_VERSION: string;
  readonly PROD: boolean;
  readonly BASE_URL: string;
}
interface ImportMeta {
  readonly env: ImportMetaEnv;
  /** Vite's: functions that load each file that a pattern finds, by its path. */
  glob<T>(
    pattern: string,
    options: { readonly query?: string; readonly import?: string },
  ): Readonly<Record<string, () => Promise<T>>>;
}
/** The address of a script that runs as a worker. */
declare module "*?worker&url" {
  const url: string;
  // biome-ignore lint/style/noDefaultExport: Vite's modules of this form have one
  export default url;
}
