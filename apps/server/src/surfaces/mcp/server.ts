import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import type { CallToolResult, ServerNotification, ServerRequest } from "@modelcontextprotocol/sdk/types.js";
import { httpFailure } from "../../app/failure.ts";
import type { JobProgress } from "../../jobs/types.ts";
import { version } from "../../version.ts";
import type { SurfaceTools } from "../surface.ts";
import type { ToolContent } from "./call.ts";
import { type Tool, tools } from "./tools.ts";

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Who calls the tools, and how the caller leaves. */
export interface McpCaller {
  readonly owner: string;
  readonly tools: SurfaceTools;
  readonly signal: AbortSignal;
  /** Takes errors that are no refusals. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A server of the Model Context Protocol for one caller. */
export function mcpServer(caller: McpCaller): McpServer {
  const server = new McpServer({ name: "aquatint", version });
  for (const tool of tools) {
    const { name, title, description, inputSchema, readOnly } = tool;
    const annotations = { readOnlyHint: readOnly, destructiveHint: false, openWorldHint: false };
    server.registerTool(name, { title, description, inputSchema, annotations }, (input: unknown, extra: Extra) =>
      answer(tool, input, { caller, extra }),
    );
  }
  return server;
}

interface Call {
  readonly caller: McpCaller;
  readonly extra: Extra;
}

/** The result of a tool, or its error as assistants read it. */
async function answer(tool: Tool, input: unknown, { caller, extra }: Call): Promise<CallToolResult> {
  const { owner, tools, onError } = caller;
  const signal = AbortSignal.any([caller.signal, extra.signal]);
  try {
    return resultOf(await tool.run(input, { owner, tools, signal, progress: progressOf(extra) }));
  } catch (error) {
    const { status, code, message, hint } = httpFailure(error);
    if (status >= 500) onError?.(error);
    const text = hint === undefined ? message : `${message} (${hint})`;
    return { isError: true, content: [{ type: "text", text: `${code}: ${text}` }] };
  }
}

const resultOf = ({ images = [], value }: ToolContent): CallToolResult => ({
  content: [
    ...images.map(({ data, mimeType }) => ({ type: "image" as const, data, mimeType })),
    { type: "text", text: JSON.stringify(value) },
  ],
});

/** Sends progress to callers that asked for it; it only grows, as the protocol has it. */
function progressOf({ _meta, sendNotification }: Extra): (progress: JobProgress) => Promise<void> {
  const progressToken = _meta?.progressToken;
  let last = 0;
  return async ({ image, images, step, steps }) => {
    const progress = image * steps + step;
    if (progressToken === undefined || progress <= last) return;
    last = progress;
    const params = { progressToken, progress, total: images * steps, message: `step ${step} of ${steps}` };
    await sendNotification({ method: "notifications/progress", params });
  };
}
