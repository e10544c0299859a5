/** How patients put the symptoms of `clinical/presentations.ts`, and the words that questions after them have. */
import { contentWords } from "../rewards/terms.ts";

export interface Symptom {
  /** What the patient says who has it; at most nine words. */
  says: string;
  /** Its name in plain words: "Do you have …?", "No …." */
  lay: string;
  /** Beginnings of words and phrases, one of which a question after it contains. */
  ask: readonly string[];
}

const s = (says: string, lay: string, ask: string): Symptom => ({ says, lay, ask: ask.split("|") });

// biome-ignore format: a table
const table: Readonly<Record<string, Symptom>> = {
  "productive cough": s("I cough up yellowish phlegm.", "cough with phlegm", "cough|phlegm|sputum|mucus"),
  fever: s("I have had a temperature and feel hot.", "fever", "fever|temperature|feel hot"),
  "shortness of breath": s("I get short of breath.", "shortness of breath", "breath|short of air|winded"),
  "pleuritic chest pain": s("It stabs in my chest when I breathe in.", "stabbing pain in the chest", "chest|pain when you breathe|hurt when you breathe"),
  palpitations: s("My heart races and flutters.", "racing heart", "palpitation|racing|heartbeat|heart rac|heart beat|flutter|pulse"),
  "calf pain": s("My calf hurts.", "pain in the calf", "calf|pain in the leg|pain in your leg|leg pain"),
  "swollen leg": s("One of my legs is swollen.", "swelling of one leg", "swell|swollen"),
  "heaviness of the leg": s("The leg feels heavy.", "a heavy leg", "heavy|heaviness"),
  "central chest pain": s("Something heavy presses on the middle of my chest.", "pressure in the chest", "chest|pressure"),
  sweating: s("I have been in a cold sweat.", "sweating", "sweat"),
  nausea: s("I feel sick.", "nausea", "nausea|nauseous|feel sick|queasy"),
  "pain in the left arm": s("The pain goes into my left arm.", "pain in the arm", "arm|radiat|spread|anywhere else|jaw|shoulder"),
  tiredness: s("I am tired all the time.", "tiredness", "tired|fatigue|energy|exhaust"),
  "shortness of breath on stairs": s("I run out of breath on the stairs.", "shortness of breath on stairs", "breath|stairs|exert|effort|exercise"),
  "breathless lying flat": s("At night I have to sit up to breathe.", "trouble lying flat", "lie flat|lying|pillow|at night|sleep flat|orthopn"),
  "swollen legs": s("Both my legs are swollen by the evening.", "swollen legs", "swell|swollen|ankle|oedema|edema"),
  "weight gain of 4 kg": s("I have put on four kilos within days.", "gain of weight", "weight|heavier|kilo"),
  vomiting: s("I have been throwing up.", "vomiting", "vomit|throw up|throwing up|thrown up"),
  thirst: s("I am terribly thirsty.", "thirst", "thirst"),
  "abdominal pain": s("My whole belly hurts.", "belly pain", "belly|abdom|stomach|tummy"),
  "passing much urine": s("I pass a lot of water, at night too.", "passing a lot of water", "urin|water|bathroom|toilet|pee"),
  "flank pain": s("My side hurts, below the ribs at the back.", "pain in the side", "flank|side|back pain|loin|kidney"),
  "burning urine": s("It burns when I pass water.", "burning when passing water", "burn|sting|urin|water|pee"),
  rigors: s("I had a fit of shaking chills.", "shaking chills", "chill|rigor|shak|shiver"),
  "passing urine often": s("I have to go every half hour.", "going to the toilet often", "how often|frequen|toilet|bathroom"),
  "lower abdominal discomfort": s("I have a dragging feeling low in the belly.", "discomfort low in the belly", "belly|abdom|stomach|tummy|lower"),
  confusion: s("My family says I have been talking nonsense.", "confusion", "confus|disorient|muddled|memory|think clearly"),
  "passing little urine": s("I have hardly passed any water since yesterday.", "passing little water", "urin|water|pee|toilet"),
  "severe headache": s("My head hurts worse than ever.", "headache", "headache|head hurt|head pain|pain in the head|pain in your head"),
  photophobia: s("Light hurts my eyes.", "trouble with bright light", "light|eyes"),
  "epigastric pain": s("It hurts in the upper belly, below the breastbone.", "pain in the upper belly", "belly|abdom|stomach|tummy|where does it hurt|where is the pain"),
  "pain through to the back": s("The pain goes right through to my back.", "pain that goes to the back", "back|radiat|spread|anywhere else"),
  "swollen belly": s("My belly has become big and tight.", "a swollen belly", "swell|swollen|bloat|big"),
  "weight gain": s("I have put on weight without eating more.", "gain of weight", "weight|heavier"),
  "feels cold": s("I am always cold.", "feeling cold", "feel cold|feeling cold|cold intoler|being cold|cold all"),
  constipation: s("I go to the toilet only every few days.", "constipation", "constipat|bowel|stool"),
  "pale skin": s("People tell me that I look pale.", "pale skin", "pale|colour|complexion"),
  "brittle nails": s("My nails keep breaking.", "brittle nails", "nail|hair"),
  "painful big toe": s("My big toe cannot even bear a sheet.", "pain in the big toe", "toe|foot|feet|joint|where does it hurt|where is the pain"),
  "sudden start at night": s("It woke me in the middle of the night.", "a start at night", "night|sudden|come on|wake|woke"),
  "weakness of the right arm": s("I cannot lift my right arm.", "weakness of an arm", "arm|weak|strength|move|lift"),
  "slurred speech": s("My words come out slurred.", "slurred speech", "speech|speak|slur|words|talk"),
  "drooping face": s("One corner of my mouth hangs down.", "a drooping face", "face|mouth|droop|smile"),
  "more sputum": s("I bring up more phlegm than usual.", "more phlegm", "phlegm|sputum|mucus|cough"),
  "purulent sputum": s("The phlegm has turned green.", "green phlegm", "phlegm|sputum|colour|mucus|green"),
  wheeze: s("My chest whistles when I breathe.", "wheezing", "wheez|whistl|noise"),
  "chest tightness": s("My chest feels tight as if in a belt.", "a tight chest", "chest|tight"),
  "cannot finish sentences": s("I stop for air in the middle of sentences.", "trouble finishing sentences", "sentence|speak|talk"),
  "dizziness on standing": s("I get dizzy when I stand up.", "dizziness on standing up", "dizz|faint|light-headed|lightheaded|stand up|stand"),
  weakness: s("I have no strength left.", "weakness", "weak|strength|energy"),
  "craves salt": s("I could eat salt by the spoon.", "a craving for salt", "salt|crav"),
  "red leg": s("My shin is red, and the red patch grows.", "redness of the leg", "red|leg|skin|colour"),
  "warm and painful skin": s("The skin there is hot and sore.", "warm and sore skin", "skin|warm|sore|touch"),
  shivering: s("I have been shivering.", "shivering", "shiver|chill|shak"),
  "burning pain on one side of the chest": s("It burns around one side of my chest.", "burning pain on one side", "burn|pain|chest|side"),
  "blisters in a band": s("There are little blisters in a stripe.", "blisters", "blister|rash|spots|skin"),
  itching: s("I itch all over.", "itching", "itch"),
  "swelling of the lips": s("My lips are swelling up.", "swelling of the lips", "lip|swell|swollen|face|tongue"),
  "trouble breathing": s("I can hardly get air.", "trouble breathing", "breath|air|throat"),
  hives: s("I have come out in raised red blotches.", "a rash of raised blotches", "hive|rash|blotch|skin|spots"),
  "pain that moved to the right lower belly": s("It moved from the navel to the lower right.", "pain in the lower right of the belly", "belly|abdom|stomach|tummy|where does it hurt|where is the pain|move"),
  "no appetite": s("I cannot face food.", "loss of appetite", "appetite|eat|food|hungry"),
  "pain on one side of the lower belly": s("It hurts low down on one side.", "pain on one side of the lower belly", "belly|abdom|stomach|tummy|where does it hurt|where is the pain"),
  "vaginal bleeding": s("I have had some bleeding down below.", "bleeding between periods", "bleed|blood|spotting"),
  "missed period": s("My period is two weeks late.", "a missed period", "period|menstru|pregnan|cycle"),
};

