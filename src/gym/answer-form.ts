/** `<think>…</think><answer>…</answer>`: what games and consultation ask for, where tools are not what one acts by. */
export interface Answered {
  thought: string;
  /** Trimmed. */
  answer: string;
  /** Thought and answer, each once, and nothing else. */
  exact: boolean;
}

const [thinkOpen, thinkClose, answerOpen, answerClose] = ["<think>", "</think>", "<answer>", "</answer>"];

/**
 * The first thought that an answer follows, white space between them allowed. Templates may open the thought in the prompt: then it
 * begins without a tag. Takes time in proportion to the text.
 */
export function readAnswer(completion: string): Answered | { problem: string } {
  const text = completion.trim();
  const thoughtEnd = text.indexOf(thinkClose);
  if (thoughtEnd < 0) return { problem: `there is no ${thinkOpen}…${thinkClose}` };
  const opened = text.lastIndexOf(thinkOpen, thoughtEnd);
  const thought = text.slice(opened < 0 ? 0 : opened + thinkOpen.length, thoughtEnd);
  const rest = text.slice(thoughtEnd + thinkClose.length).trimStart();
  if (!rest.startsWith(answerOpen)) return { problem: `no ${answerOpen} follows the thought` };
  const end = rest.indexOf(answerClose);
  if (end < 0) return { problem: `the answer has no ${answerClose}` };
  const answer = rest.slice(answerOpen.length, end);
  const inner = [thinkOpen, thinkClose, answerOpen];
  const exact =
    opened <= 0 &&
    rest.length === end + answerClose.length &&
    !inner.some((tag) => answer.includes(tag)) &&
    !thought.includes(answerOpen);
  return { thought: thought.trim(), answer: answer.trim(), exact };
}

/** What a scripted expert writes. */
export function renderAnswer(thought: string, answer: string): string {
  return `<think>${thought}</think><answer>${answer}</answer>`;
}
