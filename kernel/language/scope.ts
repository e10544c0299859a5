/**
 * Which identifiers of a program refer to names of its top level or of the outside: what a cell shares with the other
 * cells. Works on plain JavaScript (TypeScript and JSX already lowered).
 */
import { type Program, visitorKeys } from "oxc-parser";

// The syntax tree is walked generically; its precise types would be asserted away at every step.
export interface Node {
  type: string;
  start: number;
  end: number;
  // biome-ignore lint/suspicious/noExplicitAny: fields depend on the type
  [field: string]: any;
}

export interface Reference {
  name: string;
  start: number;
  end: number;
  /** `{ name }`, in a literal or a pattern: renaming must keep the key. */
  shorthand: boolean;
  /** Called, or a template's tag: a member access in its place would pass a receiver. */
  callee: boolean;
}

/** Name under which references to `import.meta` are listed. */
export const importMetaName = "import.meta";

type Scope = { names: Set<string>; parent: Scope } | undefined;

export const isFunction = (node: Node): boolean =>
  node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression";

export function children(node: Node): Node[] {
  const found: Node[] = [];
  for (const key of visitorKeys[node.type] ?? []) {
    const value = node[key];
    if (Array.isArray(value)) for (const item of value) item && found.push(item);
    else if (value) found.push(value);
  }
  return found;
}

/** Names bound by a pattern. */
export function boundNames(pattern: Node | null, into: string[] = []): string[] {
  switch (pattern?.type) {
    case "Identifier":
      into.push(pattern.name);
      break;
    case "ObjectPattern":
      for (const property of pattern.properties) boundNames(property.argument ?? property.value, into);
      break;
    case "ArrayPattern":
      for (const element of pattern.elements) boundNames(element, into);
      break;
    case "AssignmentPattern":
      boundNames(pattern.left, into);
      break;
    case "RestElement":
      boundNames(pattern.argument, into);
      break;
  }
  return into;
}

/** `var` declarations inside `node`, not looking into functions. */
export function varDeclarations(node: Node, into: Node[] = []): Node[] {
  if (node.type === "VariableDeclaration" && node.kind === "var") into.push(node);
  for (const child of children(node)) {
    if (!isFunction(child) && child.type !== "StaticBlock" && !child.type.endsWith("Expression")) {
      varDeclarations(child, into);
    }
  }
  return into;
}

const declaredBy = (declaration: Node): string[] =>
  declaration.declarations.flatMap((declarator: Node) => boundNames(declarator.id));

function lexicalNames(statements: Node[]): string[] {
  return statements.flatMap((statement) => {
    if (statement.type === "VariableDeclaration" && statement.kind !== "var") return declaredBy(statement);
    if (statement.type === "ClassDeclaration" || statement.type === "FunctionDeclaration") return [statement.id.name];
    return [];
  });
}

export function topLevelReferences(program: Program): Reference[] {
  const references: Reference[] = [];
  const inside = (parent: Scope, names: string[]) => ({ names: new Set(names), parent });

  function refer(node: Node, scope: Scope, how: Partial<Reference> = {}): void {
    for (let at = scope; at; at = at.parent) if (at.names.has(node.name)) return;
    references.push({ name: node.name, start: node.start, end: node.end, shorthand: false, callee: false, ...how });
  }

  function walkFunction(node: Node, scope: Scope): void {
    const ownName = node.type === "FunctionExpression" && node.id ? [node.id.name] : [];
    const params: Node[] = node.params?.items ?? node.params;
    const body: Node = node.body;
    const names = params.flatMap((param) => boundNames(param.type === "TSParameterProperty" ? param.parameter : param));
    if (body.type === "BlockStatement") {
      names.push(...varDeclarations(body).flatMap(declaredBy), ...lexicalNames(body.body));
    }
    if (node.type !== "ArrowFunctionExpression") names.push("arguments");
    const inner = inside(inside(scope, ownName), names);
    for (const param of params) walkPattern(param, inner);
    if (body.type === "BlockStatement") for (const statement of body.body) walk(statement, inner);
    else walk(body, inner);
  }

  /** A binding or assignment target: bound names are looked up like references (locals resolve, the rest is ours). */
  function walkPattern(node: Node | null, scope: Scope): void {
    if (node) walk(node, scope);
  }

  function walk(node: Node, scope: Scope): void {
    switch (node.type) {
      case "Identifier":
        return refer(node, scope);
      case "FunctionDeclaration":
        refer(node.id, scope);
        return walkFunction(node, scope);
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return walkFunction(node, scope);
      case "ClassDeclaration":
      case "ClassExpression": {
        if (node.type === "ClassDeclaration") refer(node.id, scope);
        const inner = inside(scope, node.id ? [node.id.name] : []);
        for (const child of children(node)) if (child !== node.id) walk(child, inner);
        return;
      }
      case "StaticBlock":
      case "BlockStatement": {
        const vars = node.type === "StaticBlock" ? varDeclarations(node).flatMap(declaredBy) : [];
        const inner = inside(scope, [...vars, ...lexicalNames(node.body)]);
        for (const statement of node.body) walk(statement, inner);
        return;
      }
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement": {
        const head = node.init ?? node.left;
        const lexical = head?.type === "VariableDeclaration" && head.kind !== "var" ? declaredBy(head) : [];
        const inner = inside(scope, lexical);
        for (const child of children(node)) walk(child, inner);
        return;
      }
      case "SwitchStatement": {
        walk(node.discriminant, scope);
        const inner = inside(scope, lexicalNames(node.cases.flatMap((c: Node) => c.consequent)));
        for (const c of node.cases) for (const child of children(c)) walk(child, inner);
        return;
      }
      case "CatchClause": {
        const inner = inside(scope, node.param ? boundNames(node.param) : []);
        for (const child of children(node)) walk(child, inner);
        return;
      }
      case "MemberExpression":
        walk(node.object, scope);
        if (node.computed) walk(node.property, scope);
        return;
      case "CallExpression":
      case "TaggedTemplateExpression": {
        const callee = node.callee ?? node.tag;
        for (const child of children(node)) {
          if (child === callee && callee.type === "Identifier") refer(callee, scope, { callee: true });
          else walk(child, scope);
        }
        return;
      }
      case "Property":
        if (node.computed) walk(node.key, scope);
        if (!node.shorthand) return walk(node.value, scope);
        // `{ a }` or, in a pattern, `{ a = 1 }`
        if (node.value.type === "AssignmentPattern") {
          refer(node.value.left, scope, { shorthand: true });
          return walk(node.value.right, scope);
        }
        return refer(node.value, scope, { shorthand: true });
      case "MethodDefinition":
      case "PropertyDefinition":
      case "AccessorProperty":
        for (const child of children(node)) if (child !== node.key || node.computed) walk(child, scope);
        return;
      case "LabeledStatement":
        return walk(node.body, scope);
      case "ExportSpecifier":
      case "ImportDeclaration":
      case "ExportAllDeclaration":
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "MetaProperty": // new.target stays; import.meta is a name that the session provides
        if (node.meta.name === "import") refer({ ...node, name: importMetaName }, scope);
        return;
      default:
        for (const child of children(node)) walk(child, scope);
    }
  }

  for (const statement of program.body as unknown as Node[]) walk(statement, undefined);
  return references;
}
