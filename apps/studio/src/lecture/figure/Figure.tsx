import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { createStore, useStore } from "../../state/store.ts";
import { Notice } from "../../ui/Notice.tsx";
import type { Codec } from "../link/codecs.ts";
import { reportUnread, useLinkedValue } from "../link/link-store.ts";
import { type JobWorker, jobWorker } from "./jobs.ts";

/** True while a page is prepared for print: figures compute out of view, too. */
export const printStore = createStore(false);

/** Names of figures that compute. */
export const busyStore = createStore<ReadonlySet<string>>(new Set());

/** What the parts of a figure share. */
export interface FigureState {
  readonly id: string;
  readonly isInView: boolean;
  readonly worker: JobWorker;
  report(key: object, status: { readonly isRunning: boolean; readonly error: string | undefined }): void;
}

const FigureContext = createContext<FigureState | undefined>(undefined);

/** The figure around a component. */
export function useFigure(): FigureState {
  const figure = useContext(FigureContext);
  if (!figure) throw new Error("this component belongs into a Figure");
  return figure;
}

/** A value of the figure that the address holds. */
export const useFigureValue = <T,>(key: string, codec: Codec<T>) => useLinkedValue(`${useFigure().id}.${key}`, codec);

/** Names a value of the address that the figure cannot use, with what it could be; `expected` is undefined where it can. */
export function useUnreadValue(key: string, expected: readonly string[] | undefined): void {
  const { id } = useFigure();
  const text = expected && `one of ${expected.join(", ")}`;
  useEffect(() => {
    if (text !== undefined) reportUnread(`${id}.${key}`, text);
  }, [id, key, text]);
}

/** Whether an element is in the window, and the page is shown; true throughout for print. */
function useInView(): [ref: React.RefObject<HTMLElement | null>, isInView: boolean] {
  const ref = useRef<HTMLElement>(null);
  const [isIntersecting, setIntersecting] = useState(false);
  const [isShown, setShown] = useState(() => !document.hidden);
  const isPrinting = useStore(printStore);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry && setIntersecting(entry.isIntersecting));
    const onVisibility = () => setShown(!document.hidden);
    if (ref.current) observer.observe(ref.current);
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }, []);
  return [ref, (isIntersecting && isShown) || isPrinting];
}

/** A worker that lives as long as the figure. */
function useWorker(start: () => Worker): JobWorker {
  const [worker] = useState(() => jobWorker(start));
  useEffect(() => () => worker.close(), [worker]);
  return worker;
}

type Statuses = ReadonlyMap<object, Parameters<FigureState["report"]>[1]>;

function useStatuses(id: string) {
  const [statuses, setStatuses] = useState<Statuses>(new Map());
  const report = useMemo<FigureState["report"]>(
    () => (key, status) => setStatuses((map) => new Map(map).set(key, status)),
    [],
  );
  const all = [...statuses.values()];
  const isBusy = all.some(({ isRunning }) => isRunning);
  useEffect(() => {
    if (!isBusy) return;
    busyStore.set((busy) => new Set(busy).add(id));
    return () => busyStore.set((busy) => new Set([...busy].filter((other) => other !== id)));
  }, [isBusy, id]);
  return { report, isBusy, error: all.find(({ error }) => error)?.error };
}

interface FigureProps {
  /** Name in the address, one word. */
  readonly id: string;
  readonly title: string;
  /** Starts the worker that computes it. */
  readonly worker: () => Worker;
  readonly children: ReactNode;
}

/** A figure that computes in a worker of its own while it is in view. Its values are in the address, under its name. */
export function Figure({ id, title, worker: start, children }: FigureProps) {
  const [ref, isInView] = useInView();
  const worker = useWorker(start);
  const { report, isBusy, error } = useStatuses(id);
  const state = useMemo(() => ({ id, isInView, worker, report }), [id, isInView, worker, report]);
  return (
    <figure ref={ref} className="figure" aria-labelledby={`${id}-title`} aria-busy={isBusy} data-figure={id}>
      <h3 id={`${id}-title`} className="figure-title">
        {title}
      </h3>
      <div className="figure-busy" aria-hidden="true" />
      <FigureContext value={state}>{children}</FigureContext>
      {error && <Notice kind="error" text={error} />}
    </figure>
  );
}

/** What a figure shows at the moment, in words: its text alternative. */
export const Caption = ({ children }: { readonly children: ReactNode }) => (
  <figcaption className="figure-caption">{children}</figcaption>
);
