export { version } from "aquatint/cli";
