import {
  Button as AriaButton,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from "react-aria-components";
import { IconButton } from "./buttons.tsx";

interface Message {
  readonly text: string;
  readonly detail?: string | undefined;
  /** A way back. */
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

const queue = new ToastQueue<Message>({ maxVisibleToasts: 3 });

/** Says something beside the page for as long as it takes to read; with an action it stays longer. The same words take the place of the earlier ones, unless those offer a way back. */
export function say(text: string, options: Omit<Message, "text"> = {}): void {
  const isSame = ({ content }: { readonly content: Message }) =>
    content.text === text && content.detail === options.detail && content.action === undefined;
  for (const { key } of queue.visibleToasts.filter(isSame)) queue.close(key);
  const reading = 60 * (text.length + (options.detail?.length ?? 0)); // a letter takes 60 ms
  queue.add({ text, ...options }, { timeout: Math.max(reading, options.action || options.detail ? 9000 : 5000) });
}

/** Says in `--toasts` how high the messages are, so that windows leave room for them. */
function measured(region: HTMLElement | null): (() => void) | undefined {
  if (!region) return undefined;
  const { style } = document.documentElement;
  const observer = new ResizeObserver(() => style.setProperty("--toasts", `${region.offsetHeight}px`));
  observer.observe(region);
  return () => {
    observer.disconnect();
    style.removeProperty("--toasts");
  };
}

/** The place where messages appear. */
export const Toasts = () => (
  <ToastRegion ref={measured} queue={queue} className="toasts">
    {({ toast }) => (
      <Toast toast={toast} className="toast">
        <ToastContent className="toast-content">
          <Text slot="title">{toast.content.text}</Text>
          {toast.content.detail && <Text slot="description">{toast.content.detail}</Text>}
        </ToastContent>
        {toast.content.action && (
          <AriaButton
            className="toast-action"
            onPress={() => {
              toast.content.action?.run();
              queue.close(toast.key);
            }}
          >
            {toast.content.action.label}
          </AriaButton>
        )}
        <IconButton label="Close the message" icon="close" slot="close" />
      </Toast>
    )}
  </ToastRegion>
);
