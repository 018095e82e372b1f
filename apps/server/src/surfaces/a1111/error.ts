import { AquatintError } from "aquatint";

/** A refusal with the status and the words of the web UI. */
export class WebUiError extends AquatintError {
  override readonly name = "HTTPException";
  readonly status: 404 | 422 | 500;
  constructor(status: WebUiError["status"], detail: string, hint?: string) {
    super("a1111/refused", detail, { hint });
    this.status = status;
  }
}

/** The refusal of a feature that local models or this server do not have. */
export const notHere = (field: string, hint: string): WebUiError =>
  new WebUiError(422, `${field} is not supported by this server: ${hint}`, hint);
