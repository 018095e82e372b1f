import { Component, type ComponentType, lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { Button } from "../ui/buttons.tsx";
import { Notice } from "../ui/Notice.tsx";

/** Imports of parts that the first view does without. */
const parts = {
  gallery: async () => (await import("../gallery/GalleryView.tsx")).GalleryView,
  grid: async () => (await import("../grid/GridView.tsx")).GridView,
  compare: async () => (await import("../compare/CompareView.tsx")).CompareView,
  model: async () => (await import("../models/ModelWindow.tsx")).ModelWindow,
  hub: async () => (await import("../models/HubWindow.tsx")).HubWindow,
  mask: async () => (await import("../source/MaskEditor.tsx")).MaskEditor,
  extend: async () => (await import("../source/ExtendEditor.tsx")).ExtendEditor,
} satisfies Readonly<Record<string, () => Promise<ComponentType>>>;

/** The name of a part that is loaded when it is first used. */
export type Part = keyof typeof parts;

const laterPart = (part: Part) => lazy(async () => ({ default: await parts[part]() }));
const components: Readonly<Record<Part, ComponentType>> = {
  gallery: laterPart("gallery"),
  grid: laterPart("grid"),
  compare: laterPart("compare"),
  model: laterPart("model"),
  hub: laterPart("hub"),
  mask: laterPart("mask"),
  extend: laterPart("extend"),
};

/** Loads every part while the page has nothing else to do, so that none is waited for. */
export function preloadParts(): void {
  const whenIdle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 2000));
  whenIdle(async () => {
    for (const load of Object.values(parts)) await load().catch(() => {}); // it says so when it is used
  });
}

const Failure = () => (
  <Notice kind="error" text="this part of the page could not be shown" hint="check the connection, then reload">
    <Button onPress={() => location.reload()}>Reload</Button>
  </Notice>
);

/** Keeps the rest of the page where the script of a part does not come, as after an update of the host. */
class LoadBoundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError = () => ({ failed: true });
  override render = () => (this.state.failed ? <Failure /> : this.props.children);
}

/** A part of the page, from the first time that it is `isUsed`; then it stays. */
export const Later = ({ part, isUsed = true }: { readonly part: Part; readonly isUsed?: boolean }) => {
  const [wasUsed, setWasUsed] = useState(isUsed);
  useEffect(() => {
    if (isUsed) setWasUsed(true);
  }, [isUsed]);
  const Content = components[part];
  return (
    wasUsed && (
      <LoadBoundary>
        <Suspense>
          <Content />
        </Suspense>
      </LoadBoundary>
    )
  );
};
