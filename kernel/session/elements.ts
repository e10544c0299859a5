/** What JSX makes when the notebook's folder has no React: elements that show themselves as HTML. */
import { displaySymbol } from "./display.ts";

type Props = Record<string, unknown>;
type Component = (props: Props) => unknown;

export const fragment = Symbol("fragment");

const voidTags = new Set("area base br col embed hr img input link meta source track wbr".split(" "));

export class Element {
  readonly type: string | typeof fragment | Component;
  readonly props: Props;
  readonly children: unknown[];

  constructor(type: Element["type"], props: Props, children: unknown[]) {
    this.type = type;
    this.props = props;
    this.children = children;
  }

  toString(): string {
    const { type, props } = this;
    if (typeof type === "function") return render(type({ ...props, children: this.children }));
    const inner = this.children.map(render).join("");
    if (typeof type === "symbol") return inner;
    const attributes = Object.entries(props).map(([name, value]) => attribute(name, value));
    const open = `<${type}${attributes.join("")}>`;
    return voidTags.has(type) ? open : `${open}${props.innerHTML ?? inner}</${type}>`;
  }

  [displaySymbol](): Record<string, unknown> {
    return { "text/html": this.toString(), "text/plain": this.toString() };
  }
}

export const element = (type: Element["type"], props: Props | null, ...children: unknown[]): Element =>
  new Element(type, props ?? {}, children);

function attribute(name: string, value: unknown): string {
  if (value === undefined || value === null || value === false || name === "innerHTML" || name === "key") return "";
  const written = name === "className" ? "class" : name === "htmlFor" ? "for" : name;
  if (value === true) return ` ${written}`;
  return ` ${written}="${escapeHtml(name === "style" && typeof value === "object" ? style(value as Props) : String(value))}"`;
}

const style = (rules: Props): string =>
  Object.entries(rules)
    .map(([name, value]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${value}`)
    .join(";");

function render(child: unknown): string {
  if (child === undefined || child === null || typeof child === "boolean") return "";
  if (Array.isArray(child)) return child.map(render).join("");
  return child instanceof Element ? child.toString() : escapeHtml(String(child));
}

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
