/** A color of the theme: on paper, and in the dark. */
type Shade = readonly [light: string, dark: string];

const shades = {
  paper: ["#fbfaf7", "#16181b"],
  panel: ["#ffffff", "#1d2024"],
  ink: ["#22201c", "#e8e6e1"],
  quiet: ["#6a655c", "#9f9b93"],
  rule: ["#e3dfd6", "#33373c"],
  faint: ["#d3cec3", "#454a50"],
  blue: ["#1d6996", "#6db5e0"],
  red: ["#c1432e", "#f08a72"],
  green: ["#4f7a28", "#a3c96a"],
  ochre: ["#b57a11", "#e2b354"],
  violet: ["#7a4fa3", "#c19be6"],
  teal: ["#138074", "#5fc9ba"],
  rose: ["#b23a73", "#ee8bb7"],
  slate: ["#56657a", "#a5b3c6"],
} as const satisfies Readonly<Record<string, Shade>>;

/** The name of a color. */
export type ColorName = keyof typeof shades;

/** A color as drawings and style sheets name it; the page decides between light and dark. */
export const color = (name: ColorName): string => `var(--${name})`;

/** Colors of lines that are told apart, in the order in which they are taken. */
export const seriesColors: readonly string[] = (
  ["blue", "red", "ochre", "violet", "green", "teal", "rose", "slate"] as const
).map(color);

const variables = (side: 0 | 1): string =>
  Object.entries<Shade>(shades)
    .map(([name, shade]) => `--${name}:${shade[side]};`)
    .join("");

const schemes = `:root{color-scheme:light dark;${variables(0)}}
@media (prefers-color-scheme:dark){:root{${variables(1)}}}`;

/** Style sheet of a drawing outside of a page. */
export const drawingSheet = `${schemes}
svg{--plot-background:var(--paper);color:var(--ink);font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}`;

/** The style sheet of every report: a column of text, figures, tables; light and dark as the reader's system is set. */
export const styleSheet = `
${schemes}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,header,footer{max-width:784px;margin:0 auto;padding:0 20px}
header{padding-top:56px}
h1,h2{font-family:"Iowan Old Style","Palatino Linotype",Palatino,Georgia,"Noto Serif",serif;font-weight:600;line-height:1.2;text-wrap:balance}
h1{font-size:2.3rem;margin:.2em 0 .4em;letter-spacing:-.01em}
h2{font-size:1.5rem;margin:0 0 .6em}
h3{font-size:1rem;margin:1.8em 0 .4em}
p{margin:0 0 1em;max-width:66ch}
.kicker{color:var(--quiet);font-size:.82rem;letter-spacing:.08em;text-transform:uppercase;margin:0}
.lead{font-size:1.12rem;color:var(--quiet)}
nav ol{list-style:none;display:flex;flex-wrap:wrap;gap:.3em 1.2em;padding:14px 0;margin:28px 0 0;border-block:1px solid var(--rule);font-size:.9rem}
section{padding-top:52px}
a{color:var(--blue);text-decoration-thickness:1px;text-underline-offset:3px}
figure{margin:24px 0;}
figcaption{margin-top:10px;color:var(--quiet);font-size:.88rem;line-height:1.5;max-width:72ch}
figcaption b{color:var(--ink);font-weight:600}
.formula{font-family:"Iowan Old Style","Palatino Linotype",Palatino,Georgia,"Noto Serif",serif;font-style:italic;white-space:nowrap}
.formula sub,.formula sup{font-size:.72em;line-height:0}
.scroll{overflow-x:auto}
.sheet img{display:block;width:100%;height:auto;image-rendering:pixelated;border-radius:6px;border:1px solid var(--rule)}
.strip{display:grid;grid-template-columns:repeat(var(--columns),minmax(64px,1fr));gap:10px}
.strip+.strip{margin-top:16px}
.strip figure{margin:0}
.strip img{display:block;width:100%;height:auto;image-rendering:pixelated;border-radius:5px;background:var(--panel)}
.strip figcaption{margin-top:5px;font-size:.78rem;line-height:1.35;text-align:center;font-variant-numeric:tabular-nums}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:18px 14px}
.panels figure{margin:0}
.panels figcaption{margin-top:4px;font-size:.8rem;line-height:1.35}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(320px,100%),1fr));gap:22px 24px}
.pairs figure{margin:0}
.pairs figcaption{margin-top:2px}
table{border-collapse:collapse;width:100%;font-size:.82rem;font-variant-numeric:tabular-nums}
th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--rule);text-align:left;vertical-align:baseline}
thead th{font-weight:600;color:var(--quiet);font-size:.8rem;white-space:nowrap}
tbody th{font-weight:500}
.number{text-align:right}
th:last-child,td:last-child{padding-right:0}
.note{border-left:3px solid var(--ochre);padding:2px 0 2px 14px;color:var(--quiet)}
td code{white-space:nowrap}
code{font:.88em ui-monospace,"SF Mono",Menlo,Consolas,monospace;background:var(--panel);border:1px solid var(--rule);border-radius:4px;padding:.08em .35em}
footer{margin-top:72px;padding-top:18px;padding-bottom:48px;border-top:1px solid var(--rule);color:var(--quiet);font-size:.85rem}
svg.drawing{--plot-background:var(--paper);display:block;width:100%;height:auto;overflow:visible;color:var(--ink);font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.legend{display:flex;flex-wrap:wrap;gap:.2em 1.3em;margin:0 0 10px;padding:0;list-style:none;font-size:.85rem}
.legend i{display:inline-block;width:20px;height:0;border-top:3px solid;border-radius:2px;margin-right:7px;vertical-align:middle}
.for-narrow{display:none}
@media (max-width:640px){
  header{padding-top:32px}h1{font-size:1.75rem}section{padding-top:40px}
  .for-wide{display:none}.for-narrow{display:block}
  .strip{grid-template-columns:repeat(3,1fr)}
}
@media print{body{background:#fff}section{break-inside:avoid-page}}
`;