/** Of what has no row: made from its own words. */
export function symptomOf(name: string): Symptom {
  return table[name] ?? { says: `I have ${name}.`, lay: name, ask: [name, ...contentWords(name)] };
}

/** What one tells a doctor only with some trust. */
export const privateSymptoms: ReadonlySet<string> = new Set(["vaginal bleeding", "missed period"]);

// biome-ignore format: a table
/** Items of scores that a patient knows, by what the record says. */
const history: Readonly<Record<string, Symptom>> = {
  "newly confused about time and place": s("My family says I mixed up the days this morning.", "confusion", "confus|disorient|muddled|memory"),
  "left calf is swollen and tender": s("My left calf is swollen and sore.", "a swollen calf", "calf|leg|swell|swollen"),
  "knee replacement three weeks ago": s("I got a new knee three weeks ago.", "an operation", "surgery|operation|operated|hospital|immobil"),
  "hip surgery five weeks ago": s("I had an operation on my hip five weeks ago.", "an operation", "surgery|operation|operated|hospital|immobil"),
  "a thrombosis some years ago": s("I had a blood clot some years ago.", "an earlier clot", "clot|thrombos|before|in the past"),
  "coughed up blood": s("There was blood when I coughed.", "blood when coughing", "blood|cough"),
  "chemotherapy for lymphoma": s("I am having chemotherapy for lymphoma.", "cancer", "cancer|chemo|tumour|tumor"),
};

/** undefined: nothing that a patient would know. */
export function historyItem(says: string): Symptom | undefined {
  return history[says];
}
