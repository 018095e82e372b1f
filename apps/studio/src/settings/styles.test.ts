import { expect, test } from "vitest";
import { drawOptions } from "./request.ts";
import { initialSettings } from "./settings.ts";
import { builtInStyles, styled } from "./styles.ts";
import { parseStyles } from "./styles-csv.ts";
import { keepStyles, stylesNamed, stylesStore } from "./styles-store.ts";

const style = (prompt: string, negative = "") => ({ name: "x", prompt, negative });

test.each([
  [[style("oil painting of {prompt}, soft", "photo")], "oil painting of a fox, soft", "snow, photo"],
  [[style("soft light")], "a fox, soft light", "snow"],
  [[style("{prompt} and {prompt}", "no {prompt}")], "a fox and a fox", "no snow"],
  [[style("big {prompt}"), style("{prompt}, red")], "big a fox, red", "snow"],
  [[style("", "blur")], "a fox", "snow, blur"],
  [[], "a fox", "snow"],
])("the styles %j make a prompt", (styles, prompt, negative) => {
  expect(styled({ prompt: "a fox", negative: "snow" }, styles)).toEqual({ prompt, negative });
});

test("styles are applied before wildcards are chosen, and a name of none changes nothing", () => {
  keepStyles([{ name: "Two", prompt: "{prompt} in {red|blue}", negative: "" }]);
  const settings = { ...initialSettings, prompt: "a fox", styles: ["Two", "nowhere"] };
  expect([0, 1].map((index) => drawOptions(settings, { index }).prompt)).toEqual(["a fox in red", "a fox in blue"]);
  stylesStore.set([]);
});

test("an own style takes the place of a built-in one of its name", () => {
  const [first] = builtInStyles;
  keepStyles([{ name: first!.name, prompt: "mine", negative: "" }]);
  expect(stylesNamed([first!.name])).toMatchObject([{ prompt: "mine" }]);
  stylesStore.set([]);
  expect(stylesNamed([first!.name])).toEqual([first]);
});

test("a styles.csv of the web UI is read: quotes, lines in them, line ends, empty rows", () => {
  const csv = `\uFEFFname,prompt,negative_prompt\r\nNone,,\r\n"Oil, thick","oil of {prompt}, ""impasto""",blurry\r\nLines,"one\ntwo",\r\n\r\n`;
  expect(parseStyles(csv)).toEqual({
    styles: [
      { name: "Oil, thick", prompt: 'oil of {prompt}, "impasto"', negative: "blurry" },
      { name: "Lines", prompt: "one\ntwo", negative: "" },
    ],
    notes: ["without a text, and so left out: None"],
  });
  expect(parseStyles("name,text\nOld,{prompt} old").styles).toEqual([
    { name: "Old", prompt: "{prompt} old", negative: "" },
  ]);
});

test.each(["", "a,b\n1,2", "{}"])("the text %j is no file of styles", (text) => {
  expect(() => parseStyles(text)).toThrow("this is no file of styles");
});
