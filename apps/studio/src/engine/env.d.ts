interface ImportMetaEnv {
  /** Version of the library in the page. */
  readonly AQUATINT_VERSION: string;
  readonly PROD: boolean;
  readonly BASE_URL: string;
}
interface ImportMeta {
  readonly env: ImportMetaEnv;
}
