/** Everyday words for copying, look-ups and generic tools. No drug, laboratory test or other clinical word. */
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
