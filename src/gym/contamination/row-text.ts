type Fields = Record<string, unknown>;

/** What a row says about its matter: tickets with their options, what users and assistants say, prompts, completions, questions and texts. */
export function textsOf(row: object): string[] {
  const fields = row as Fields;
  const texts = ["ticket", "prompt", "completion", "response", "question", "instruction", "input", "output", "text"];
  const messages = ["messages", "conversations", "prompt", "completion"].flatMap((name) => said(fields[name]));
  const options = isObject(fields.options) ? Object.values(fields.options).filter(isText) : [];
  const plain = texts.map((name) => fields[name]).filter(isText);
  if (isText(fields.ticket) && options.length > 0) plain.push(options.join("\n"));
  return [...plain, ...messages];
}

/** Not what systems and tools say: that is the same for every task. */
function said(messages: unknown): string[] {
  if (!Array.isArray(messages)) return [];
  return messages.filter(isObject).flatMap((message) => {
    const role = message.role ?? message.from;
    if (role === "system" || role === "tool") return [];
    const content = message.content ?? message.value;
    if (isText(content)) return [content];
    return Array.isArray(content)
      ? content
          .filter(isObject)
          .map((part) => part.text)
          .filter(isText)
      : [];
  });
}

/** The task that a row is, or was made from. */
export function taskOf(row: object): { id: string; domain?: string } | undefined {
  const fields = row as Fields;
  const meta = [fields.metadata, fields.extra_info].find(isObject) ?? {};
  const task = [meta.task, fields.task].find(isObject);
  const isTask = isText(fields.ticket) && isText(fields.domain);
  const id = [isTask ? fields.id : undefined, task?.id, meta.taskId, meta.task, fields.taskId, fields.task].find(
    isText,
  );
  const domain = [fields.domain, task?.domain, meta.domain].find(isText);
  return id === undefined ? undefined : { id, domain };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
