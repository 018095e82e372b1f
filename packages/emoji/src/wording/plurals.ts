import { itemAt } from "aquatint/util";

/** Nouns whose plural no rule makes. */
const irregular: Readonly<Record<string, string>> = {
  ...{
    mouse: "mice",
    policeman: "policemen",
    snowman: "snowmen",
    spaceman: "spacemen",
    tooth: "teeth",
    goose: "geese",
  },
  ...{
    loaf: "loaves",
    wolf: "wolves",
    leaf: "leaves",
    half: "halves",
    knife: "knives",
    scarf: "scarves",
    elf: "elves",
  },
  ...{ fish: "fish", sheep: "sheep", deer: "deer", reindeer: "reindeer", bison: "bison", moose: "moose", ox: "oxen" },
  ...{ pufferfish: "pufferfish", jellyfish: "jellyfish", squid: "squid", shrimp: "shrimp", die: "dice", dice: "dice" },
  ...{ tomato: "tomatoes", potato: "potatoes", volcano: "volcanoes", mango: "mangoes", tornado: "tornadoes" },
  ...{ hero: "heroes", superhero: "superheroes", mosquito: "mosquitoes" },
};

/** Words behind which a phrase only says more about its noun: "a bunch of grapes". */
const BEHIND_NOUN = / (?:of|with|on|in) /;

/** "bunches of grapes" of "a bunch of grapes"; undefined of a phrase without the article of one thing. */
export function pluralOf(phrase: string): string | undefined {
  const noun = /^an? (.+)$/.exec(phrase)?.[1];
  if (noun === undefined) return;
  const end = BEHIND_NOUN.exec(noun)?.index ?? noun.length;
  const words = noun.slice(0, end).split(" ");
  return [...words.slice(0, -1), pluralWord(itemAt(words, -1))].join(" ") + noun.slice(end);
}

function pluralWord(word: string): string {
  const plural = irregular[word];
  if (plural !== undefined) return plural;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}
