/**
 * `npx tsx scripts/sampler-lines.ts`: lines of the algorithms of eleven classes of diffusers, with and without the reading
 * of their configurations; docs/samplers.md states them.
 */
import { samplerLines } from "../packages/aquatint/test/sampler-lines.ts";

const { files, all, algorithms, code, readingFiles, withReading } = samplerLines();
console.log(`algorithms, ${files} files: ${all} lines`);
console.log(`without declarations: ${algorithms} lines, ${code} of them code`);
console.log(`with the reading of configurations, ${readingFiles} files more: ${withReading} lines`);
