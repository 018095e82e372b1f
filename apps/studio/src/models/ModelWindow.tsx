import type { ReactNode } from "react";
import type { Fit } from "../model-files/fit.ts";
import type { ModelPrecision } from "../model-files/precision.ts";
import type { FileReport } from "../model-files/report.ts";
import { useStore } from "../state/store.ts";
import { Button } from "../ui/buttons.tsx";
import { Window } from "../ui/dialogs.tsx";
import { SelectField } from "../ui/fields.tsx";
import { Notice } from "../ui/Notice.tsx";
import { modelPrecisionText, parametersText, precisionText, sizeText } from "./names.ts";
import { choosePrecision, forgetModel, type ReceivedModel, receivedStore, takeReceived } from "./receive-models.ts";

const partNames: Readonly<Record<string, string>> = {
  unet: "U-Net",
  vae: "Autoencoder",
  text_encoder: "Text encoder",
  text_encoder_2: "Second text encoder",
};

const Row = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </>
);

/** What a model is, in a table. */
export const ReportTable = ({ report }: { readonly report: FileReport }) => {
  const types = [...new Set(report.parts.flatMap((part) => part.types.slice(0, 1)))];
  return (
    <dl className="facts report">
      <Row label="Family">{report.family ?? "unknown"}</Row>
      <Row label="Size">{sizeText(report.bytes)}</Row>
      <Row label="Precision">{precisionText(types)}</Row>
      {report.parts.map(({ name, parameters, bytes }) => (
        <Row key={name} label={partNames[name] ?? name}>
          {parametersText(parameters)} parameters, {sizeText(bytes)}
        </Row>
      ))}
    </dl>
  );
};

/** Whether a model fits this browser, and what to do where it does not. */
export const FitNote = ({ fit }: { readonly fit: NonNullable<FileReport["fit"]> }) => {
  const { plan, problem, width, height } = fit;
  if (!plan)
    return <Notice kind="warning" text={`It does not fit this browser: ${problem?.message}`} hint={problem?.hint} />;
  const slow = plan.weightMemory === "mapped";
  return (
    <>
      <p className="fit">
        It fits{problem && " at a smaller size"}: an image of {width} × {height} pixels takes about{" "}
        {sizeText(plan.bytes)}.{problem && ` At its own size: ${problem.message}.`}
        {slow && " To fit, its networks are loaded one after the other, and each step takes longer."}
        {plan.tile !== undefined && " The autoencoder works in tiles."}
      </p>
      {!("Suspending" in WebAssembly) && (
        <p className="help">
          This browser cannot read weights on demand (WebAssembly JSPI), so each network is read whole when it is
          loaded: that takes longer and needs more memory. Recent versions of Chrome and Edge can.
        </p>
      )}
    </>
  );
};

const DEVICE_CHOICE = "device";

/** The precisions in which a model fits. */
const PrecisionSelect = ({ fit }: { readonly fit: Fit }) => {
  const precision = useStore(receivedStore, (received) => received?.precision);
  const { precisions } = fit;
  if (precisions.length < 2) return null;
  return (
    <SelectField
      label="Precision"
      help="Fewer bits take less memory and change the image a little. Weights are rounded when the model is opened."
      value={precision ?? DEVICE_CHOICE}
      choices={[
        ...(fit.plan ? [{ id: DEVICE_CHOICE, label: "The device's own choice" }] : []),
        ...precisions.map(({ precision: id, bytes }) => ({
          ...{ id, label: modelPrecisionText(id), note: `about ${sizeText(bytes)}` },
        })),
      ]}
      onChange={(id) => choosePrecision(id === DEVICE_CHOICE ? undefined : (id as ModelPrecision))}
    />
  );
};

/** Whether a model can be used: as it is, or in the precision that was chosen. */
const isUsable = ({ report, precision }: ReceivedModel): boolean =>
  report?.fit?.plan !== undefined || precision !== undefined;

/** Says what a dropped model is, and asks whether to use it. */
export const ModelWindow = () => {
  const received = useStore(receivedStore);
  return (
    <Window title={received?.name ?? ""} isOpen={received !== undefined} onClose={forgetModel}>
      {received && (
        <div className="received">
          {received.isReading && <p className="help">Reading its headers…</p>}
          {received.error && <Notice kind="error" text={received.error.message} hint={received.error.hint} />}
          {received.report && (
            <>
              <ReportTable report={received.report} />
              {received.report.fit && <FitNote fit={received.report.fit} />}
              {received.report.fit && <PrecisionSelect fit={received.report.fit} />}
              {received.report.notes.length > 0 && (
                <ul className="notes">
                  {received.report.notes.map((note) => (
                    <li key={note}>{note}</li>
                  ))}
                </ul>
              )}
            </>
          )}
          <div className="dialog-actions">
            <Button onPress={forgetModel}>{isUsable(received) ? "Cancel" : "Close"}</Button>
            {isUsable(received) && (
              <Button look="primary" onPress={() => void takeReceived()}>
                Use this model
              </Button>
            )}
          </div>
        </div>
      )}
    </Window>
  );
};
