import type { Environment } from "./episode.ts";

/**
 * The environment with its pictures in the first user message, as `image_url` parts before the text: for models that see, behind an
 * OpenAI-compatible endpoint. Tasks, tools and rewards stay the same.
 */
export function withPictures<E extends Environment>(environment: E): E {
  const start: Environment["start"] = (task, options) => {
    const episode = environment.start(task, options);
    const parts = (environment.pictures?.(task) ?? []).flatMap(({ name, url }) => [
      { type: "text", text: name },
      { type: "image_url", image_url: { url } },
    ]);
    const asked = episode.messages.find(({ role }) => role === "user");
    if (asked && parts.length > 0) asked.content = [...parts, { type: "text", text: String(asked.content) }];
    return episode;
  };
  return Object.assign(Object.create(environment), { start });
}
