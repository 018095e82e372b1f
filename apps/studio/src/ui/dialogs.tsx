import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { IconButton } from "./buttons.tsx";

/** Props of a window over the page. */
export interface WindowProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** "side" comes from the edge of the screen. */
  readonly kind?: "center" | "wide" | "side";
}

/** A window over the page; Escape and a press beside it close it. */
export const Window = ({ title, isOpen, onClose, children, kind = "center" }: WindowProps) => (
  <ModalOverlay
    className="overlay"
    data-kind={kind}
    isDismissable
    isOpen={isOpen}
    onOpenChange={(open) => !open && onClose()}
  >
    <Modal className="window" data-kind={kind}>
      <Dialog className="dialog">
        <header className="dialog-head">
          <Heading slot="title">{title}</Heading>
          <IconButton label="Close" icon="close" onPress={onClose} />
        </header>
        <div className="dialog-body">{children}</div>
      </Dialog>
    </Modal>
  </ModalOverlay>
);
