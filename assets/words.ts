/** Words for copying, look-ups and generic tools. */
import { allergens, conditions, drugs, labTests, reactions } from "../src/data/clinical/index.ts";

// biome-ignore format: lists
export const nouns = ("apple arm arrow bag ball bank barn basket beach bean bell bench bird boat book bottle bowl box branch bread " +
  "brick bridge brush bucket bus button cabin cable cake camera candle car carpet cart castle chair chalk cheese clock cloth " +
  "cloud coat coin comb cork corn crane cup curtain desk dish dog door dress drum duck eagle engine farm feather fence field " +
  "film flag flour flower forest fork fox frame garden gate glass glove goat grape grass guitar hammer hat hill horse hotel " +
  "house island jacket jar key kite kitchen knife ladder lake lamp leaf lemon letter lion lock log map market mask meadow " +
  "melon mill mirror moon motor mountain mouse museum nail needle nest net notebook oak oar ocean onion orange oven owl paint " +
  "palace paper park path peach pear pen pencil piano picture pig pillow pine pipe plane plant plate plum pocket pond pot " +
  "rabbit radio rail rain ribbon rice ring river road robot roof room rope rose sail salt sand saw scarf school sheep shelf " +
  "ship shirt shoe shop silk sink snow soap sock song soup spoon spring square stamp star station stone stool storm stove " +
  "street sugar sun table tail tape tea tent theatre ticket tiger tool tower town toy train tray tree truck tunnel turtle " +
  "valley van vase village violin wagon wall watch water wave wheel whistle window wine wing winter wood wool yard zebra").split(" ");
// biome-ignore format: lists
export const qualities = ("red blue green yellow black white brown grey pink gold silver open closed full empty ready late early fast slow " +
  "heavy light warm cold new old clean broken free busy sold paid lost found sent packed stored waiting finished planned").split(" ");
// biome-ignore format: lists
export const people = ("Alma Bert Cora Dino Edda Finn Gina Hans Iris Jack Kira Luca Mona Nico Orla Pete Ruth Sven Tina Uwe Vito Wanda Xenia Yara Zeno " +
  "Anna Bill Cleo Doug Enzo Fay Gus Hope Ike Joan Kurt Lola Max Nora Otto Pia Rex Sia Theo Una").split(" ");
// biome-ignore format: lists
export const places = ("Athens Berlin Cairo Delhi Dublin Essen Florence Geneva Hanoi Istanbul Jakarta Kyoto Lima Lisbon London Madrid Milan Nairobi Oslo " +
  "Paris Prague Quito Rome Seoul Sofia Tokyo Tunis Turin Vienna Warsaw Zagreb Zurich").split(" ");
// biome-ignore format: lists
const general = ("a about above add added adjust advice after again against age all allergic allergy also always an and answer any are array as ask at " +
  "avoid away back be because been before begin below best better between both but by call can care carry case change check choose clear close common " +
  "compare complaint condition conditions consider count current daily data date day days deal decide describe detail do does doctor does done dose down drug drugs during " +
  "each effect either else end enough error even ever every exact example false fact few field find fine first fit fits follow for four found " +
  "from function general get give given go good group had half has have he health help her here high him his history hold hour hours how however " +
  "if important in increase interaction interacts into is it its just keep kidneys kind known lab last latest least left less let level like list little " +
  "look low lower made main make many match may mean measure medication medications medicine mild moderate more most much must name names need needs never new " +
  "next no none normal not nothing now number of off often on once one only or order other our out over own part patient people per place " +
  "please point possible prefer problem protect question quick rate ratio read really reason recent recorded reduce regular renal repeat report result results right risk " +
  "safe same say second see send serious set severe severity she should show side simple since so some soon start started state still stop " +
  "such suits sure take taken takes tell test than that the their them then there these they thing this three time times to today together too " +
  "true try twice two type under unit units until up use useful usual value very want was way we week well were what when where whether " +
  "which while who why will with within without word work worst would year years yes yet you your").split(" ");

/** Single words of the clinical tables: drugs, tests, units, conditions, complaints, reactions. */
const clinicalWords = [
  ...drugs.flatMap((drug) => [drug.name, drug.class, drug.route, ...drug.regimens.map(({ frequency }) => frequency)]),
  ...labTests.flatMap(({ name, unit }) => [name, unit]),
  ...conditions.flatMap(({ name, complaints }) => [name, ...complaints]),
  ...allergens,
  ...reactions.flatMap(({ reaction, severity }) => [reaction, severity]),
].flatMap((text) => text.split(" "));

/**
 * Every word that the corpus is written with. Copying is trained on all of them: a token that is never predicted in
 * pre-training cannot be told from other such tokens by fine-tuning that leaves the embeddings alone.
 */
export const allWords = [...new Set([...nouns, ...qualities, ...people, ...places, ...general, ...clinicalWords])];

/** Those that can be part of an identifier. */
export const plainWords = allWords.filter((word) => /^[a-z]+$/.test(word));
