interface ChoiceTextProps {
  readonly label: string;
  readonly note?: string | undefined;
}

/** The text of a choice in a list or menu. Both lines are its name, so that what is seen is what is read. */
export const ChoiceText = ({ label, note }: ChoiceTextProps) => (
  <span className="choice-text">
    <span>{label}</span>
    {note && <span className="choice-note">{note}</span>}
  </span>
);
