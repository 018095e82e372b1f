/** The studio's page as a folder, and the server that it needs. */
export { type Site, type SiteOptions, serveSite } from "./command/serve-site.node.ts";
export { type SiteRequest, siteResponses } from "./command/site-answer.node.ts";
export { siteFolder } from "./command/site-files.node.ts";
export { pageHeaders } from "./site/headers.ts";
