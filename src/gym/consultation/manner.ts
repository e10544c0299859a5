/** How simulated patients speak: personalities, and what they believe. None of it changes a fact. */

export interface Personality {
  name: string;
  /** For patients that a model plays. */
  description: string;
  /** `{}` is what there is to say. */
  frames: readonly string[];
  /** Facts of one answer. */
  perAnswer: 1 | 2 | 3;
  /** Questions to be answered before private things are told. */
  trust: number;
  unknown: string;
  withheld: string;
  repeated: string;
}

const p = (name: string, description: string, perAnswer: 1 | 2 | 3, trust: number, frames: readonly string[], unknown: string, withheld: string, repeated: string): Personality =>
  ({ name, description, frames, perAnswer, trust, unknown, withheld, repeated }); // biome-ignore format: a row

// biome-ignore format: a table
export const personalities: readonly Personality[] = [
  p("plain", "says what is asked, calmly", 2, 1, ["{}"], "I don't know.", "I would rather not say that yet.", "I have told you that already."),
  p("anxious", "fears the worst and asks for comfort", 2, 1, ["Oh dear. {}", "{} That frightens me.", "{} I hope it is not serious."], "I don't know, and that worries me.", "I am afraid to talk about that.", "I said so before, have I forgotten something?"),
  p("stoic", "plays everything down and complains of nothing", 1, 2, ["{}", "Well. {} One gets by."], "Couldn't say.", "That is nobody's business for now.", "Said that."),
  p("talkative", "tells more than is asked, and of other things too", 3, 0, ["{} But let me tell you, the bus today was late again.", "Where do I begin? {}", "{} My sister always says I should have come sooner."], "Now that I really couldn't tell you, and I remember most things.", "That is a long story, let us come to it later.", "As I was saying before, I told you that."),
  p("terse", "answers with as few words as can be", 1, 1, ["{}"], "No idea.", "Not now.", "Told you."),
  p("forgetful", "is unsure of details", 1, 1, ["Let me think. {}", "{} If I remember rightly."], "I can't remember, I am sorry.", "I can't think of that just now.", "Did I not say that before?"),
  p("impatient", "wants it over with", 2, 1, ["{} Can we get on?", "{} I have not got all day."], "How should I know.", "What has that to do with it?", "You asked me that already."),
  p("distrustful", "doubts doctors and gives away little", 1, 3, ["{} Why do you want to know?", "If you must know. {}"], "I don't know, and the last doctor never asked.", "I do not know you well enough to tell you that.", "You should have written that down."),
  p("shy", "is embarrassed and speaks softly", 1, 2, ["Um. {}", "{} Sorry."], "I don't know, sorry.", "I find it hard to talk about that.", "I think I said that. Sorry."),
  p("cheerful", "jokes and makes light of it", 2, 0, ["Ha, well. {}", "{} Could be worse!"], "You have got me there, no idea.", "Let us keep some secrets for later.", "You asked me that one before!"),
  p("rambling", "loses the thread", 2, 1, ["What was the question? Ah, yes. {}", "{} Or was that the other thing. No, that was it."], "I lost the thread. I don't know.", "I don't want to get into that now.", "I believe we had that."),
  p("well-read", "uses exact words and wants reasons", 3, 1, ["To be precise: {}", "{} I have written it down."], "I have no information on that.", "I should like to know first why that matters.", "That is already in my answers."),
];

/** What a patient wrongly believes; told in the opening, and when asked. `{cause}` is never a diagnosis. */
export interface Bias {
  name: string;
  description: string;
  /** At most ten words, so that tickets of different patients have no long runs of words in common. */
  belief: string;
}

// biome-ignore format: a table
export const biases: readonly Bias[] = [
  { name: "none", description: "believes nothing in particular", belief: "" },
  { name: "self-diagnosis", description: "is sure of a harmless cause", belief: "I am sure it comes from {cause}." },
  { name: "recency", description: "explains it by the last thing that happened", belief: "It came right after {cause}." },
  { name: "availability", description: "expects what an acquaintance had", belief: "A neighbour had that too, from {cause}." },
  { name: "internet", description: "trusts what was read on the internet", belief: "The internet says it comes from {cause}." },
  { name: "minimising", description: "takes it for nothing", belief: "It is probably nothing." },
];

export const harmlessCauses = ["something I ate", "stress at work", "the change of weather", "sleeping badly", "carrying the shopping", "getting older", "too little fresh air"] as const; // biome-ignore format: a list

export function personalityNamed(name: string): Personality {
  return personalities.find((each) => each.name === name) ?? personalities[0];
}

export function biasNamed(name: string): Bias {
  return biases.find((each) => each.name === name) ?? biases[0];
}
