type Fields = Record<string, unknown>;

const asking = ["ticket", "prompt", "question", "instruction", "input"];
const answering = ["completion", "chosen", "rejected", "response", "output", "text"];
/** Fields that may be lists of messages. */
const listed = ["messages", "conversations", "prompt", "completion", "chosen", "rejected"];

/** What a row says about its matter: tickets with their options, what users and assistants say, prompts, completions and texts. */
export function textsOf(row: object): string[] {
  return [...questionOf(row), ...fieldsOf(row, answering, ["assistant", "gpt"])];
}

/**
 * What a row asks: ticket and options, or what the user says. That is what must not be in the training data: answers like "no allergy is
 * recorded" are right for many. A row that asks nothing is taken whole.
 */
export function questionsOf(row: object): string[] {
  const questions = questionOf(row);
  return questions.length > 0 ? questions : textsOf(row);
}

function questionOf(row: object): string[] {
  const { options } = row as Fields;
  const choices = isObject(options) ? Object.values(options).filter(isText) : [];
  const asked = fieldsOf(row, asking, ["user", "human"]);
  return asked.length > 0 && choices.length > 0 ? [...asked, choices.join("\n")] : asked;
}

/** Fields that are text, and what these roles say in any list of messages. Systems and tools say the same for every task. */
function fieldsOf(row: object, names: readonly string[], roles: readonly string[]): string[] {
  const fields = row as Fields;
  const lists = listed.map((name) => fields[name]).filter(Array.isArray);
  const messages = lists.flat().filter(isObject);
  const said = messages.filter((message) => roles.includes(String(message.role ?? message.from)));
  return [...names.map((name) => fields[name]).filter(isText), ...said.flatMap(contentOf)];
}

function contentOf(message: Fields): string[] {
  const content = message.content ?? message.value;
  if (isText(content)) return [content];
  const parts = Array.isArray(content) ? content.filter(isObject) : [];
  return parts.map((part) => part.text).filter(isText);
}

/** The task that a row is, or was made from. */
export function taskOf(row: object): { id: string; domain?: string } | undefined {
  const fields = row as Fields;
  const meta = [fields.metadata, fields.extra_info].find(isObject) ?? {};
  const task = [meta.task, fields.task].find(isObject);
  const isTask = isText(fields.ticket) && isText(fields.domain);
  const id = [
    isTask ? fields.id : undefined,
    task?.id,
    meta.taskId,
    meta.task,
    meta.id,
    fields.taskId,
    fields.task,
  ].find(isText);
  const domain = [fields.domain, task?.domain, meta.domain].find(isText);
  return id === undefined ? undefined : { id, domain };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
