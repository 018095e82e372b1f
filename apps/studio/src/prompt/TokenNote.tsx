import { useEffect, useState } from "react";
import { useLimit } from "../backend/backend.ts";
import { engineStore, openEngine } from "../engine/engine-store.ts";
import type { TokenCount } from "../engine/protocol.ts";
import { settingsStore } from "../settings/settings-store.ts";
import { useStore } from "../state/store.ts";

/** Tokens of a text, a moment after it was typed; undefined until the model is there. */
export function useTokenCount(text: string): TokenCount | undefined {
  const isCounted = useLimit("tokens") === undefined;
  const isReady = useStore(engineStore, ({ status }) => status === "ready") && isCounted;
  const syntax = useStore(settingsStore, (settings) => settings.promptSyntax);
  const [count, setCount] = useState<TokenCount>();
  useEffect(() => {
    if (!isReady) return setCount(undefined);
    const timer = setTimeout(async () => {
      const engine = await openEngine();
      setCount(await engine.call("count", { text, syntax }).catch(() => undefined));
    }, 150);
    return () => clearTimeout(timer);
  }, [text, syntax, isReady]);
  return count;
}

/** Tokens of a prompt, and the words that the model does not read. */
export const TokenNote = ({ text }: { readonly text: string }) => {
  const count = useTokenCount(text);
  const max = useStore(engineStore, (state) => (state.status === "ready" ? state.info.maxTokens : undefined));
  if (!count || max === undefined || text === "") return <span className="token-note" />;
  return (
    <span className="token-note" data-over={count.cut !== "" || undefined}>
      {count.tokens} of {max} tokens
      {count.cut !== "" && (
        <span className="token-cut">
          not read: “<bdi>{count.cut}</bdi>”
        </span>
      )}
    </span>
  );
};
