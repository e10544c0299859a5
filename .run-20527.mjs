import { createRequire } from "node:module";
import { createHash } from "node:crypto";
// ../../../work/main/node_modules/zod/v4/core/util.js
function getEnumValues(entries) {
	const numericValues = Object.values(entries).filter((v) => typeof v === "number");
	return Object.entries(entries).filter(([k, _]) => numericValues.indexOf(+k) === -1).map(([_, v]) => v);
}
function joinValues(array, separator = "|") {
	return array.map((val) => stringifyPrimitive(val)).join(separator);
}
function jsonStringifyReplacer(_, value) {
	if (typeof value === "bigint") return value.toString();
	return value;
}
var Cached = class {
	constructor(getter) {
		this._getter = getter;
		this._value = void 0;
	}
	get value() {
		const getter = this._getter;
		if (getter !== void 0) {
			this._value = getter();
			this._getter = void 0;
		}
		return this._value;
	}
};
function cached(getter) {
	return new Cached(getter);
}
function nullish(input) {
	return input === null || input === void 0;
}
function cleanRegex(source) {
	const start = source.startsWith("^") ? 1 : 0;
	const end = source.endsWith("$") ? source.length - 1 : source.length;
	return source.slice(start, end);
}
function floatSafeRemainder(val, step) {
	const ratio = val / step;
	const roundedRatio = Math.round(ratio);
	const tolerance = 4 * Number.EPSILON * Math.max(Math.abs(ratio), 1);
	if (Math.abs(ratio - roundedRatio) < tolerance) return 0;
	return ratio - roundedRatio;
}
function assignProp(target, prop, value) {
	Object.defineProperty(target, prop, {
		value,
		writable: true,
		enumerable: true,
		configurable: true
	});
}
/**
* Whichever object a def's `shape` currently answers from: the one the caller passed until the first read, the frozen copy after it.
*
* Its keys and descriptors read without invoking anything, which is what lets a discriminated union check its discriminator, and the cycle walk read a shape, without resolving a getter that references the schema being constructed. A def that answers `shape` from an accessor of its own has none.
*/
function rawShape(def) {
	const desc = Object.getOwnPropertyDescriptor(def, "shape");
	return desc?.get ? desc.get.raw : desc?.value;
}
function sourceShape(schema) {
	return rawShape(schema._zod.def) ?? schema._zod.def.shape;
}
function deferProp(target, key, getter) {
	Object.defineProperty(target, key, {
		get() {
			const value = getter();
			assignProp(this, key, value);
			return value;
		},
		enumerable: true,
		configurable: true
	});
}
function putProp(target, key, value) {
	if (key in target) assignProp(target, key, value);
	else target[key] = value;
}
/**
* Copies `keys` of `source`'s shape onto `target`, each value passed through `wrap`.
*
* A key the source has resolved is copied through now, so the derived shape states it outright and nothing has to resolve it to learn what it holds. A key the source still defers stays deferred, and reads back through the source's own `shape`, so it resolves once and both shapes get that one schema.
*/
function mirrorShape(target, source, keys, wrap) {
	const raw = sourceShape(source);
	for (const key of keys) {
		const desc = Object.getOwnPropertyDescriptor(raw, key);
		if (!desc.enumerable) continue;
		if (desc.get) deferProp(target, key, () => {
			const value = source._zod.def.shape[key];
			return wrap ? wrap(value, key) : value;
		});
		else putProp(target, key, wrap ? wrap(desc.value, key) : desc.value);
	}
}
function mirrorProps(target, source) {
	for (const key of Reflect.ownKeys(source)) {
		const desc = Object.getOwnPropertyDescriptor(source, key);
		if (!desc.enumerable) continue;
		if (desc.get) deferProp(target, key, () => source[key]);
		else putProp(target, key, desc.value);
	}
}
function mergeDefs(...defs) {
	const mergedDescriptors = {};
	for (const def of defs) {
		const descriptors = Object.getOwnPropertyDescriptors(def);
		Object.assign(mergedDescriptors, descriptors);
	}
	return Object.defineProperties({}, mergedDescriptors);
}
function esc(str) {
	return JSON.stringify(str);
}
function slugify(input) {
	return input.toLowerCase().trim().replace(/[^\w\s-]/g, "").replace(/[\s_-]+/g, "-").replace(/^-+|-+$/g, "");
}
const captureStackTrace = "captureStackTrace" in Error ? Error.captureStackTrace : (..._args) => {};
function isObject$2(data) {
	return typeof data === "object" && data !== null && !Array.isArray(data);
}
const allowsEval = /* @__PURE__*/ cached(() => {
	if (globalConfig.jitless) return false;
	if (typeof navigator !== "undefined" && navigator?.userAgent?.includes("Cloudflare")) return false;
	try {
		new Function("");
		return true;
	} catch (_) {
		return false;
	}
});
function isPlainObject(o) {
	if (isObject$2(o) === false) return false;
	const ctor = o.constructor;
	if (ctor === void 0) return true;
	if (typeof ctor !== "function") return true;
	const prot = ctor.prototype;
	if (isObject$2(prot) === false) return false;
	if (Object.prototype.hasOwnProperty.call(prot, "isPrototypeOf") === false) return false;
	return true;
}
function shallowClone(o) {
	if (isPlainObject(o)) return { ...o };
	if (Array.isArray(o)) return [...o];
	if (o instanceof Map) return new Map(o);
	if (o instanceof Set) return new Set(o);
	return o;
}
const propertyKeyTypes = /* @__PURE__*/ new Set([
	"string",
	"number",
	"symbol"
]);
function escapeRegex(str) {
	return str.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
function clone(inst, def, params) {
	const cl = new inst._zod.constr(def ?? inst._zod.def);
	if (!def || params?.parent) cl._zod.parent = inst;
	return cl;
}
function normalizeParams(_params) {
	const params = _params;
	if (!params) return {};
	if (typeof params === "string") return { error: () => params };
	if (params?.message !== void 0) {
		if (params?.error !== void 0) throw new Error("Cannot specify both `message` and `error` params");
		params.error = params.message;
	}
	delete params.message;
	if (typeof params.error === "string") return {
		...params,
		error: () => params.error
	};
	return params;
}
function stringifyPrimitive(value) {
	if (typeof value === "bigint") return value.toString() + "n";
	if (typeof value === "string") return `"${value}"`;
	return `${value}`;
}
function optionalKeys(shape) {
	return Object.keys(shape).filter((k) => {
		return shape[k]._zod.optin !== void 0 && shape[k]._zod.optout === "optional";
	});
}
const NUMBER_FORMAT_RANGES = /*@__PURE__*/ (() => ({
	safeint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
	int32: [-2147483648, 2147483647],
	uint32: [0, 4294967295],
	float32: [-34028234663852886e22, 34028234663852886e22],
	float64: [-Number.MAX_VALUE, Number.MAX_VALUE]
}))();
const BIGINT_FORMAT_RANGES = {
	int64: [/* @__PURE__*/ BigInt("-9223372036854775808"), /* @__PURE__*/ BigInt("9223372036854775807")],
	uint64: [/* @__PURE__*/ BigInt(0), /* @__PURE__*/ BigInt("18446744073709551615")]
};
function pick(schema, mask) {
	const currDef = schema._zod.def;
	const checks = currDef.checks;
	if (checks && checks.length > 0) throw new Error(".pick() cannot be used on object schemas containing refinements");
	const newShape = {};
	mirrorShape(newShape, schema, maskedKeys(schema, mask));
	return clone(schema, mergeDefs(currDef, {
		shape: newShape,
		checks: []
	}));
}
function maskedKeys(schema, mask) {
	const raw = sourceShape(schema);
	const keys = [];
	for (const key of Reflect.ownKeys(mask)) {
		if (!Object.getOwnPropertyDescriptor(raw, key)?.enumerable) throw new Error(`Unrecognized key: "${String(key)}"`);
		if (mask[key]) keys.push(key);
	}
	return keys;
}
function omit(schema, mask) {
	const currDef = schema._zod.def;
	const checks = currDef.checks;
	if (checks && checks.length > 0) throw new Error(".omit() cannot be used on object schemas containing refinements");
	const omitted = new Set(maskedKeys(schema, mask));
	const newShape = {};
	mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)).filter((key) => !omitted.has(key)));
	return clone(schema, mergeDefs(currDef, {
		shape: newShape,
		checks: []
	}));
}
function extend(schema, shape) {
	if (!isPlainObject(shape)) throw new Error("Invalid input to extend: expected a plain object");
	const checks = schema._zod.def.checks;
	if (checks && checks.length > 0) {
		const existingShape = sourceShape(schema);
		for (const key of Reflect.ownKeys(shape)) if (Object.getOwnPropertyDescriptor(existingShape, key) !== void 0) throw new Error("Cannot overwrite keys on object schemas containing refinements. Use `.safeExtend()` instead.");
	}
	return clone(schema, mergeDefs(schema._zod.def, { shape: extended(schema, shape) }));
}
function extended(schema, shape) {
	const newShape = {};
	mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)));
	mirrorProps(newShape, shape);
	return newShape;
}
function safeExtend(schema, shape) {
	if (!isPlainObject(shape)) throw new Error("Invalid input to safeExtend: expected a plain object");
	return clone(schema, mergeDefs(schema._zod.def, { shape: extended(schema, shape) }));
}
function merge$1(a, b) {
	if (!b?._zod?.def) throw new Error("Invalid input to merge: expected an object schema. To merge a plain shape, use `.extend()`.");
	if (a._zod.def.checks?.length) throw new Error(".merge() cannot be used on object schemas containing refinements. Use .safeExtend() instead.");
	const newShape = {};
	mirrorShape(newShape, a, Reflect.ownKeys(sourceShape(a)));
	mirrorShape(newShape, b, Reflect.ownKeys(sourceShape(b)));
	return clone(a, mergeDefs(a._zod.def, {
		shape: newShape,
		get catchall() {
			return b._zod.def.catchall;
		},
		checks: b._zod.def.checks ?? []
	}));
}
function partial(Class, schema, mask, name = "partial") {
	const checks = schema._zod.def.checks;
	if (checks && checks.length > 0) throw new Error(`.${name}() cannot be used on object schemas containing refinements`);
	const selected = mask ? new Set(maskedKeys(schema, mask)) : void 0;
	const newShape = {};
	mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)), Class && ((value, key) => selected && !selected.has(key) ? value : new Class({
		type: "optional",
		innerType: value
	})));
	return clone(schema, mergeDefs(schema._zod.def, {
		shape: newShape,
		checks: []
	}));
}
function required(Class, schema, mask) {
	const selected = mask ? new Set(maskedKeys(schema, mask)) : void 0;
	const newShape = {};
	mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)), (value, key) => selected && !selected.has(key) ? value : new Class({
		type: "nonoptional",
		innerType: value
	}));
	return clone(schema, mergeDefs(schema._zod.def, { shape: newShape }));
}
function aborted(x, startIndex = 0) {
	if (x.aborted === true) return true;
	for (let i = startIndex; i < x.issues.length; i++) if (x.issues[i]?.continue !== true) return true;
	return false;
}
function explicitlyAborted(x, startIndex = 0) {
	if (x.aborted === true) return true;
	for (let i = startIndex; i < x.issues.length; i++) if (x.issues[i]?.continue === false) return true;
	return false;
}
function prefixIssues(path, issues) {
	return issues.map((iss) => {
		var _a;
		(_a = iss).path ?? (_a.path = []);
		iss.path.unshift(path);
		return iss;
	});
}
function unwrapMessage(message) {
	return typeof message === "string" ? message : message?.message;
}
/** The leading size checks of `defChecks` that set an upper bound, each paired with it. */
function sizeCaps(defChecks) {
	const caps = [];
	for (const ch of defChecks ?? []) {
		const d = ch._zod.def;
		if (!/_(length|size)$|_equals$/.test(d.check)) break;
		const max = d.maximum ?? d.length ?? d.size;
		if (max >= 0) caps.push([max, ch]);
	}
	return caps;
}
function attachSchema(issues, start, inst) {
	var _a;
	for (let i = start; i < issues.length; i++) (_a = issues[i]).schema ?? (_a.schema = inst);
}
function finalizeIssue(iss, ctx, config) {
	var _a;
	const traits = iss.inst?._zod?.traits;
	if (traits?.has("$ZodType")) {
		if (traits.has("$ZodCheck")) (_a = iss).schema ?? (_a.schema = iss.inst);
		else iss.schema = iss.inst;
	}
	const schemaError = iss.schema !== iss.inst ? iss.schema?._zod.def?.error : void 0;
	const message = iss.message ? iss.message : unwrapMessage(iss.inst?._zod.def?.error?.(iss)) ?? unwrapMessage(schemaError?.(iss)) ?? unwrapMessage(ctx?.error?.(iss)) ?? unwrapMessage(config.customError?.(iss)) ?? unwrapMessage(config.localeError?.(iss)) ?? "Invalid input";
	const full = {};
	for (const k of Object.keys(iss)) {
		if (k === "inst" || k === "schema" || k === "continue" || k === "input" || k === "__proto__") continue;
		full[k] = iss[k];
	}
	full.path ?? (full.path = []);
	full.message = message;
	if (ctx?.reportInput) full.input = iss.input;
	return full;
}
const highSurrogate = /[\uD800-\uDBFF]/;
function codePointLength(str) {
	const units = str.length;
	if (!highSurrogate.test(str)) return units;
	let count = units;
	for (let i = 0; i < units - 1; i++) if ((str.charCodeAt(i) & 64512) === 55296 && (str.charCodeAt(i + 1) & 64512) === 56320) {
		count--;
		i++;
	}
	return count;
}
function getLengthableOrigin(input) {
	if (Array.isArray(input)) return "array";
	if (typeof input === "string") return "string";
	return "unknown";
}
function parsedType(data) {
	const t = typeof data;
	switch (t) {
		case "number": return Number.isNaN(data) ? "nan" : "number";
		case "object": {
			if (data === null) return "null";
			if (Array.isArray(data)) return "array";
			const obj = data;
			if (obj && Object.getPrototypeOf(obj) !== Object.prototype && "constructor" in obj && obj.constructor) return obj.constructor.name;
		}
	}
	return t;
}
function issue(...args) {
	const [iss, input, inst] = args;
	if (typeof iss === "string") return {
		message: iss,
		code: "custom",
		input,
		inst
	};
	return { ...iss };
}
/**
* Installs a trait's members on its prototype. Each value builds that member for the instance on first read; the built value shadows the accessor as an own property, so a detached `const { parse } = schema` keeps working.
*
* Call this from a `proto` initializer, which runs once per prototype — never per instance.
*/
function members$1(proto, table) {
	for (const key in table) {
		const desc = Object.getOwnPropertyDescriptor(table, key);
		if (desc.get) Object.defineProperty(proto, key, {
			...desc,
			enumerable: false
		});
		else defineBound(proto, key, desc.value);
	}
}
/** Shadows a prototype member with an own value, so a getter that builds from the instance runs once. */
function own$1(inst, key, value, enumerable = true) {
	Object.defineProperty(inst, key, {
		configurable: true,
		writable: true,
		enumerable,
		value
	});
	return value;
}
/** Like {@link own}, for a member that was never an own data property and has to stay out of `Object.keys`. */
function hide(inst, key, value) {
	return own$1(inst, key, value, false);
}
/** Adds members a table derives from the instance: each builds on first read and shadows as own data, and assignment shadows the same way, as when these were own properties. */
/* @__NO_SIDE_EFFECTS__ */
function derived(computes, table) {
	for (const key in computes) {
		const compute = computes[key];
		Object.defineProperty(table, key, {
			configurable: true,
			enumerable: true,
			get() {
				return own$1(this, key, compute(this));
			},
			set(value) {
				own$1(this, key, value);
			}
		});
	}
	return table;
}
function defineBound(proto, key, fn) {
	Object.defineProperty(proto, key, {
		configurable: true,
		get() {
			return this == null ? fn : own$1(this, key, fn.bind(this));
		},
		set(value) {
			own$1(this, key, value);
		}
	});
}
/** Returns the prototype to install on, or `undefined` if this group is already installed on it. */
function claim(inst, sentinel) {
	const proto = Object.getPrototypeOf(inst);
	return sentinel in proto ? void 0 : proto;
}
let installing;
let broke = false;
const breaker = {
	configurable: true,
	get() {
		broke = true;
	}
};
/**
* Installs a lazily-derived internal on the `_zod` prototype of `inst`'s
* constructor, computed from the internals object itself and cached there on
* first read. One accessor per constructor rather than one per instance.
*/
function defineLazyInternal(inst, key, compute) {
	const proto = Object.getPrototypeOf(inst._zod);
	if (key in proto && installing !== inst._zod) {
		installing = void 0;
		return;
	}
	installing = inst._zod;
	Object.defineProperty(proto, key, {
		configurable: true,
		get() {
			Object.defineProperty(this, key, breaker);
			const outer = broke;
			broke = false;
			try {
				const value = compute(this);
				if (broke) delete this[key];
				else Object.defineProperty(this, key, {
					configurable: true,
					writable: true,
					value
				});
				broke = broke || outer;
				return value;
			} catch (err) {
				delete this[key];
				broke = broke || outer;
				throw err;
			}
		},
		set(value) {
			Object.defineProperty(this, key, {
				configurable: true,
				writable: true,
				value
			});
		}
	});
}
/**
* Installs `key` on `inst`'s prototype, computed by `make` on first read and cached there as an own
* data property. One accessor per constructor rather than one per instance, because an own accessor
* puts every instance after the first into v8 dictionary mode. The key doubles as the sentinel.
*/
function installLazyProp(inst, key, make, enumerable) {
	const proto = claim(inst, key);
	if (!proto) return;
	Object.defineProperty(proto, key, {
		configurable: true,
		get() {
			const desc = {
				configurable: true,
				writable: true,
				enumerable,
				value: void 0
			};
			Object.defineProperty(this, key, desc);
			desc.value = make(this);
			Object.defineProperty(this, key, desc);
			return desc.value;
		},
		set(value) {
			Object.defineProperty(this, key, {
				configurable: true,
				writable: true,
				enumerable,
				value
			});
		}
	});
}
/** Marks the thunk `_catch` synthesises for a constant catch value. `Function.length` cannot tell that thunk from a user callback — rest and defaulted parameters both report arity 0 — and a user callback reads `ctx.error`, whose issues only finalize correctly against the caller's per-parse error map. Provenance can say what arity cannot. A plain string key rather than `Symbol.for`, whose call at module scope no bundler can prove pure — the same shape that anchored `urlCanParse` into every build. */
const CONSTANT_CATCH = "~constantCatch";
/** Wraps a constant catch value in a thunk tagged with {@link CONSTANT_CATCH}. */
function constantCatch(value) {
	const fn = () => value;
	fn[CONSTANT_CATCH] = true;
	return fn;
}
// ../../../work/main/node_modules/zod/v4/core/core.js
var _a$1;
const _zodDesc = {
	value: void 0,
	enumerable: false
};
let _E = "captureStackTrace" in Error ? Error : null;
function newError(Definition) {
	const E = _E;
	if (E) {
		const saved = E.stackTraceLimit;
		if (typeof saved === "number") {
			try {
				E.stackTraceLimit = 0;
			} catch {
				_E = null;
				return new Definition();
			}
			try {
				return new Definition();
			} finally {
				E.stackTraceLimit = saved;
			}
		}
	}
	return new Definition();
}
/* @__NO_SIDE_EFFECTS__ */
function $constructor(name, initializer, proto, params) {
	const zodProto = {};
	function Internals(def) {
		this.def = def;
		this.constr = _;
		this.traits = /* @__PURE__ */ new Set();
	}
	Internals.prototype = zodProto;
	const protoMembers = proto;
	const initialized = protoMembers && /* @__PURE__ */ new WeakSet();
	function init(inst, def) {
		if (!inst._zod) {
			_zodDesc.value = new Internals(def);
			try {
				Object.defineProperty(inst, "_zod", _zodDesc);
			} finally {
				_zodDesc.value = void 0;
			}
		} else if (inst._zod.traits.has(name)) return;
		inst._zod.traits.add(name);
		initializer(inst, def);
		if (initialized) {
			const own = Object.getPrototypeOf(inst);
			const ctorProto = inst._zod.constr.prototype;
			let up = own;
			while (up && up !== ctorProto) up = Object.getPrototypeOf(up);
			const target = up ?? own;
			if (!initialized.has(target)) {
				initialized.add(target);
				members$1(target, protoMembers);
			}
		}
		const proto = _.prototype;
		for (const k in proto) {
			if (!Object.prototype.hasOwnProperty.call(proto, k)) continue;
			if (!(k in inst)) inst[k] = proto[k].bind(inst);
		}
	}
	const Parent = params?.Parent ?? Object;
	class Definition extends Parent {}
	Object.defineProperty(Definition, "name", { value: name });
	function _(def) {
		const inst = params?.Parent ? newError(Definition) : this;
		init(inst, def);
		const deferred = inst._zod.deferred;
		if (deferred) {
			for (const fn of deferred) fn();
			inst._zod.deferred = void 0;
		}
		const pp = globalThis.__zod_globalConfig?.postProcessor;
		if (pp) pp(inst);
		return inst;
	}
	Object.defineProperty(_, "init", { value: init });
	Object.defineProperty(_, Symbol.hasInstance, { value: (inst) => {
		if (params?.Parent && inst instanceof params.Parent) return true;
		return inst?._zod?.traits?.has(name);
	} });
	Object.defineProperty(_, "name", { value: name });
	return _;
}
var $ZodAsyncError = class extends Error {
	constructor() {
		super(`Encountered Promise during synchronous parse. Use .parseAsync() instead.`);
	}
};
var $ZodEncodeError = class extends Error {
	constructor(name) {
		super(`Encountered unidirectional transform during encode: ${name}`);
		this.name = "ZodEncodeError";
	}
};
(_a$1 = globalThis).__zod_globalConfig ?? (_a$1.__zod_globalConfig = {});
const globalConfig = globalThis.__zod_globalConfig;
function config(newConfig) {
	if (newConfig) Object.assign(globalConfig, newConfig);
	return globalConfig;
}
// ../../../work/main/node_modules/zod/v4/core/errors.js
function _getMessage() {
	const internals = this._zod;
	internals.message ?? (internals.message = JSON.stringify(internals.def, jsonStringifyReplacer, 2));
	return internals.message;
}
function _setMessage(value) {
	this._zod.message = value;
}
const _messageDesc = {
	get: _getMessage,
	set: _setMessage,
	enumerable: true,
	configurable: true
};
const _issuesDesc = {
	value: void 0,
	enumerable: false
};
const _installedToString = /* @__PURE__ */ new WeakSet([Object.prototype, Error.prototype]);
const initializer$1 = (inst, def) => {
	inst.name = "$ZodError";
	_issuesDesc.value = def;
	Object.defineProperty(inst, "issues", _issuesDesc);
	_issuesDesc.value = void 0;
	Object.defineProperty(inst, "message", _messageDesc);
	const proto = Object.getPrototypeOf(inst);
	if (!_installedToString.has(proto)) {
		_installedToString.add(proto);
		Object.defineProperty(proto, "toString", {
			configurable: true,
			enumerable: false,
			get() {
				const value = () => this.message;
				Object.defineProperty(this, "toString", {
					value,
					configurable: true,
					writable: true
				});
				return value;
			},
			set(value) {
				Object.defineProperty(this, "toString", {
					value,
					configurable: true,
					writable: true
				});
			}
		});
	}
};
const $ZodError = /* @__PURE__ */ $constructor("$ZodError", initializer$1);
/** Get-or-create `obj[key]` as an own data property. A path segment naming an inherited member
* ("toString", "constructor") would otherwise read through to the prototype, and assigning
* "__proto__" would hit the setter instead of creating a key. */
function node(obj, key, make) {
	if (!Object.prototype.hasOwnProperty.call(obj, key)) {
		if (key === "__proto__") Object.defineProperty(obj, key, {
			value: make(),
			writable: true,
			enumerable: true,
			configurable: true
		});
		else obj[key] = make();
	}
	return obj[key];
}
function flattenError(error, mapper = (issue) => issue.message) {
	const fieldErrors = {};
	const formErrors = [];
	for (const sub of error.issues) if (sub.path.length > 0) node(fieldErrors, sub.path[0], () => []).push(mapper(sub));
	else formErrors.push(mapper(sub));
	return {
		formErrors,
		fieldErrors
	};
}
function formatError(error, mapper = (issue) => issue.message) {
	const fieldErrors = { _errors: [] };
	const processError = (error, path = []) => {
		for (const issue of error.issues) if (issue.code === "invalid_union" && issue.errors.length) issue.errors.map((issues) => processError({ issues }, [...path, ...issue.path]));
		else if (issue.code === "invalid_key") processError({ issues: issue.issues }, [...path, ...issue.path]);
		else if (issue.code === "invalid_element") processError({ issues: issue.issues }, [...path, ...issue.path]);
		else {
			const fullpath = [...path, ...issue.path];
			if (fullpath.length === 0) fieldErrors._errors.push(mapper(issue));
			else {
				let curr = fieldErrors;
				let i = 0;
				while (i < fullpath.length) {
					const el = fullpath[i];
					const terminal = i === fullpath.length - 1;
					if (el === "_errors") {
						if (terminal) curr._errors.push(mapper(issue));
						i++;
						continue;
					}
					if (!Object.prototype.hasOwnProperty.call(curr, el)) Object.defineProperty(curr, el, {
						value: { _errors: [] },
						enumerable: true,
						writable: true,
						configurable: true
					});
					const node = curr[el];
					if (terminal) node._errors.push(mapper(issue));
					curr = node;
					i++;
				}
			}
		}
	};
	processError(error);
	return fieldErrors;
}
// ../../../work/main/node_modules/zod/v4/core/parse.js
function finalizeParams(callee, params) {
	return {
		callee: params?.callee ?? callee,
		Err: params?.Err
	};
}
const _parse = (_Err) => {
	const fn = (schema, value, _ctx, _params) => {
		const ctx = _ctx ? {
			..._ctx,
			async: false
		} : { async: false };
		const result = schema._zod.run({
			value,
			issues: []
		}, ctx);
		if (result instanceof Promise) throw new $ZodAsyncError();
		if (result.issues.length) {
			const e = new ((_params?.Err) ?? _Err)(result.issues.map((iss) => finalizeIssue(iss, ctx, config())));
			captureStackTrace(e, _params?.callee ?? fn);
			throw e;
		}
		return result.value;
	};
	return fn;
};
const _parseAsync = (_Err) => {
	const fn = async (schema, value, _ctx, params) => {
		const ctx = _ctx ? {
			..._ctx,
			async: true
		} : { async: true };
		let result = schema._zod.run({
			value,
			issues: []
		}, ctx);
		if (result instanceof Promise) result = await result;
		if (result.issues.length) {
			const e = new ((params?.Err) ?? _Err)(result.issues.map((iss) => finalizeIssue(iss, ctx, config())));
			captureStackTrace(e, params?.callee ?? fn);
			throw e;
		}
		return result.value;
	};
	return fn;
};
const _safeParse = (_Err) => (schema, value, _ctx) => {
	const ctx = _ctx ? {
		..._ctx,
		async: false
	} : { async: false };
	const result = schema._zod.run({
		value,
		issues: []
	}, ctx);
	if (result instanceof Promise) throw new $ZodAsyncError();
	return result.issues.length ? failure(_Err, result.issues, ctx) : {
		success: true,
		data: result.value
	};
};
function failure(Err, issues, ctx) {
	let error;
	return {
		success: false,
		get error() {
			if (!error) {
				error = new Err(issues.map((iss) => finalizeIssue(iss, ctx, config())));
				issues = void 0;
				ctx = void 0;
			}
			return error;
		},
		set error(e) {
			error = e;
			issues = void 0;
			ctx = void 0;
		}
	};
}
const _safeParseAsync = (_Err) => async (schema, value, _ctx) => {
	const ctx = _ctx ? {
		..._ctx,
		async: true
	} : { async: true };
	let result = schema._zod.run({
		value,
		issues: []
	}, ctx);
	if (result instanceof Promise) result = await result;
	return result.issues.length ? failure(_Err, result.issues, ctx) : {
		success: true,
		data: result.value
	};
};
const COMPILE_INVALID = /* @__PURE__ */ Symbol.for("zod.compile.invalid");
const COMPILE_FALLBACK = /* @__PURE__ */ Symbol.for("zod.compile.fallback");
const validate = ((schema, value, _ctx) => {
	const validator = schema._zod.bag.validator;
	if (validator !== void 0) {
		if (validator(value) !== COMPILE_INVALID) return true;
		if (validator.definite === true && _ctx === void 0) return false;
	}
	return validateFallback(schema, value, _ctx);
});
function validateFallback(schema, value, _ctx) {
	const ctx = _ctx ? {
		..._ctx,
		async: false,
		abortEarly: true
	} : {
		async: false,
		abortEarly: true
	};
	const fallbackRun = schema._zod.bag.fallbackRun;
	let result;
	if (fallbackRun) {
		ctx[COMPILE_FALLBACK] = true;
		result = fallbackRun({
			value,
			issues: []
		}, ctx);
	} else result = schema._zod.run({
		value,
		issues: []
	}, ctx);
	if (result instanceof Promise) throw new $ZodAsyncError();
	return result.issues.length === 0;
}
const validateAsync$1 = async (schema, value, _ctx) => {
	const ctx = _ctx ? {
		..._ctx,
		async: true,
		abortEarly: true
	} : {
		async: true,
		abortEarly: true
	};
	let result = schema._zod.run({
		value,
		issues: []
	}, ctx);
	if (result instanceof Promise) result = await result;
	return result.issues.length === 0;
};
const _encode = (_Err) => {
	const parse = _parse(_Err);
	const fn = (schema, value, _ctx, _params) => {
		const ctx = _ctx ? {
			..._ctx,
			direction: "backward"
		} : { direction: "backward" };
		return parse(schema, value, ctx, finalizeParams(fn, _params));
	};
	return fn;
};
const _decode = (_Err) => {
	const parse = _parse(_Err);
	const fn = (schema, value, _ctx, _params) => {
		return parse(schema, value, _ctx, finalizeParams(fn, _params));
	};
	return fn;
};
const _encodeAsync = (_Err) => {
	const parseAsync = _parseAsync(_Err);
	const fn = async (schema, value, _ctx, _params) => {
		const ctx = _ctx ? {
			..._ctx,
			direction: "backward"
		} : { direction: "backward" };
		return await parseAsync(schema, value, ctx, finalizeParams(fn, _params));
	};
	return fn;
};
const _decodeAsync = (_Err) => {
	const parseAsync = _parseAsync(_Err);
	const fn = async (schema, value, _ctx, _params) => {
		return await parseAsync(schema, value, _ctx, finalizeParams(fn, _params));
	};
	return fn;
};
const _safeEncode = (_Err) => (schema, value, _ctx) => {
	const ctx = _ctx ? {
		..._ctx,
		direction: "backward"
	} : { direction: "backward" };
	return _safeParse(_Err)(schema, value, ctx);
};
const _safeDecode = (_Err) => (schema, value, _ctx) => {
	return _safeParse(_Err)(schema, value, _ctx);
};
const _safeEncodeAsync = (_Err) => async (schema, value, _ctx) => {
	const ctx = _ctx ? {
		..._ctx,
		direction: "backward"
	} : { direction: "backward" };
	return _safeParseAsync(_Err)(schema, value, ctx);
};
const _safeDecodeAsync = (_Err) => async (schema, value, _ctx) => {
	return _safeParseAsync(_Err)(schema, value, _ctx);
};
// ../../../work/main/node_modules/zod/v4/core/regexes.js
/**
* @deprecated CUID v1 is deprecated by its authors due to information leakage
* (timestamps embedded in the id). Use {@link cuid2} instead.
* See https://github.com/paralleldrive/cuid.
*/
const cuid = /^[cC][0-9a-z]{6,}$/;
const cuid2 = /^[0-9a-z]+$/;
const ulid = /^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/;
const xid = /^[0-9a-vA-V]{20}$/;
const ksuid = /^[A-Za-z0-9]{27}$/;
const nanoid = /^[a-zA-Z0-9_-]{21}$/;
function nanoidOfLength(length) {
	return new RegExp(`^[a-zA-Z0-9_-]{${length}}$`);
}
/** ISO 8601-1 duration regex. Does not support the 8601-2 extensions like negative durations or fractional/negative components. */
const duration = /^P(?:(\d+W)|(?!.*W)(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?)$/;
/** A regex for any UUID-like identifier: 8-4-4-4-12 hex pattern */
const guid = /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$/;
/** Returns a regex for validating an RFC 9562/4122 UUID.
*
* @param version Optionally specify a version 1-8. If no version is specified, all versions are supported. */
const uuid = (version) => {
	if (!version) return /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$/;
	return new RegExp(`^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-${version}[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$`);
};
/** Practical email validation */
const email = /^(?:[A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$/;
const _emoji$1 = `^(?=[\\s\\S]*[\\p{Extended_Pictographic}\\p{Regional_Indicator}\\u20E3])[\\p{Extended_Pictographic}\\p{Emoji_Component}]+$`;
function emoji() {
	return new RegExp(_emoji$1, "u");
}
const ipv4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])$/;
const ipv6 = /^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))$/;
const cidrv4 = /^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\/([0-9]|[1-2][0-9]|3[0-2])$/;
const cidrv6 = /^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))\/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$/;
const base64 = /^$|^(?:[0-9a-zA-Z+/]{4})*(?:(?:[0-9a-zA-Z+/]{2}==)|(?:[0-9a-zA-Z+/]{3}=))?$/;
const base64url = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$/;
const httpProtocol = /^https?$/;
const e164 = /^\+[1-9]\d{6,14}$/;
const dateSource = `(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))`;
/** Anchors a pattern source. The interpolation lives here rather than at the call site because
* esbuild will not drop a `@__PURE__` call whose own argument interpolates a variable, but it
* will drop `anchor(dateSource)`. Keeping it inline pinned `date` into every bundle. */
function anchor(source) {
	return new RegExp(`^${source}$`);
}
const date = /*@__PURE__*/ anchor(dateSource);
function timeSource(args) {
	const hhmm = `(?:[01]\\d|2[0-3]):[0-5]\\d`;
	return typeof args.precision === "number" ? args.precision === -1 ? `${hhmm}` : args.precision === 0 ? `${hhmm}:[0-5]\\d` : `${hhmm}:[0-5]\\d\\.\\d{${args.precision}}` : args.seconds ? `${hhmm}:[0-5]\\d(?:\\.\\d+)?` : `${hhmm}(?::[0-5]\\d(?:\\.\\d+)?)?`;
}
function time(args) {
	return new RegExp(`^${timeSource(args)}$`);
}
function datetime(args) {
	const opts = ["Z"];
	if (args.offset) opts.push(`([+-](?:[01]\\d|2[0-3]):[0-5]\\d)`);
	const qualified = `${timeSource({
		precision: args.precision,
		seconds: true
	})}(?:${opts.join("|")})`;
	const timeRegex = args.local ? `${qualified}|${timeSource({ precision: args.precision })}` : qualified;
	return new RegExp(`^${dateSource}T(?:${timeRegex})$`);
}
const anyString = /^[\s\S]{0,}$/;
const integer = /^-?\d+$/;
const number$1 = /^-?\d+(?:\.\d+)?$/;
const boolean$1 = /^(?:true|false)$/i;
const lowercase = /^[^A-Z]*$/;
const uppercase = /^[^a-z]*$/;
// ../../../work/main/node_modules/zod/v4/core/checks.js
const $ZodCheck = /*@__PURE__*/ $constructor("$ZodCheck", (inst, def) => {
	var _a;
	inst._zod ?? (inst._zod = {});
	inst._zod.def = def;
	(_a = inst._zod).onattach ?? (_a.onattach = []);
});
/** Default `when` for length-based checks: run only on non-nullish values with a `length`. */
const _whenHasLength = (payload) => {
	const val = payload.value;
	return !nullish(val) && val.length !== void 0;
};
const numericOriginMap = {
	number: "number",
	bigint: "bigint",
	object: "date"
};
const $ZodCheckLessThan = /*@__PURE__*/ $constructor("$ZodCheckLessThan", (inst, def) => {
	$ZodCheck.init(inst, def);
	const origin = numericOriginMap[typeof def.value];
	inst._zod.check = (payload) => {
		if (def.inclusive ? payload.value <= def.value : payload.value < def.value) return;
		payload.issues.push({
			origin: numericOriginMap[typeof payload.value] ?? origin,
			code: "too_big",
			maximum: typeof def.value === "object" ? def.value.getTime() : def.value,
			input: payload.value,
			inclusive: def.inclusive,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCheckGreaterThan = /*@__PURE__*/ $constructor("$ZodCheckGreaterThan", (inst, def) => {
	$ZodCheck.init(inst, def);
	const origin = numericOriginMap[typeof def.value];
	inst._zod.check = (payload) => {
		if (def.inclusive ? payload.value >= def.value : payload.value > def.value) return;
		payload.issues.push({
			origin: numericOriginMap[typeof payload.value] ?? origin,
			code: "too_small",
			minimum: typeof def.value === "object" ? def.value.getTime() : def.value,
			input: payload.value,
			inclusive: def.inclusive,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCheckMultipleOf = /*@__PURE__*/ $constructor("$ZodCheckMultipleOf", (inst, def) => {
	$ZodCheck.init(inst, def);
	inst._zod.check = (payload) => {
		if (typeof payload.value !== typeof def.value) throw new Error("Cannot mix number and bigint in multiple_of check.");
		if (typeof payload.value === "bigint" ? def.value !== BigInt(0) && payload.value % def.value === BigInt(0) : floatSafeRemainder(payload.value, def.value) === 0) return;
		payload.issues.push({
			origin: typeof payload.value,
			code: "not_multiple_of",
			divisor: def.value,
			input: payload.value,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCheckNumberFormat = /*@__PURE__*/ $constructor("$ZodCheckNumberFormat", (inst, def) => {
	$ZodCheck.init(inst, def);
	def.format = def.format || "float64";
	const isInt = def.format?.includes("int");
	const origin = isInt ? "int" : "number";
	const [minimum, maximum] = NUMBER_FORMAT_RANGES[def.format];
	inst._zod.check = (payload) => {
		const input = payload.value;
		if (isInt) {
			if (!Number.isInteger(input)) {
				payload.issues.push({
					expected: origin,
					format: def.format,
					code: "invalid_type",
					continue: false,
					input,
					inst
				});
				return;
			}
			if (!Number.isSafeInteger(input)) {
				if (input > 0) payload.issues.push({
					input,
					code: "too_big",
					maximum: Number.MAX_SAFE_INTEGER,
					note: "Integers must be within the safe integer range.",
					inst,
					origin,
					inclusive: true,
					continue: !def.abort
				});
				else payload.issues.push({
					input,
					code: "too_small",
					minimum: Number.MIN_SAFE_INTEGER,
					note: "Integers must be within the safe integer range.",
					inst,
					origin,
					inclusive: true,
					continue: !def.abort
				});
				return;
			}
		}
		if (input < minimum) payload.issues.push({
			origin: "number",
			input,
			code: "too_small",
			minimum,
			inclusive: true,
			inst,
			continue: !def.abort
		});
		if (input > maximum) payload.issues.push({
			origin: "number",
			input,
			code: "too_big",
			maximum,
			inclusive: true,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCheckMaxLength = /*@__PURE__*/ $constructor("$ZodCheckMaxLength", (inst, def) => {
	var _a;
	$ZodCheck.init(inst, def);
	(_a = inst._zod.def).when ?? (_a.when = _whenHasLength);
	inst._zod.check = (payload) => {
		const input = payload.value;
		const units = input.length;
		if ((typeof input === "string" && units > def.maximum ? codePointLength(input) : units) <= def.maximum) return;
		const origin = getLengthableOrigin(input);
		payload.issues.push({
			origin,
			code: "too_big",
			maximum: def.maximum,
			inclusive: true,
			input,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCheckMinLength = /*@__PURE__*/ $constructor("$ZodCheckMinLength", (inst, def) => {
	var _a;
	$ZodCheck.init(inst, def);
	(_a = inst._zod.def).when ?? (_a.when = _whenHasLength);
	inst._zod.check = (payload) => {
		const input = payload.value;
		const units = input.length;
		if ((typeof input === "string" && units >= def.minimum && units < def.minimum * 2 ? codePointLength(input) : units) >= def.minimum) return;
		const origin = getLengthableOrigin(input);
		payload.issues.push({
			origin,
			code: "too_small",
			minimum: def.minimum,
			inclusive: true,
			input,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCheckLengthEquals = /*@__PURE__*/ $constructor("$ZodCheckLengthEquals", (inst, def) => {
	var _a;
	$ZodCheck.init(inst, def);
	(_a = inst._zod.def).when ?? (_a.when = _whenHasLength);
	inst._zod.check = (payload) => {
		const input = payload.value;
		const units = input.length;
		const length = typeof input === "string" && units >= def.length && units <= def.length * 2 ? codePointLength(input) : units;
		if (length === def.length) return;
		const origin = getLengthableOrigin(input);
		const tooBig = length > def.length;
		payload.issues.push({
			origin,
			...tooBig ? {
				code: "too_big",
				maximum: def.length
			} : {
				code: "too_small",
				minimum: def.length
			},
			inclusive: true,
			exact: true,
			input: payload.value,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCheckStringFormat = /*@__PURE__*/ $constructor("$ZodCheckStringFormat", (inst, def) => {
	var _a, _b;
	$ZodCheck.init(inst, def);
	if (def.pattern) (_a = inst._zod).check ?? (_a.check = (payload) => {
		def.pattern.lastIndex = 0;
		if (def.pattern.test(payload.value)) return;
		payload.issues.push({
			origin: "string",
			code: "invalid_format",
			format: def.format,
			input: payload.value,
			...def.pattern ? { pattern: def.pattern.toString() } : {},
			inst,
			continue: !def.abort
		});
	});
	else (_b = inst._zod).check ?? (_b.check = () => {});
});
const $ZodCheckRegex = /*@__PURE__*/ $constructor("$ZodCheckRegex", (inst, def) => {
	$ZodCheckStringFormat.init(inst, def);
	inst._zod.check = (payload) => {
		def.pattern.lastIndex = 0;
		if (def.pattern.test(payload.value)) return;
		payload.issues.push({
			origin: "string",
			code: "invalid_format",
			format: "regex",
			input: payload.value,
			pattern: def.pattern.toString(),
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCheckLowerCase = /*@__PURE__*/ $constructor("$ZodCheckLowerCase", (inst, def) => {
	def.pattern ?? (def.pattern = lowercase);
	$ZodCheckStringFormat.init(inst, def);
});
const $ZodCheckUpperCase = /*@__PURE__*/ $constructor("$ZodCheckUpperCase", (inst, def) => {
	def.pattern ?? (def.pattern = uppercase);
	$ZodCheckStringFormat.init(inst, def);
});
const $ZodCheckIncludes = /*@__PURE__*/ $constructor("$ZodCheckIncludes", (inst, def) => {
	$ZodCheck.init(inst, def);
	const escapedRegex = escapeRegex(def.includes);
	def.pattern = new RegExp(typeof def.position === "number" ? `^.{${def.position},}${escapedRegex}` : escapedRegex);
	inst._zod.check = (payload) => {
		if (payload.value.includes(def.includes, def.position)) return;
		payload.issues.push({
			origin: "string",
			code: "invalid_format",
			format: "includes",
			includes: def.includes,
			input: payload.value,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCheckStartsWith = /*@__PURE__*/ $constructor("$ZodCheckStartsWith", (inst, def) => {
	$ZodCheck.init(inst, def);
	const pattern = new RegExp(`^${escapeRegex(def.prefix)}.*`);
	def.pattern ?? (def.pattern = pattern);
	inst._zod.check = (payload) => {
		if (payload.value.startsWith(def.prefix)) return;
		payload.issues.push({
			origin: "string",
			code: "invalid_format",
			format: "starts_with",
			prefix: def.prefix,
			input: payload.value,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCheckEndsWith = /*@__PURE__*/ $constructor("$ZodCheckEndsWith", (inst, def) => {
	$ZodCheck.init(inst, def);
	const pattern = new RegExp(`.*${escapeRegex(def.suffix)}$`);
	def.pattern ?? (def.pattern = pattern);
	inst._zod.check = (payload) => {
		if (payload.value.endsWith(def.suffix)) return;
		payload.issues.push({
			origin: "string",
			code: "invalid_format",
			format: "ends_with",
			suffix: def.suffix,
			input: payload.value,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCheckOverwrite = /*@__PURE__*/ $constructor("$ZodCheckOverwrite", (inst, def) => {
	$ZodCheck.init(inst, def);
	inst._zod.check = (payload) => {
		payload.value = def.tx(payload.value);
	};
});
// ../../../work/main/node_modules/zod/v4/core/doc.js
var Doc = class {
	constructor(args = [], closed = {}) {
		this.content = [];
		this.indent = 0;
		this.args = args;
		this.closed = closed;
	}
	indented(fn) {
		this.indent += 1;
		try {
			fn(this);
		} finally {
			this.indent -= 1;
		}
	}
	write(arg) {
		if (typeof arg === "function") {
			arg(this, { execution: "sync" });
			arg(this, { execution: "async" });
			return;
		}
		const lines = arg.split("\n").filter((x) => x);
		const minIndent = Math.min(...lines.map((x) => x.length - x.trimStart().length));
		const dedented = lines.map((x) => x.slice(minIndent)).map((x) => " ".repeat(this.indent * 2) + x);
		for (const line of dedented) this.content.push(line);
	}
	compile() {
		const F = Function;
		const content = this?.content ?? [``];
		return new F(...Object.keys(this.closed), `return function (${this.args.join(", ")}) {\n${content.join("\n")}\n};`)(...Object.values(this.closed));
	}
};
// ../../../work/main/node_modules/zod/v4/core/versions.js
const version = {
	major: 4,
	minor: 6,
	patch: 7
};
// ../../../work/main/node_modules/zod/v4/core/schemas.js
const $ZodType = /*@__PURE__*/ $constructor("$ZodType", (inst, def) => {
	var _a;
	inst ?? (inst = {});
	inst._zod.def = def;
	inst._zod.bag = inst._zod.bag || {};
	inst._zod.version = version;
	const defChecks = inst._zod.def.checks;
	const checks = inst._zod.traits.has("$ZodCheck") ? [inst, ...defChecks ?? []] : defChecks?.length ? [...defChecks] : [];
	for (const ch of checks) for (const fn of ch._zod.onattach) fn(inst);
	if (checks.length === 0) {
		(_a = inst._zod).deferred ?? (_a.deferred = []);
		inst._zod.deferred?.push(() => {
			inst._zod.run = inst._zod.parse;
		});
	} else {
		const runChecks = (payload, checks, ctx) => {
			if (payload.memo) return payload;
			let isAborted = aborted(payload);
			let asyncResult;
			for (const ch of checks) {
				if (ch._zod.def.when) {
					if (explicitlyAborted(payload)) continue;
					if (!ch._zod.def.when(payload)) continue;
				} else if (isAborted) continue;
				const currLen = payload.issues.length;
				const _ = ch._zod.check(payload);
				if (_ instanceof Promise && ctx?.async === false) throw new $ZodAsyncError();
				if (asyncResult || _ instanceof Promise) asyncResult = (asyncResult ?? Promise.resolve()).then(async () => {
					await _;
					if (payload.issues.length === currLen) return;
					attachSchema(payload.issues, currLen, inst);
					if (!isAborted) isAborted = aborted(payload, currLen);
				});
				else {
					if (payload.issues.length === currLen) continue;
					attachSchema(payload.issues, currLen, inst);
					if (!isAborted) isAborted = aborted(payload, currLen);
				}
			}
			if (asyncResult) return asyncResult.then(() => {
				return payload;
			});
			return payload;
		};
		const handleCanaryResult = (canary, payload, ctx) => {
			if (aborted(canary)) {
				canary.aborted = true;
				return canary;
			}
			const checkResult = runChecks(payload, checks, ctx);
			if (checkResult instanceof Promise) {
				if (ctx.async === false) throw new $ZodAsyncError();
				return checkResult.then((checkResult) => inst._zod.parse(checkResult, ctx));
			}
			return inst._zod.parse(checkResult, ctx);
		};
		inst._zod.run = (payload, ctx) => {
			if (ctx.skipChecks) return inst._zod.parse(payload, ctx);
			if (ctx.direction === "backward") {
				const canary = inst._zod.parse({
					value: payload.value,
					issues: []
				}, {
					...ctx,
					skipChecks: true
				});
				if (canary instanceof Promise) return canary.then((canary) => {
					return handleCanaryResult(canary, payload, ctx);
				});
				return handleCanaryResult(canary, payload, ctx);
			}
			const result = inst._zod.parse(payload, ctx);
			if (result instanceof Promise) {
				if (ctx.async === false) throw new $ZodAsyncError();
				return result.then((result) => runChecks(result, checks, ctx));
			}
			return runChecks(result, checks, ctx);
		};
	}
}, {
	get "~standard"() {
		return hide(this, "~standard", standardProps(this));
	},
	set "~standard"(value) {
		own$1(this, "~standard", value);
	}
});
/** The Standard Schema surface for `inst`. Shared so wrappers can extend it without forcing it. */
const toStandardResult = (r, ctx) => r.issues.length ? { issues: r.issues.map((iss) => finalizeIssue(iss, ctx, config())) } : { value: r.value };
async function validateAsync(inst, value) {
	const ctx = { async: true };
	return toStandardResult(await inst._zod.run({
		value,
		issues: []
	}, ctx), ctx);
}
function standardProps(inst) {
	return {
		validate: (value) => {
			const ctx = { async: false };
			try {
				const r = inst._zod.run({
					value,
					issues: []
				}, ctx);
				if (!(r instanceof Promise)) return toStandardResult(r, ctx);
			} catch (_) {}
			return validateAsync(inst, value);
		},
		vendor: "zod",
		version: 1
	};
}
const $ZodString = /*@__PURE__*/ $constructor("$ZodString", (inst, def) => {
	$ZodType.init(inst, def);
	inst._zod.pattern = def.pattern ?? anyString;
	inst._zod.parse = (payload, _) => {
		if (def.coerce) try {
			payload.value = String(payload.value);
		} catch (_) {}
		if (typeof payload.value === "string") return payload;
		payload.issues.push({
			expected: "string",
			code: "invalid_type",
			input: payload.value,
			inst
		});
		return payload;
	};
});
const $ZodStringFormat = /*@__PURE__*/ $constructor("$ZodStringFormat", (inst, def) => {
	$ZodCheckStringFormat.init(inst, def);
	$ZodString.init(inst, def);
});
const $ZodGUID = /*@__PURE__*/ $constructor("$ZodGUID", (inst, def) => {
	def.pattern ?? (def.pattern = guid);
	$ZodStringFormat.init(inst, def);
});
const $ZodUUID = /*@__PURE__*/ $constructor("$ZodUUID", (inst, def) => {
	if (def.version) {
		const v = {
			v1: 1,
			v2: 2,
			v3: 3,
			v4: 4,
			v5: 5,
			v6: 6,
			v7: 7,
			v8: 8
		}[def.version];
		if (v === void 0) throw new Error(`Invalid UUID version: "${def.version}"`);
		def.pattern ?? (def.pattern = uuid(v));
	} else def.pattern ?? (def.pattern = uuid());
	$ZodStringFormat.init(inst, def);
});
const $ZodEmail = /*@__PURE__*/ $constructor("$ZodEmail", (inst, def) => {
	def.pattern ?? (def.pattern = email);
	$ZodStringFormat.init(inst, def);
});
function canParseURL(input) {
	try {
		if (typeof URL !== "undefined" && typeof URL.canParse === "function") return URL.canParse(input);
		new URL(input);
		return true;
	} catch {
		return false;
	}
}
function validateURL(trimmed, def) {
	if (!("normalize" in def) && !("hostname" in def) && !("protocol" in def)) return canParseURL(trimmed) || 2;
	return parseURLObject(trimmed, def);
}
/** Parses a URL while preserving the non-normalizing HTTP guard. */
function parseURLObject(trimmed, def) {
	if (!def.normalize && def.protocol?.source === httpProtocol.source && !/^https?:\/\//i.test(trimmed)) return 1;
	try {
		if (typeof URL !== "undefined") {
			const URLStatic = URL;
			if (typeof URLStatic.parse === "function") return URLStatic.parse(trimmed) ?? 2;
		}
		return new URL(trimmed);
	} catch {
		return 2;
	}
}
const asciiTabOrNewline = /[\t\n\r]/g;
/** The URL parser deletes every ASCII tab, LF and CR from its input before it parses, so `new URL("https://exa\nmple.com")` reports on `example.com`. Applying the same deletion to the returned value closes the half of that divergence which can move the host; the parser's other rewrite, stripping C0 controls at the edges, cannot. */
function stripTabAndNewline(value) {
	return value.replace(asciiTabOrNewline, "");
}
function urlHostnameOk(url, hostname) {
	hostname.lastIndex = 0;
	return hostname.test(url.hostname);
}
function urlProtocolOk(url, protocol) {
	protocol.lastIndex = 0;
	return protocol.test(url.protocol.endsWith(":") ? url.protocol.slice(0, -1) : url.protocol);
}
const $ZodURL = /*@__PURE__*/ $constructor("$ZodURL", (inst, def) => {
	$ZodStringFormat.init(inst, def);
	inst._zod.check = (payload) => {
		try {
			const trimmed = payload.value.trim();
			const url = validateURL(trimmed, def);
			if (url === 1) {
				payload.issues.push({
					code: "invalid_format",
					format: "url",
					note: "Invalid URL format",
					input: payload.value,
					inst,
					continue: !def.abort
				});
				return;
			}
			if (url === 2) {
				payload.issues.push({
					code: "invalid_format",
					format: "url",
					input: payload.value,
					inst,
					continue: !def.abort
				});
				return;
			}
			if (url === true) {
				payload.value = stripTabAndNewline(trimmed);
				return;
			}
			if (def.hostname && !urlHostnameOk(url, def.hostname)) payload.issues.push({
				code: "invalid_format",
				format: "url",
				note: "Invalid hostname",
				pattern: def.hostname.source,
				input: payload.value,
				inst,
				continue: !def.abort
			});
			if (def.protocol && !urlProtocolOk(url, def.protocol)) payload.issues.push({
				code: "invalid_format",
				format: "url",
				note: "Invalid protocol",
				pattern: def.protocol.source,
				input: payload.value,
				inst,
				continue: !def.abort
			});
			payload.value = def.normalize ? url.href : stripTabAndNewline(trimmed);
			return;
		} catch (_) {
			payload.issues.push({
				code: "invalid_format",
				format: "url",
				input: payload.value,
				inst,
				continue: !def.abort
			});
		}
	};
});
const $ZodEmoji = /*@__PURE__*/ $constructor("$ZodEmoji", (inst, def) => {
	def.pattern ?? (def.pattern = emoji());
	$ZodStringFormat.init(inst, def);
});
const $ZodNanoID = /*@__PURE__*/ $constructor("$ZodNanoID", (inst, def) => {
	if (def.length !== void 0 && (!Number.isInteger(def.length) || def.length < 1)) throw new Error(`Invalid nanoid length: ${def.length}`);
	def.pattern ?? (def.pattern = def.length === void 0 ? nanoid : nanoidOfLength(def.length));
	$ZodStringFormat.init(inst, def);
});
/**
* @deprecated CUID v1 is deprecated by its authors due to information leakage
* (timestamps embedded in the id). Use {@link $ZodCUID2} instead.
* See https://github.com/paralleldrive/cuid.
*/
const $ZodCUID = /*@__PURE__*/ $constructor("$ZodCUID", (inst, def) => {
	def.pattern ?? (def.pattern = cuid);
	$ZodStringFormat.init(inst, def);
});
const $ZodCUID2 = /*@__PURE__*/ $constructor("$ZodCUID2", (inst, def) => {
	def.pattern ?? (def.pattern = cuid2);
	$ZodStringFormat.init(inst, def);
});
const $ZodULID = /*@__PURE__*/ $constructor("$ZodULID", (inst, def) => {
	def.pattern ?? (def.pattern = ulid);
	$ZodStringFormat.init(inst, def);
});
const $ZodXID = /*@__PURE__*/ $constructor("$ZodXID", (inst, def) => {
	def.pattern ?? (def.pattern = xid);
	$ZodStringFormat.init(inst, def);
});
const $ZodKSUID = /*@__PURE__*/ $constructor("$ZodKSUID", (inst, def) => {
	def.pattern ?? (def.pattern = ksuid);
	$ZodStringFormat.init(inst, def);
});
const $ZodISODateTime = /*@__PURE__*/ $constructor("$ZodISODateTime", (inst, def) => {
	def.pattern ?? (def.pattern = datetime(def));
	$ZodStringFormat.init(inst, def);
});
const $ZodISODate = /*@__PURE__*/ $constructor("$ZodISODate", (inst, def) => {
	def.pattern ?? (def.pattern = date);
	$ZodStringFormat.init(inst, def);
});
const $ZodISOTime = /*@__PURE__*/ $constructor("$ZodISOTime", (inst, def) => {
	def.pattern ?? (def.pattern = time(def));
	$ZodStringFormat.init(inst, def);
});
const $ZodISODuration = /*@__PURE__*/ $constructor("$ZodISODuration", (inst, def) => {
	def.pattern ?? (def.pattern = duration);
	$ZodStringFormat.init(inst, def);
});
const $ZodIPv4 = /*@__PURE__*/ $constructor("$ZodIPv4", (inst, def) => {
	def.pattern ?? (def.pattern = ipv4);
	$ZodStringFormat.init(inst, def);
});
/** An IPv6 address is written with hex digits, colons and dots, and nothing else. The guard is what makes the check below an IPv6 check: `new URL("http://[...]")` parses an authority, not an address, so `@` and `\` re-delimit it and `"::@1\\"` validates against the host `0.0.0.1`. The URL parser also deletes ASCII tab, LF and CR rather than failing, which is how `"::1\n"` validated as `::1`. */
const ipv6Alphabet = /^[0-9a-fA-F:.]+$/;
function isValidIPv6(value) {
	if (!ipv6Alphabet.test(value)) return false;
	return canParseURL(`http://[${value}]`);
}
const $ZodIPv6 = /*@__PURE__*/ $constructor("$ZodIPv6", (inst, def) => {
	def.pattern ?? (def.pattern = ipv6);
	$ZodStringFormat.init(inst, def);
	inst._zod.check = (payload) => {
		if (!isValidIPv6(payload.value)) payload.issues.push({
			code: "invalid_format",
			format: "ipv6",
			input: payload.value,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodCIDRv4 = /*@__PURE__*/ $constructor("$ZodCIDRv4", (inst, def) => {
	def.pattern ?? (def.pattern = cidrv4);
	$ZodStringFormat.init(inst, def);
});
function isValidCIDRv6(value) {
	const parts = value.split("/");
	if (parts.length !== 2) return false;
	const [address, prefix] = parts;
	if (!prefix) return false;
	const prefixNum = Number(prefix);
	if (`${prefixNum}` !== prefix) return false;
	if (prefixNum < 0 || prefixNum > 128) return false;
	return isValidIPv6(address);
}
const $ZodCIDRv6 = /*@__PURE__*/ $constructor("$ZodCIDRv6", (inst, def) => {
	def.pattern ?? (def.pattern = cidrv6);
	$ZodStringFormat.init(inst, def);
	inst._zod.check = (payload) => {
		if (!isValidCIDRv6(payload.value)) payload.issues.push({
			code: "invalid_format",
			format: "cidrv6",
			input: payload.value,
			inst,
			continue: !def.abort
		});
	};
});
function isValidBase64(data) {
	if (data === "") return true;
	if (/\s/.test(data)) return false;
	if (data.length % 4 !== 0) return false;
	try {
		atob(data);
		return true;
	} catch {
		return false;
	}
}
const base64Charset = /^[0-9a-zA-Z+/]*={0,2}$/;
const $ZodBase64 = /*@__PURE__*/ $constructor("$ZodBase64", (inst, def) => {
	def.pattern ?? (def.pattern = base64Charset);
	$ZodStringFormat.init(inst, def);
	inst._zod.check = (payload) => {
		if (isValidBase64(payload.value)) return;
		payload.issues.push({
			code: "invalid_format",
			format: "base64",
			input: payload.value,
			inst,
			continue: !def.abort
		});
	};
});
const base64urlCharset = /^[A-Za-z0-9_-]*$/;
function isValidBase64URL(data) {
	if (!base64urlCharset.test(data)) return false;
	const base64 = data.replace(/[-_]/g, (c) => c === "-" ? "+" : "/");
	return isValidBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, "="));
}
const $ZodBase64URL = /*@__PURE__*/ $constructor("$ZodBase64URL", (inst, def) => {
	def.pattern ?? (def.pattern = base64urlCharset);
	$ZodStringFormat.init(inst, def);
	inst._zod.check = (payload) => {
		if (isValidBase64URL(payload.value)) return;
		payload.issues.push({
			code: "invalid_format",
			format: "base64url",
			input: payload.value,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodE164 = /*@__PURE__*/ $constructor("$ZodE164", (inst, def) => {
	def.pattern ?? (def.pattern = e164);
	$ZodStringFormat.init(inst, def);
});
function isValidJWT(token, algorithm = null) {
	try {
		const tokensParts = token.split(".");
		if (tokensParts.length !== 3) return false;
		const [header] = tokensParts;
		if (!header) return false;
		const parsedHeader = JSON.parse(atob(header));
		if ("typ" in parsedHeader && parsedHeader?.typ !== "JWT") return false;
		if (!parsedHeader.alg) return false;
		if (algorithm && (!("alg" in parsedHeader) || parsedHeader.alg !== algorithm)) return false;
		return true;
	} catch {
		return false;
	}
}
const $ZodJWT = /*@__PURE__*/ $constructor("$ZodJWT", (inst, def) => {
	$ZodStringFormat.init(inst, def);
	inst._zod.check = (payload) => {
		if (isValidJWT(payload.value, def.alg)) return;
		payload.issues.push({
			code: "invalid_format",
			format: "jwt",
			input: payload.value,
			inst,
			continue: !def.abort
		});
	};
});
const $ZodNumber = /*@__PURE__*/ $constructor("$ZodNumber", (inst, def) => {
	$ZodType.init(inst, def);
	inst._zod.pattern = number$1;
	inst._zod.parse = (payload, _ctx) => {
		if (def.coerce) try {
			payload.value = Number(payload.value);
		} catch (_) {}
		const input = payload.value;
		if (typeof input === "number" && !Number.isNaN(input) && Number.isFinite(input)) return payload;
		const received = typeof input === "number" ? Number.isNaN(input) ? "NaN" : !Number.isFinite(input) ? String(input) : void 0 : void 0;
		payload.issues.push({
			expected: "number",
			code: "invalid_type",
			input,
			inst,
			...received ? { received } : {}
		});
		return payload;
	};
});
const $ZodNumberFormat = /*@__PURE__*/ $constructor("$ZodNumberFormat", (inst, def) => {
	$ZodCheckNumberFormat.init(inst, def);
	$ZodNumber.init(inst, def);
});
const $ZodBoolean = /*@__PURE__*/ $constructor("$ZodBoolean", (inst, def) => {
	$ZodType.init(inst, def);
	inst._zod.pattern = boolean$1;
	inst._zod.parse = (payload, _ctx) => {
		if (def.coerce) try {
			payload.value = Boolean(payload.value);
		} catch (_) {}
		const input = payload.value;
		if (typeof input === "boolean") return payload;
		payload.issues.push({
			expected: "boolean",
			code: "invalid_type",
			input,
			inst
		});
		return payload;
	};
});
const $ZodUnknown = /*@__PURE__*/ $constructor("$ZodUnknown", (inst, def) => {
	$ZodType.init(inst, def);
	inst._zod.parse = (payload) => payload;
});
const $ZodNever = /*@__PURE__*/ $constructor("$ZodNever", (inst, def) => {
	$ZodType.init(inst, def);
	inst._zod.parse = (payload, _ctx) => {
		payload.issues.push({
			expected: "never",
			code: "invalid_type",
			input: payload.value,
			inst
		});
		return payload;
	};
});
function capSize(inst, size) {
	const caps = sizeCaps(inst._zod.def.checks);
	if (!caps.length) return;
	const cap = Math.min(...caps.map((c) => c[0]));
	const parse = inst._zod.parse;
	inst._zod.parse = (payload, ctx) => {
		const n = size(payload.value);
		if (n > cap && !ctx?.skipChecks && ctx?.direction !== "backward") {
			for (const [max, ch] of sizeCaps(inst._zod.def.checks)) if (n > max && ch._zod.def.when(payload)) {
				const start = payload.issues.length;
				ch._zod.check(payload);
				payload.issues[start].continue = false;
				attachSchema(payload.issues, start, inst);
				return payload;
			}
		}
		return parse(payload, ctx);
	};
}
const arraySize = (input) => Array.isArray(input) ? input.length : -1;
function handleArrayResult(result, final, index) {
	if (result.issues.length) final.issues.push(...prefixIssues(index, result.issues));
	final.value[index] = result.value;
}
const $ZodArray = /*@__PURE__*/ $constructor("$ZodArray", (inst, def) => {
	$ZodType.init(inst, def);
	const memo = globalConfig.memoizer;
	memo?.attach(inst);
	inst._zod.parse = (payload, ctx) => {
		const input = payload.value;
		if (!Array.isArray(input)) {
			payload.issues.push({
				expected: "array",
				code: "invalid_type",
				input,
				inst
			});
			return payload;
		}
		payload.value = memo ? memo.alloc(inst, payload, Array(input.length), ctx) : Array(input.length);
		const proms = [];
		const abortEarly = ctx?.abortEarly;
		for (let i = 0; i < input.length; i++) {
			const item = input[i];
			const result = def.element._zod.run({
				value: item,
				issues: []
			}, ctx);
			if (result instanceof Promise) proms.push(result.then((result) => handleArrayResult(result, payload, i)));
			else {
				handleArrayResult(result, payload, i);
				if (abortEarly && result.issues.length !== 0 && aborted(result)) break;
			}
		}
		if (proms.length) return Promise.all(proms).then(() => payload);
		return payload;
	};
	capSize(inst, arraySize);
});
function handlePropertyResult(result, final, key, input, optin, optout) {
	const isPresent = key in input;
	const isOptionalOut = optout === "optional";
	if (!isPresent && isOptionalOut && optin === "optional") return;
	if (result.issues.length) {
		if (optin !== void 0 && isOptionalOut && !isPresent) return;
		final.issues.push(...prefixIssues(key, result.issues));
	}
	if (!isPresent && optin === void 0) {
		if (!result.issues.length) final.issues.push({
			code: "invalid_type",
			expected: "nonoptional",
			input: void 0,
			path: [key]
		});
		return;
	}
	if (result.value === void 0) {
		if (isPresent || optin === "defaulted" && !isOptionalOut) final.value[key] = void 0;
	} else final.value[key] = result.value;
}
const NO_SYMBOL_KEYS = [];
function normalizeDef(def) {
	const keys = Object.keys(def.shape);
	const ownSymbols = Object.getOwnPropertySymbols(def.shape);
	const symbolKeys = ownSymbols.length ? ownSymbols : NO_SYMBOL_KEYS;
	const allKeys = symbolKeys.length ? [...keys, ...symbolKeys] : keys;
	for (const k of allKeys) if (!def.shape?.[k]?._zod?.traits?.has("$ZodType")) throw new Error(`Invalid element at key "${String(k)}": expected a Zod schema`);
	const okeys = optionalKeys(def.shape);
	return {
		...def,
		allKeys,
		symbolKeys,
		keySet: new Set(keys),
		numKeys: keys.length,
		optionalKeys: new Set(okeys)
	};
}
function handleCatchall(proms, input, payload, ctx, def, inst, abortEarly) {
	const unrecognized = [];
	const keySet = def.keySet;
	const _catchall = def.catchall._zod;
	const t = _catchall.def.type;
	const optin = _catchall.optin;
	const optout = _catchall.optout;
	let seen = 0;
	for (const key in input) {
		if (abortEarly && payload.issues.length !== seen) {
			if (aborted(payload, seen)) break;
			seen = payload.issues.length;
		}
		if (keySet.has(key)) continue;
		if (key === "__proto__") {
			if (t === "never") unrecognized.push(key);
			continue;
		}
		if (t === "never") {
			unrecognized.push(key);
			continue;
		}
		const r = _catchall.run({
			value: input[key],
			issues: []
		}, ctx);
		if (r instanceof Promise) proms.push(r.then((r) => handlePropertyResult(r, payload, key, input, optin, optout)));
		else handlePropertyResult(r, payload, key, input, optin, optout);
	}
	if (unrecognized.length) payload.issues.push({
		code: "unrecognized_keys",
		keys: unrecognized,
		input,
		inst,
		continue: true
	});
	if (!proms.length) return payload;
	return Promise.all(proms).then(() => {
		return payload;
	});
}
const $ZodObject = /*@__PURE__*/ $constructor("$ZodObject", (inst, def) => {
	$ZodType.init(inst, def);
	const desc = Object.getOwnPropertyDescriptor(def, "shape");
	const sh = desc?.get ? desc.get.raw : def.shape ?? {};
	if (sh) {
		const get = () => {
			const newSh = { ...sh };
			Object.defineProperty(def, "shape", { value: newSh });
			get.raw = newSh;
			return newSh;
		};
		get.raw = sh;
		Object.defineProperty(def, "shape", { get });
	}
	const _normalized = cached(() => normalizeDef(def));
	defineLazyInternal(inst, "propValues", (zod) => {
		const shape = zod.def.shape;
		const propValues = {};
		for (const key in shape) {
			const field = shape[key]._zod;
			if (field.values) {
				if (!Object.prototype.hasOwnProperty.call(propValues, key)) assignProp(propValues, key, /* @__PURE__ */ new Set());
				for (const v of field.values) propValues[key].add(v);
				if (field.optin !== void 0) propValues[key].add(void 0);
			}
		}
		return propValues;
	});
	const isObject = isObject$2;
	const catchall = def.catchall;
	let value;
	const memo = globalConfig.memoizer;
	memo?.attach(inst);
	inst._zod.parse = (payload, ctx) => {
		value ?? (value = _normalized.value);
		const input = payload.value;
		if (!isObject(input)) {
			payload.issues.push({
				expected: "object",
				code: "invalid_type",
				input,
				inst
			});
			return payload;
		}
		payload.value = memo ? memo.alloc(inst, payload, {}, ctx) : {};
		const proms = [];
		const shape = value.shape;
		const abortEarly = ctx?.abortEarly;
		let seen = payload.issues.length;
		for (const key of value.allKeys) {
			if (abortEarly && payload.issues.length !== seen) {
				if (aborted(payload, seen)) break;
				seen = payload.issues.length;
			}
			if (key === "__proto__") continue;
			const el = shape[key];
			const optin = el._zod.optin;
			const optout = el._zod.optout;
			const r = el._zod.run({
				value: input[key],
				issues: []
			}, ctx);
			if (r instanceof Promise) proms.push(r.then((r) => handlePropertyResult(r, payload, key, input, optin, optout)));
			else handlePropertyResult(r, payload, key, input, optin, optout);
		}
		if (!catchall) return proms.length ? Promise.all(proms).then(() => payload) : payload;
		return handleCatchall(proms, input, payload, ctx, _normalized.value, inst, abortEarly === true);
	};
});
const $ZodObjectJIT = /*@__PURE__*/ $constructor("$ZodObjectJIT", (inst, def) => {
	$ZodObject.init(inst, def);
	const superParse = inst._zod.parse;
	const _normalized = cached(() => normalizeDef(def));
	const memo = globalConfig.memoizer;
	const generateFastpass = (shape) => {
		const normalized = _normalized.value;
		const syms = normalized.symbolKeys;
		const doc = new Doc(["payload", "ctx"], {
			shape,
			inst,
			memo,
			syms
		});
		const parseStr = (k) => `shape[${k}]._zod.run({ value: input[${k}], issues: [] }, ctx)`;
		const prefixStr = (id, k) => `
          let ${id}_ab = false;
          for (let i = 0; i < ${id}.issues.length; i++) {
            const iss = ${id}.issues[i];
            iss.path = iss.path ? [${k}, ...iss.path] : [${k}];
            payload.issues.push(iss);
            if (iss.continue !== true) ${id}_ab = true;
          }
          if (${id}_ab && ctx && ctx.abortEarly) {
            payload.value = newResult;
            return payload;
          }`;
		doc.write(`const input = payload.value;`);
		const ids = Object.create(null);
		let counter = 0;
		for (const key of normalized.allKeys) ids[key] = `key_${counter++}`;
		doc.write(memo ? `const newResult = memo.alloc(inst, payload, {}, ctx);` : `const newResult = {};`);
		for (const key of normalized.allKeys) {
			if (key === "__proto__") continue;
			const id = ids[key];
			const k = typeof key === "symbol" ? `syms[${syms.indexOf(key)}]` : esc(key);
			const isPresent = `${k} in input`;
			const schema = shape[key];
			const optin = schema?._zod?.optin;
			const isOptionalIn = optin !== void 0;
			const isOptionalOut = schema?._zod?.optout === "optional";
			doc.write(`const ${id} = ${parseStr(k)};`);
			if (isOptionalIn && isOptionalOut) {
				const assign = optin === "optional" ? `${id}_present` : `${id}.value !== undefined || ${id}_present`;
				doc.write(`
        const ${id}_present = ${isPresent};
        if (!${id}.issues.length || ${id}_present) {
          if (${id}.issues.length) {${prefixStr(id, k)}
          }

          if (${assign}) {
            newResult[${k}] = ${id}.value;
          }
        }

      `);
			} else if (!isOptionalIn) doc.write(`
        const ${id}_present = ${isPresent};
        if (${id}.issues.length) {${prefixStr(id, k)}
        }
        if (!${id}_present && !${id}.issues.length) {
          payload.issues.push({
            code: "invalid_type",
            expected: "nonoptional",
            input: undefined,
            path: [${k}]
          });
          if (ctx && ctx.abortEarly) {
            payload.value = newResult;
            return payload;
          }
        }

        if (${id}_present) {
          newResult[${k}] = ${id}.value;
        }

      `);
			else {
				doc.write(`
        if (${id}.issues.length) {${prefixStr(id, k)}
        }
      `);
				if (optin === "defaulted") doc.write(`newResult[${k}] = ${id}.value;`);
				else doc.write(`
        if (${id}.value !== undefined || ${isPresent}) {
          newResult[${k}] = ${id}.value;
        }
      `);
			}
		}
		doc.write(`payload.value = newResult;`);
		doc.write(`return payload;`);
		return doc.compile();
	};
	let fastpass;
	const isObject = isObject$2;
	const jit = !globalConfig.jitless;
	const fastEnabled = jit && allowsEval.value;
	const catchall = def.catchall;
	let value;
	inst._zod.parse = (payload, ctx) => {
		value ?? (value = _normalized.value);
		const input = payload.value;
		if (!isObject(input)) {
			payload.issues.push({
				expected: "object",
				code: "invalid_type",
				input,
				inst
			});
			return payload;
		}
		if (jit && fastEnabled && ctx?.async === false && ctx.jitless !== true) {
			if (!fastpass) fastpass = generateFastpass(def.shape);
			payload = fastpass(payload, ctx);
			if (!catchall) return payload;
			return handleCatchall([], input, payload, ctx, value, inst, ctx?.abortEarly === true);
		}
		return superParse(payload, ctx);
	};
});
function handleUnionResults(results, final, inst, ctx) {
	for (const result of results) if (result.issues.length === 0) {
		final.value = result.value;
		return final;
	}
	const nonaborted = results.filter((r) => !aborted(r));
	if (nonaborted.length === 1) {
		final.value = nonaborted[0].value;
		return nonaborted[0];
	}
	final.issues.push({
		code: "invalid_union",
		input: final.value,
		inst,
		errors: results.map((result) => result.issues.map((iss) => finalizeIssue(iss, ctx, config())))
	});
	return final;
}
const $ZodUnion = /*@__PURE__*/ $constructor("$ZodUnion", (inst, def) => {
	$ZodType.init(inst, def);
	defineLazyInternal(inst, "optin", (zod) => zod.def.options.some((o) => o._zod.optin === "defaulted") ? "defaulted" : zod.def.options.some((o) => o._zod.optin !== void 0) ? "optional" : void 0);
	defineLazyInternal(inst, "optout", (zod) => zod.def.options.some((o) => o._zod.optout === "optional") ? "optional" : void 0);
	defineLazyInternal(inst, "values", (zod) => {
		if (zod.def.options.every((o) => o._zod.values)) return new Set(zod.def.options.flatMap((option) => Array.from(option._zod.values)));
	});
	defineLazyInternal(inst, "pattern", (zod) => {
		if (zod.def.options.every((o) => o._zod.pattern)) {
			const patterns = zod.def.options.map((o) => o._zod.pattern);
			return new RegExp(`^(${patterns.map((p) => cleanRegex(p.source)).join("|")})$`);
		}
	});
	const first = def.options.length === 1 ? def.options[0]._zod.run : null;
	inst._zod.parse = (payload, ctx) => {
		if (first) return first(payload, ctx);
		let async = false;
		const results = [];
		for (const option of def.options) {
			const result = option._zod.run({
				value: payload.value,
				issues: []
			}, ctx);
			if (result instanceof Promise) {
				results.push(result);
				async = true;
			} else {
				if (result.issues.length === 0) return result;
				results.push(result);
			}
		}
		if (!async) return handleUnionResults(results, payload, inst, ctx);
		return Promise.all(results).then((results) => {
			return handleUnionResults(results, payload, inst, ctx);
		});
	};
});
const $ZodIntersection = /*@__PURE__*/ $constructor("$ZodIntersection", (inst, def) => {
	$ZodType.init(inst, def);
	inst._zod.parse = (payload, ctx) => {
		const input = payload.value;
		const left = def.left._zod.run({
			value: input,
			issues: []
		}, ctx);
		const right = def.right._zod.run({
			value: input,
			issues: []
		}, ctx);
		if (left instanceof Promise || right instanceof Promise) return Promise.all([left, right]).then(([left, right]) => {
			return handleIntersectionResults(payload, left, right);
		});
		return handleIntersectionResults(payload, left, right);
	};
});
function mergeValues(a, b) {
	if (a === b) return {
		valid: true,
		data: a
	};
	if (a instanceof Date && b instanceof Date && +a === +b) return {
		valid: true,
		data: a
	};
	if (isPlainObject(a) && isPlainObject(b)) {
		const bKeys = Object.keys(b);
		const sharedKeys = Object.keys(a).filter((key) => bKeys.indexOf(key) !== -1);
		const newObj = {
			...a,
			...b
		};
		if (Object.prototype.hasOwnProperty.call(newObj, "__proto__")) delete newObj.__proto__;
		for (const key of sharedKeys) {
			if (key === "__proto__") continue;
			const sharedValue = mergeValues(a[key], b[key]);
			if (!sharedValue.valid) return {
				valid: false,
				mergeErrorPath: [key, ...sharedValue.mergeErrorPath]
			};
			newObj[key] = sharedValue.data;
		}
		return {
			valid: true,
			data: newObj
		};
	}
	if (Array.isArray(a) && Array.isArray(b)) {
		if (a.length !== b.length) return {
			valid: false,
			mergeErrorPath: []
		};
		const newArray = [];
		for (let index = 0; index < a.length; index++) {
			const itemA = a[index];
			const itemB = b[index];
			const sharedValue = mergeValues(itemA, itemB);
			if (!sharedValue.valid) return {
				valid: false,
				mergeErrorPath: [index, ...sharedValue.mergeErrorPath]
			};
			newArray.push(sharedValue.data);
		}
		return {
			valid: true,
			data: newArray
		};
	}
	return {
		valid: false,
		mergeErrorPath: []
	};
}
function handleIntersectionResults(result, left, right) {
	const unrecKeys = /* @__PURE__ */ new Map();
	let unrecIssue;
	const keyIssues = /* @__PURE__ */ new Map();
	const collect = (iss, side) => {
		let keys;
		if (iss.code === "unrecognized_keys" && !iss.path?.length) {
			unrecIssue ?? (unrecIssue = iss);
			keys = iss.keys;
		} else if (iss.code === "invalid_key" && iss.origin === "record" && iss.path?.length === 1) {
			const k = String(iss.path[0]);
			if (!keyIssues.has(k)) keyIssues.set(k, iss);
			keys = [k];
		} else return false;
		for (const k of keys) {
			if (!unrecKeys.has(k)) unrecKeys.set(k, {});
			unrecKeys.get(k)[side] = true;
		}
		return true;
	};
	for (const iss of left.issues) if (!collect(iss, "l")) result.issues.push(iss);
	for (const iss of right.issues) if (!collect(iss, "r")) result.issues.push(iss);
	const bothKeys = [...unrecKeys].filter(([, f]) => f.l && f.r).map(([k]) => k);
	if (bothKeys.length) {
		const aggregated = unrecIssue ? bothKeys.filter((k) => unrecIssue.keys.includes(k)) : [];
		if (aggregated.length) result.issues.push({
			...unrecIssue,
			keys: aggregated
		});
		for (const k of bothKeys) if (!aggregated.includes(k) && keyIssues.has(k)) result.issues.push(keyIssues.get(k));
	}
	const merged = mergeValues(left.value, right.value);
	if (!merged.valid) {
		if (aborted(result)) return result;
		throw new Error(`Unmergable intersection. Error path: ${JSON.stringify(merged.mergeErrorPath)}`);
	}
	result.value = merged.data;
	return result;
}
const $ZodRecord = /*@__PURE__*/ $constructor("$ZodRecord", (inst, def) => {
	$ZodType.init(inst, def);
	const memo = globalConfig.memoizer;
	memo?.attach(inst);
	inst._zod.parse = (payload, ctx) => {
		const input = payload.value;
		if (!isPlainObject(input)) {
			payload.issues.push({
				expected: "record",
				code: "invalid_type",
				input,
				inst
			});
			return payload;
		}
		const proms = [];
		const values = def.keyType._zod.values;
		if (values && !def.partial) {
			payload.value = memo ? memo.alloc(inst, payload, {}, ctx) : {};
			const recordKeys = /* @__PURE__ */ new Set();
			for (const key of values) if (typeof key === "string" || typeof key === "number" || typeof key === "symbol") {
				recordKeys.add(typeof key === "number" ? key.toString() : key);
				if (key === "__proto__") continue;
				const keyResult = def.keyType._zod.run({
					value: key,
					issues: []
				}, ctx);
				if (keyResult instanceof Promise) throw new Error("Async schemas not supported in object keys currently");
				if (keyResult.issues.length) {
					payload.issues.push({
						code: "invalid_key",
						origin: "record",
						issues: keyResult.issues.map((iss) => finalizeIssue(iss, ctx, config())),
						input: key,
						path: [key],
						inst
					});
					continue;
				}
				const outKey = keyResult.value;
				if (outKey === "__proto__") continue;
				const result = def.valueType._zod.run({
					value: input[key],
					issues: []
				}, ctx);
				if (result instanceof Promise) proms.push(result.then((result) => {
					if (result.issues.length) payload.issues.push(...prefixIssues(key, result.issues));
					payload.value[outKey] = result.value;
				}));
				else {
					if (result.issues.length) payload.issues.push(...prefixIssues(key, result.issues));
					payload.value[outKey] = result.value;
				}
			}
			let unrecognized;
			for (const key in input) if (!recordKeys.has(key)) {
				if (def.mode === "loose") {
					if (key === "__proto__") continue;
					payload.value[key] = input[key];
				} else {
					unrecognized = unrecognized ?? [];
					unrecognized.push(key);
				}
			}
			if (unrecognized && unrecognized.length > 0) payload.issues.push({
				code: "unrecognized_keys",
				input,
				inst,
				keys: unrecognized,
				continue: true
			});
		} else {
			payload.value = memo ? memo.alloc(inst, payload, {}, ctx) : {};
			let unrecognized;
			for (const key of Reflect.ownKeys(input)) {
				if (key === "__proto__") continue;
				if (!Object.prototype.propertyIsEnumerable.call(input, key)) continue;
				let keyResult = def.keyType._zod.run({
					value: key,
					issues: []
				}, ctx);
				if (keyResult instanceof Promise) throw new Error("Async schemas not supported in object keys currently");
				if (typeof key === "string" && number$1.test(key) && keyResult.issues.length) {
					const retryResult = def.keyType._zod.run({
						value: Number(key),
						issues: []
					}, ctx);
					if (retryResult instanceof Promise) throw new Error("Async schemas not supported in object keys currently");
					if (retryResult.issues.length === 0) keyResult = retryResult;
				}
				if (keyResult.issues.length) {
					if (def.mode === "loose") payload.value[key] = input[key];
					else if (values) {
						unrecognized = unrecognized ?? [];
						unrecognized.push(key);
					} else payload.issues.push({
						code: "invalid_key",
						origin: "record",
						issues: keyResult.issues.map((iss) => finalizeIssue(iss, ctx, config())),
						input: key,
						path: [key],
						inst
					});
					continue;
				}
				const outKey = keyResult.value;
				if (outKey === "__proto__") continue;
				const result = def.valueType._zod.run({
					value: input[key],
					issues: []
				}, ctx);
				if (result instanceof Promise) proms.push(result.then((result) => {
					if (result.issues.length) payload.issues.push(...prefixIssues(key, result.issues));
					payload.value[outKey] = result.value;
				}));
				else {
					if (result.issues.length) payload.issues.push(...prefixIssues(key, result.issues));
					payload.value[outKey] = result.value;
				}
			}
			if (unrecognized && unrecognized.length > 0) payload.issues.push({
				code: "unrecognized_keys",
				input,
				inst,
				keys: unrecognized,
				continue: true
			});
		}
		if (proms.length) return Promise.all(proms).then(() => payload);
		return payload;
	};
});
const $ZodEnum = /*@__PURE__*/ $constructor("$ZodEnum", (inst, def) => {
	$ZodType.init(inst, def);
	const values = getEnumValues(def.entries);
	const valuesSet = new Set(values);
	inst._zod.values = valuesSet;
	defineLazyInternal(inst, "pattern", (zod) => {
		const patternValues = getEnumValues(zod.def.entries).filter((k) => propertyKeyTypes.has(typeof k));
		return new RegExp(patternValues.length ? `^(${patternValues.map((o) => escapeRegex(o.toString())).join("|")})$` : "^[^\\s\\S]$");
	});
	inst._zod.parse = (payload, _ctx) => {
		const input = payload.value;
		if (valuesSet.has(input)) return payload;
		payload.issues.push({
			code: "invalid_value",
			values,
			input,
			inst
		});
		return payload;
	};
});
const $ZodLiteral = /*@__PURE__*/ $constructor("$ZodLiteral", (inst, def) => {
	$ZodType.init(inst, def);
	const values = new Set(def.values);
	inst._zod.values = values;
	defineLazyInternal(inst, "pattern", (zod) => {
		const vals = zod.def.values;
		return new RegExp(vals.length ? `^(${vals.map((o) => typeof o === "string" ? escapeRegex(o) : o ? escapeRegex(o.toString()) : String(o)).join("|")})$` : "^[^\\s\\S]$");
	});
	inst._zod.parse = (payload, _ctx) => {
		const input = payload.value;
		if (values.has(input)) return payload;
		payload.issues.push({
			code: "invalid_value",
			values: def.values,
			input,
			inst
		});
		return payload;
	};
});
const $ZodTransform = /*@__PURE__*/ $constructor("$ZodTransform", (inst, def) => {
	$ZodType.init(inst, def);
	inst._zod.optin = "optional";
	globalConfig.memoizer?.guard(inst);
	inst._zod.parse = (payload, ctx) => {
		if (ctx.direction === "backward") throw new $ZodEncodeError(inst.constructor.name);
		const _out = def.transform(payload.value, payload);
		if (ctx.async) return (_out instanceof Promise ? _out : Promise.resolve(_out)).then((output) => {
			payload.value = output;
			return payload;
		});
		if (_out instanceof Promise) throw new $ZodAsyncError();
		payload.value = _out;
		return payload;
	};
});
function handleOptionalResult(payload, result) {
	payload.value = result.issues.length ? void 0 : result.value;
	return payload;
}
const $ZodOptional = /*@__PURE__*/ $constructor("$ZodOptional", (inst, def) => {
	$ZodType.init(inst, def);
	defineLazyInternal(inst, "optin", (zod) => zod.def.innerType._zod.optin === "defaulted" ? "defaulted" : "optional");
	inst._zod.optout = "optional";
	defineLazyInternal(inst, "values", (zod) => {
		const values = zod.def.innerType._zod.values;
		return values ? /* @__PURE__ */ new Set([...values, void 0]) : void 0;
	});
	defineLazyInternal(inst, "pattern", (zod) => {
		const pattern = zod.def.innerType._zod.pattern;
		return pattern ? new RegExp(`^(${cleanRegex(pattern.source)})?$`) : void 0;
	});
	inst._zod.parse = (payload, ctx) => {
		if (payload.value === void 0) {
			if (def.innerType._zod.optin !== "defaulted") return payload;
			const result = def.innerType._zod.run({
				value: payload.value,
				issues: []
			}, ctx);
			if (result instanceof Promise) return result.then((result) => handleOptionalResult(payload, result));
			return handleOptionalResult(payload, result);
		}
		return def.innerType._zod.run(payload, ctx);
	};
});
const $ZodExactOptional = /*@__PURE__*/ $constructor("$ZodExactOptional", (inst, def) => {
	$ZodOptional.init(inst, def);
	defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
	defineLazyInternal(inst, "pattern", (zod) => zod.def.innerType._zod.pattern);
	inst._zod.parse = (payload, ctx) => {
		return def.innerType._zod.run(payload, ctx);
	};
});
const $ZodNullable = /*@__PURE__*/ $constructor("$ZodNullable", (inst, def) => {
	$ZodType.init(inst, def);
	defineLazyInternal(inst, "optin", (zod) => zod.def.innerType._zod.optin);
	defineLazyInternal(inst, "optout", (zod) => zod.def.innerType._zod.optout);
	defineLazyInternal(inst, "pattern", (zod) => {
		const pattern = zod.def.innerType._zod.pattern;
		return pattern ? new RegExp(`^(${cleanRegex(pattern.source)}|null)$`) : void 0;
	});
	defineLazyInternal(inst, "values", (zod) => {
		return zod.def.innerType._zod.values ? /* @__PURE__ */ new Set([...zod.def.innerType._zod.values, null]) : void 0;
	});
	inst._zod.parse = (payload, ctx) => {
		if (payload.value === null) return payload;
		return def.innerType._zod.run(payload, ctx);
	};
});
const $ZodDefault = /*@__PURE__*/ $constructor("$ZodDefault", (inst, def) => {
	$ZodType.init(inst, def);
	inst._zod.optin = "defaulted";
	defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
	inst._zod.parse = (payload, ctx) => {
		if (ctx.direction === "backward") return def.innerType._zod.run(payload, ctx);
		if (payload.value === void 0) {
			payload.value = def.defaultValue;
			/**
			* $ZodDefault returns the default value immediately in forward direction.
			* It doesn't pass the default value into the validator ("prefault"). There's no reason to pass the default value through validation. The validity of the default is enforced by TypeScript statically. Otherwise, it's the responsibility of the user to ensure the default is valid. In the case of pipes with divergent in/out types, you can specify the default on the `in` schema of your ZodPipe to set a "prefault" for the pipe.   */
			return payload;
		}
		const result = def.innerType._zod.run(payload, ctx);
		if (result instanceof Promise) return result.then((result) => handleDefaultResult(result, def));
		return handleDefaultResult(result, def);
	};
});
function handleDefaultResult(payload, def) {
	if (payload.value === void 0) payload.value = def.defaultValue;
	return payload;
}
const $ZodPrefault = /*@__PURE__*/ $constructor("$ZodPrefault", (inst, def) => {
	$ZodType.init(inst, def);
	inst._zod.optin = "defaulted";
	defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
	inst._zod.parse = (payload, ctx) => {
		if (ctx.direction === "backward") return def.innerType._zod.run(payload, ctx);
		if (payload.value === void 0) payload.value = def.defaultValue;
		return def.innerType._zod.run(payload, ctx);
	};
});
const $ZodNonOptional = /*@__PURE__*/ $constructor("$ZodNonOptional", (inst, def) => {
	$ZodType.init(inst, def);
	defineLazyInternal(inst, "values", (zod) => {
		const v = zod.def.innerType._zod.values;
		return v ? new Set([...v].filter((x) => x !== void 0)) : void 0;
	});
	inst._zod.parse = (payload, ctx) => {
		const result = def.innerType._zod.run(payload, ctx);
		if (result instanceof Promise) return result.then((result) => handleNonOptionalResult(result, inst));
		return handleNonOptionalResult(result, inst);
	};
});
function handleNonOptionalResult(payload, inst) {
	if (!payload.issues.length && payload.value === void 0) payload.issues.push({
		code: "invalid_type",
		expected: "nonoptional",
		input: payload.value,
		inst
	});
	return payload;
}
function handleCatchResult(payload, result, def, ctx) {
	if (!result.issues.length) {
		payload.value = result.value;
		if (result.memo) payload.memo = true;
		return payload;
	}
	payload.value = def.catchValue({
		...result,
		value: payload.value,
		error: { issues: result.issues.map((iss) => finalizeIssue(iss, ctx, config())) },
		input: payload.value
	});
	return payload;
}
const $ZodCatch = /*@__PURE__*/ $constructor("$ZodCatch", (inst, def) => {
	$ZodType.init(inst, def);
	defineLazyInternal(inst, "optin", (zod) => zod.def.innerType._zod.optin === "defaulted" ? "defaulted" : "optional");
	defineLazyInternal(inst, "optout", (zod) => zod.def.innerType._zod.optout);
	defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
	inst._zod.parse = (payload, ctx) => {
		if (ctx.direction === "backward") return def.innerType._zod.run(payload, ctx);
		const result = def.innerType._zod.run({
			value: payload.value,
			issues: []
		}, ctx);
		if (result instanceof Promise) return result.then((result) => handleCatchResult(payload, result, def, ctx));
		return handleCatchResult(payload, result, def, ctx);
	};
});
const $ZodPipe = /*@__PURE__*/ $constructor("$ZodPipe", (inst, def) => {
	$ZodType.init(inst, def);
	defineLazyInternal(inst, "values", (zod) => zod.def.in._zod.values);
	defineLazyInternal(inst, "optin", (zod) => zod.def.in._zod.optin);
	defineLazyInternal(inst, "optout", (zod) => zod.def.out._zod.optout);
	defineLazyInternal(inst, "propValues", (zod) => zod.def.in._zod.propValues);
	inst._zod.parse = (payload, ctx) => {
		if (ctx.direction === "backward") {
			const right = def.out._zod.run(payload, ctx);
			if (right instanceof Promise) return right.then((right) => handlePipeResult(right, def.in, ctx));
			return handlePipeResult(right, def.in, ctx);
		}
		const left = def.in._zod.run(payload, ctx);
		if (left instanceof Promise) return left.then((left) => handlePipeResult(left, def.out, ctx));
		return handlePipeResult(left, def.out, ctx);
	};
});
function handlePipeResult(left, next, ctx) {
	if (left.issues.some((iss) => iss.code !== "unrecognized_keys")) {
		left.aborted = true;
		return left;
	}
	return next._zod.run({
		value: left.value,
		issues: left.issues
	}, ctx);
}
const $ZodReadonly = /*@__PURE__*/ $constructor("$ZodReadonly", (inst, def) => {
	$ZodType.init(inst, def);
	defineLazyInternal(inst, "propValues", (zod) => zod.def.innerType._zod.propValues);
	defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
	defineLazyInternal(inst, "optin", (zod) => zod.def.innerType?._zod?.optin);
	defineLazyInternal(inst, "optout", (zod) => zod.def.innerType?._zod?.optout);
	inst._zod.parse = (payload, ctx) => {
		if (ctx.direction === "backward") return def.innerType._zod.run(payload, ctx);
		const result = def.innerType._zod.run(payload, ctx);
		if (result instanceof Promise) return result.then(handleReadonlyResult);
		return handleReadonlyResult(result);
	};
});
function handleReadonlyResult(payload) {
	if (!payload.memo) payload.value = Object.freeze(payload.value);
	return payload;
}
const $ZodCustom = /*@__PURE__*/ $constructor("$ZodCustom", (inst, def) => {
	$ZodCheck.init(inst, def);
	$ZodType.init(inst, def);
	inst._zod.parse = (payload, _) => {
		return payload;
	};
	inst._zod.check = (payload) => {
		const input = payload.value;
		const r = def.fn(input);
		if (r instanceof Promise) return r.then((r) => handleRefineResult(r, payload, input, inst));
		handleRefineResult(r, payload, input, inst);
	};
});
function handleRefineResult(result, payload, input, inst) {
	if (!result) {
		const _iss = {
			code: "custom",
			input,
			inst,
			path: [...inst._zod.def.path ?? []],
			continue: !inst._zod.def.abort
		};
		if (inst._zod.def.params) _iss.params = inst._zod.def.params;
		payload.issues.push(issue(_iss));
	}
}
// ../../../work/main/node_modules/zod/v4/core/memoizer.js
var $ZodCyclicError = class extends Error {
	constructor() {
		super(`Cannot parse a reference cycle that closes through a transform`);
		this.name = "ZodCyclicError";
	}
};
/** Keyed off the context object every schema in one parse call already shares. */
const STATE = "~memo";
const NO_ISSUES = [];
function isRef(value) {
	return value !== null && typeof value === "object";
}
function cloneIssues(issues) {
	return issues.map((iss) => iss.path ? {
		...iss,
		path: iss.path.slice()
	} : { ...iss });
}
const recursive = /*@__PURE__*/ new WeakMap();
/** What the walk established, in order of certainty: ordered so the strongest answer among children wins. */
const NONE = 0;
const ASSUMED = 1;
const PROVEN = 2;
/** Whether this schema's subtree contains a cycle, so one parse can re-enter it. */
function isRecursive(inst, stack, resolve) {
	const cached = recursive.get(inst);
	if (cached !== void 0) return cached ? PROVEN : NONE;
	if (stack.has(inst)) return PROVEN;
	stack.add(inst);
	let result = NONE;
	const check = (child) => {
		if (result !== PROVEN && child?._zod) {
			const answer = isRecursive(child, stack, resolve);
			if (answer > result) result = answer;
		}
	};
	const shape = (sh, spread) => {
		let answer = NONE;
		for (const key of Reflect.ownKeys(sh)) {
			const desc = Object.getOwnPropertyDescriptor(sh, key);
			if (spread && !desc.enumerable) continue;
			const child = desc.get ? ASSUMED : desc.value?._zod ? isRecursive(desc.value, stack, resolve) : NONE;
			if (child > answer) answer = child;
		}
		return answer;
	};
	const merge = (answer) => {
		if (answer > result) result = answer;
	};
	const def = inst._zod.def;
	switch (def.type) {
		case "object": {
			const raw = rawShape(def);
			merge(raw ? shape(raw, true) : ASSUMED);
			check(def.catchall);
			break;
		}
		case "array":
			check(def.element);
			break;
		case "tuple":
			for (const el of def.items) check(el);
			check(def.rest);
			break;
		case "record":
		case "map":
			check(def.keyType);
			check(def.valueType);
			break;
		case "set":
			check(def.valueType);
			break;
		case "union":
			for (const el of def.options) check(el);
			break;
		case "intersection":
			check(def.left);
			check(def.right);
			break;
		case "optional":
		case "nullable":
		case "default":
		case "prefault":
		case "catch":
		case "readonly":
		case "nonoptional":
		case "promise":
		case "success":
			check(def.innerType);
			break;
		case "pipe":
			check(def.in);
			check(def.out);
			break;
		case "function":
			check(def.input);
			check(def.output);
			break;
		case "lazy": {
			const inner = def._cachedInner ?? (resolve ? inst._zod.innerType : void 0);
			merge(inner ? isRecursive(inner, stack, false) : ASSUMED);
			break;
		}
		case "template_literal":
		case "string":
		case "number":
		case "int":
		case "boolean":
		case "bigint":
		case "symbol":
		case "undefined":
		case "null":
		case "void":
		case "never":
		case "any":
		case "unknown":
		case "date":
		case "nan":
		case "enum":
		case "literal":
		case "file":
		case "transform":
		case "custom": break;
		default: for (const key in def) {
			const desc = Object.getOwnPropertyDescriptor(def, key);
			if (!desc || desc.get) continue;
			const value = desc.value;
			if (!value || typeof value !== "object") continue;
			if (value._zod) check(value);
			else if (Array.isArray(value)) for (const el of value) check(el);
		}
	}
	stack.delete(inst);
	return settle(inst, result);
}
/** An assumed answer must not outlive the resolution that settles it, so only a certain one is cached. */
function settle(inst, answer) {
	if (answer !== ASSUMED) recursive.set(inst, answer === PROVEN);
	return answer;
}
function bucketFor(state, inst) {
	let bucket = state.buckets.get(inst);
	if (!bucket) {
		bucket = /* @__PURE__ */ new WeakMap();
		state.buckets.set(inst, bucket);
	}
	return bucket;
}
let handoff;
const open = [];
const memo = {
	alloc(_inst, payload, empty) {
		const bucket = handoff;
		if (!bucket) return empty;
		handoff = void 0;
		const entry = {
			value: empty,
			issues: null
		};
		bucket.set(payload.value, entry);
		open.push(entry);
		return empty;
	},
	guard(inst) {
		var _a;
		(_a = inst._zod).deferred ?? (_a.deferred = []);
		inst._zod.deferred.push(() => {
			const base = inst._zod.parse;
			const wrapped = (payload, ctx) => {
				if (ctx.direction !== "backward" && isBackEdge(ctx, payload.value)) throw new $ZodCyclicError();
				return base(payload, ctx);
			};
			inst._zod.parse = wrapped;
			if (inst._zod.run === base) inst._zod.run = wrapped;
		});
	},
	attach(inst) {
		var _a;
		let isRecursiveInst;
		let rechecked = false;
		let lastCtx;
		let lastBucket;
		(_a = inst._zod).deferred ?? (_a.deferred = []);
		inst._zod.deferred.push(() => {
			const base = inst._zod.parse;
			const wrapped = (payload, ctx) => {
				if (isRecursiveInst === void 0) {
					const walked = isRecursive(inst, /* @__PURE__ */ new Set(), false);
					if (walked === NONE) {
						inst._zod.parse = base;
						if (inst._zod.run === wrapped) inst._zod.run = base;
						return base(payload, ctx);
					}
					if (walked === PROVEN || rechecked) isRecursiveInst = true;
					else rechecked = true;
				}
				const input = payload.value;
				if (!isRef(input)) return base(payload, ctx);
				let state = ctx[STATE];
				if (!state) {
					state = {
						buckets: /* @__PURE__ */ new WeakMap(),
						backEdges: void 0
					};
					ctx[STATE] = state;
				}
				let bucket;
				if (lastCtx === ctx) bucket = lastBucket;
				else {
					bucket = bucketFor(state, inst);
					lastCtx = ctx;
					lastBucket = bucket;
				}
				const hit = bucket.get(input);
				if (hit) {
					payload.value = hit.value;
					if (hit.issues) {
						if (hit.issues.length) payload.issues.push(...cloneIssues(hit.issues));
					} else {
						payload.memo = true;
						state.backEdges ?? (state.backEdges = /* @__PURE__ */ new WeakSet());
						state.backEdges.add(hit.value);
					}
					return payload;
				}
				handoff = bucket;
				const depth = open.length;
				const result = base(payload, ctx);
				handoff = void 0;
				const entry = open.length > depth ? open.pop() : void 0;
				if (result instanceof Promise) return result.then((r) => {
					if (entry) entry.issues = r.issues.length ? cloneIssues(r.issues) : NO_ISSUES;
					return r;
				});
				if (entry) entry.issues = result.issues.length ? cloneIssues(result.issues) : NO_ISSUES;
				return result;
			};
			inst._zod.parse = wrapped;
			if (inst._zod.run === base) inst._zod.run = wrapped;
		});
	}
};
/** The memoizer that gives containers cycle support. `zod` installs it by default; `zod/mini` opts in with `config({ memoizer: memoizer() })`. */
function memoizer() {
	return memo;
}
/** Whether this value is a node a back-edge resolved to before it finished. */
function isBackEdge(ctx, value) {
	const backEdges = ctx[STATE]?.backEdges;
	return backEdges !== void 0 && isRef(value) && backEdges.has(value);
}
// ../../../work/main/node_modules/zod/v4/locales/en.js
const error = () => {
	const Sizable = {
		string: {
			unit: "characters",
			verb: "to have"
		},
		file: {
			unit: "bytes",
			verb: "to have"
		},
		array: {
			unit: "items",
			verb: "to have"
		},
		set: {
			unit: "items",
			verb: "to have"
		},
		map: {
			unit: "entries",
			verb: "to have"
		}
	};
	function getSizing(origin) {
		return Sizable[origin] ?? null;
	}
	const FormatDictionary = {
		regex: "input",
		email: "email address",
		url: "URL",
		emoji: "emoji",
		uuid: "UUID",
		uuidv4: "UUIDv4",
		uuidv6: "UUIDv6",
		nanoid: "nanoid",
		guid: "GUID",
		cuid: "cuid",
		cuid2: "cuid2",
		ulid: "ULID",
		xid: "XID",
		ksuid: "KSUID",
		datetime: "ISO datetime",
		date: "ISO date",
		time: "ISO time",
		duration: "ISO duration",
		ipv4: "IPv4 address",
		ipv6: "IPv6 address",
		mac: "MAC address",
		cidrv4: "IPv4 range",
		cidrv6: "IPv6 range",
		base64: "base64-encoded string",
		base64url: "base64url-encoded string",
		json_string: "JSON string",
		e164: "E.164 number",
		currency_code: "currency code",
		credit_card: "credit card number",
		iban: "IBAN",
		jwt: "JWT",
		template_literal: "input"
	};
	const TypeDictionary = { nan: "NaN" };
	function getTypeName(type, input) {
		if (type === "number" && typeof input === "number" && !Number.isFinite(input)) return String(input);
		return TypeDictionary[type] ?? type;
	}
	return (issue) => {
		switch (issue.code) {
			case "invalid_type": return `Invalid input: expected ${getTypeName(issue.expected)}, received ${getTypeName(parsedType(issue.input), issue.input)}`;
			case "invalid_value":
				if (issue.values.length === 1) return `Invalid input: expected ${stringifyPrimitive(issue.values[0])}`;
				return `Invalid option: expected one of ${joinValues(issue.values, "|")}`;
			case "too_big": {
				const adj = issue.exact ? "exactly " : issue.inclusive ? "<=" : "<";
				const sizing = getSizing(issue.origin);
				if (sizing) return `Too big: expected ${issue.origin ?? "value"} to have ${adj}${issue.maximum.toString()} ${sizing.unit ?? "elements"}`;
				return `Too big: expected ${issue.origin ?? "value"} to be ${adj}${issue.maximum.toString()}`;
			}
			case "too_small": {
				const adj = issue.exact ? "exactly " : issue.inclusive ? ">=" : ">";
				const sizing = getSizing(issue.origin);
				if (sizing) return `Too small: expected ${issue.origin} to have ${adj}${issue.minimum.toString()} ${sizing.unit}`;
				return `Too small: expected ${issue.origin} to be ${adj}${issue.minimum.toString()}`;
			}
			case "invalid_format": {
				const _issue = issue;
				if (_issue.format === "starts_with") return `Invalid string: must start with "${_issue.prefix}"`;
				if (_issue.format === "ends_with") return `Invalid string: must end with "${_issue.suffix}"`;
				if (_issue.format === "includes") return `Invalid string: must include "${_issue.includes}"`;
				if (_issue.format === "regex") return `Invalid string: must match pattern ${_issue.pattern}`;
				return `Invalid ${FormatDictionary[_issue.format] ?? issue.format}`;
			}
			case "not_multiple_of": return `Invalid number: must be a multiple of ${issue.divisor}`;
			case "unrecognized_keys": return `Unrecognized key${issue.keys.length > 1 ? "s" : ""}: ${joinValues(issue.keys, ", ")}`;
			case "invalid_key": return `Invalid key in ${issue.origin}`;
			case "invalid_union":
				if (issue.options && Array.isArray(issue.options) && issue.options.length > 0) return `Invalid discriminator value. Expected ${issue.options.map((o) => `'${o}'`).join(" | ")}`;
				if (issue.inclusive === false) return "Invalid input: more than one option matched";
				return "Invalid input";
			case "invalid_element": return `Invalid value in ${issue.origin}`;
			default: return `Invalid input`;
		}
	};
};
function en_default() {
	return { localeError: error() };
}
// ../../../work/main/node_modules/zod/v4/core/registries.js
var _a;
var $ZodRegistry = class {
	constructor() {
		this._map = /* @__PURE__ */ new WeakMap();
		this._idmap = /* @__PURE__ */ new Map();
	}
	add(schema, ..._meta) {
		const meta = _meta[0];
		this._map.set(schema, meta);
		if (meta && typeof meta === "object" && "id" in meta) this._idmap.set(meta.id, schema);
		return this;
	}
	clear() {
		this._map = /* @__PURE__ */ new WeakMap();
		this._idmap = /* @__PURE__ */ new Map();
		return this;
	}
	remove(schema) {
		const meta = this._map.get(schema);
		if (meta && typeof meta === "object" && "id" in meta) this._idmap.delete(meta.id);
		this._map.delete(schema);
		return this;
	}
	get(schema) {
		const p = schema._zod.parent;
		if (p) {
			const pm = { ...this.get(p) ?? {} };
			delete pm.id;
			const f = {
				...pm,
				...this._map.get(schema)
			};
			return Object.keys(f).length ? f : void 0;
		}
		return this._map.get(schema);
	}
	has(schema) {
		return this._map.has(schema);
	}
};
function registry() {
	return new $ZodRegistry();
}
(_a = globalThis).__zod_globalRegistry ?? (_a.__zod_globalRegistry = registry());
const globalRegistry = globalThis.__zod_globalRegistry;
// ../../../work/main/node_modules/zod/v4/core/api.js
function snapshotChecks(def) {
	if (def.checks) def.checks = [...def.checks];
	return def;
}
// @__NO_SIDE_EFFECTS__
function _string(Class, params) {
	return new Class(snapshotChecks({
		type: "string",
		...normalizeParams(params)
	}));
}
// @__NO_SIDE_EFFECTS__
function _email(Class, params) {
	return new Class({
		type: "string",
		format: "email",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _guid(Class, params) {
	return new Class({
		type: "string",
		format: "guid",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _uuid(Class, params) {
	return new Class({
		type: "string",
		format: "uuid",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _uuidv4(Class, params) {
	return new Class({
		type: "string",
		format: "uuid",
		check: "string_format",
		abort: false,
		version: "v4",
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _uuidv6(Class, params) {
	return new Class({
		type: "string",
		format: "uuid",
		check: "string_format",
		abort: false,
		version: "v6",
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _uuidv7(Class, params) {
	return new Class({
		type: "string",
		format: "uuid",
		check: "string_format",
		abort: false,
		version: "v7",
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _url(Class, params) {
	return new Class({
		type: "string",
		format: "url",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _emoji(Class, params) {
	return new Class({
		type: "string",
		format: "emoji",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _nanoid(Class, params) {
	return new Class({
		type: "string",
		format: "nanoid",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
/**
* @deprecated CUID v1 is deprecated by its authors due to information leakage
* (timestamps embedded in the id). Use {@link _cuid2} instead.
* See https://github.com/paralleldrive/cuid.
*/
// @__NO_SIDE_EFFECTS__
function _cuid(Class, params) {
	return new Class({
		type: "string",
		format: "cuid",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _cuid2(Class, params) {
	return new Class({
		type: "string",
		format: "cuid2",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _ulid(Class, params) {
	return new Class({
		type: "string",
		format: "ulid",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _xid(Class, params) {
	return new Class({
		type: "string",
		format: "xid",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _ksuid(Class, params) {
	return new Class({
		type: "string",
		format: "ksuid",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _ipv4(Class, params) {
	return new Class({
		type: "string",
		format: "ipv4",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _ipv6(Class, params) {
	return new Class({
		type: "string",
		format: "ipv6",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _cidrv4(Class, params) {
	return new Class({
		type: "string",
		format: "cidrv4",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _cidrv6(Class, params) {
	return new Class({
		type: "string",
		format: "cidrv6",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _base64(Class, params) {
	return new Class({
		type: "string",
		format: "base64",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _base64url(Class, params) {
	return new Class({
		type: "string",
		format: "base64url",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _e164(Class, params) {
	return new Class({
		type: "string",
		format: "e164",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _jwt(Class, params) {
	return new Class({
		type: "string",
		format: "jwt",
		check: "string_format",
		abort: false,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _isoDateTime(Class, params) {
	return new Class({
		type: "string",
		format: "datetime",
		check: "string_format",
		offset: false,
		local: false,
		precision: null,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _isoDate(Class, params) {
	return new Class({
		type: "string",
		format: "date",
		check: "string_format",
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _isoTime(Class, params) {
	return new Class({
		type: "string",
		format: "time",
		check: "string_format",
		precision: null,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _isoDuration(Class, params) {
	return new Class({
		type: "string",
		format: "duration",
		check: "string_format",
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _number(Class, params) {
	return new Class(snapshotChecks({
		type: "number",
		checks: [],
		...normalizeParams(params)
	}));
}
// @__NO_SIDE_EFFECTS__
function _int(Class, params) {
	return new Class({
		type: "number",
		check: "number_format",
		abort: false,
		format: "safeint",
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _boolean(Class, params) {
	return new Class({
		type: "boolean",
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _unknown(Class) {
	return new Class({ type: "unknown" });
}
// @__NO_SIDE_EFFECTS__
function _never(Class, params) {
	return new Class({
		type: "never",
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _lt(value, params) {
	return new $ZodCheckLessThan({
		check: "less_than",
		...normalizeParams(params),
		value,
		inclusive: false
	});
}
// @__NO_SIDE_EFFECTS__
function _lte(value, params) {
	return new $ZodCheckLessThan({
		check: "less_than",
		...normalizeParams(params),
		value,
		inclusive: true
	});
}
// @__NO_SIDE_EFFECTS__
function _gt(value, params) {
	return new $ZodCheckGreaterThan({
		check: "greater_than",
		...normalizeParams(params),
		value,
		inclusive: false
	});
}
// @__NO_SIDE_EFFECTS__
function _gte(value, params) {
	return new $ZodCheckGreaterThan({
		check: "greater_than",
		...normalizeParams(params),
		value,
		inclusive: true
	});
}
// @__NO_SIDE_EFFECTS__
function _multipleOf(value, params) {
	return new $ZodCheckMultipleOf({
		check: "multiple_of",
		...normalizeParams(params),
		value
	});
}
// @__NO_SIDE_EFFECTS__
function _maxLength(maximum, params) {
	return new $ZodCheckMaxLength({
		check: "max_length",
		...normalizeParams(params),
		maximum
	});
}
// @__NO_SIDE_EFFECTS__
function _minLength(minimum, params) {
	return new $ZodCheckMinLength({
		check: "min_length",
		...normalizeParams(params),
		minimum
	});
}
// @__NO_SIDE_EFFECTS__
function _length(length, params) {
	return new $ZodCheckLengthEquals({
		check: "length_equals",
		...normalizeParams(params),
		length
	});
}
// @__NO_SIDE_EFFECTS__
function _regex(pattern, params) {
	return new $ZodCheckRegex({
		check: "string_format",
		format: "regex",
		...normalizeParams(params),
		pattern
	});
}
// @__NO_SIDE_EFFECTS__
function _lowercase(params) {
	return new $ZodCheckLowerCase({
		check: "string_format",
		format: "lowercase",
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _uppercase(params) {
	return new $ZodCheckUpperCase({
		check: "string_format",
		format: "uppercase",
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _includes(includes, params) {
	return new $ZodCheckIncludes({
		check: "string_format",
		format: "includes",
		...normalizeParams(params),
		includes
	});
}
// @__NO_SIDE_EFFECTS__
function _startsWith(prefix, params) {
	return new $ZodCheckStartsWith({
		check: "string_format",
		format: "starts_with",
		...normalizeParams(params),
		prefix
	});
}
// @__NO_SIDE_EFFECTS__
function _endsWith(suffix, params) {
	return new $ZodCheckEndsWith({
		check: "string_format",
		format: "ends_with",
		...normalizeParams(params),
		suffix
	});
}
// @__NO_SIDE_EFFECTS__
function _overwrite(tx) {
	return new $ZodCheckOverwrite({
		check: "overwrite",
		tx
	});
}
// @__NO_SIDE_EFFECTS__
function _normalize(form) {
	return /* @__PURE__ */ _overwrite((input) => input.normalize(form));
}
// @__NO_SIDE_EFFECTS__
function _trim() {
	return /* @__PURE__ */ _overwrite((input) => input.trim());
}
// @__NO_SIDE_EFFECTS__
function _toLowerCase() {
	return /* @__PURE__ */ _overwrite((input) => input.toLowerCase());
}
// @__NO_SIDE_EFFECTS__
function _toUpperCase() {
	return /* @__PURE__ */ _overwrite((input) => input.toUpperCase());
}
// @__NO_SIDE_EFFECTS__
function _slugify() {
	return /* @__PURE__ */ _overwrite((input) => slugify(input));
}
// @__NO_SIDE_EFFECTS__
function _array(Class, element, params) {
	return new Class({
		type: "array",
		element,
		...normalizeParams(params)
	});
}
// @__NO_SIDE_EFFECTS__
function _custom(Class, fn, _params) {
	const norm = normalizeParams(_params);
	norm.abort ?? (norm.abort = true);
	return new Class({
		type: "custom",
		check: "custom",
		fn,
		...norm
	});
}
// @__NO_SIDE_EFFECTS__
function _refine(Class, fn, _params) {
	return new Class({
		type: "custom",
		check: "custom",
		fn,
		...normalizeParams(_params)
	});
}
// @__NO_SIDE_EFFECTS__
function _superRefine(fn, params) {
	const ch = /* @__PURE__ */ _check((payload) => {
		payload.addIssue = (issue$2) => {
			if (typeof issue$2 === "string") payload.issues.push(issue(issue$2, payload.value, ch._zod.def));
			else {
				const _issue = issue$2;
				if (_issue.fatal) _issue.continue = false;
				_issue.code ?? (_issue.code = "custom");
				if (!("input" in _issue)) _issue.input = payload.value;
				_issue.inst ?? (_issue.inst = ch);
				_issue.continue ?? (_issue.continue = !ch._zod.def.abort);
				payload.issues.push(issue(_issue));
			}
		};
		return fn(payload.value, payload);
	}, params);
	return ch;
}
// @__NO_SIDE_EFFECTS__
function _check(fn, params) {
	const ch = new $ZodCheck({
		check: "custom",
		...normalizeParams(params)
	});
	ch._zod.check = fn;
	return ch;
}
// ../../../work/main/node_modules/zod/v4/core/to-json-schema.js
function assignProps(target, ...sources) {
	for (const source of sources) for (const key of Reflect.ownKeys(source)) if (Object.prototype.propertyIsEnumerable.call(source, key)) assignProp(target, key, source[key]);
	return target;
}
function initializeContext(params) {
	let target = params?.target ?? "draft-2020-12";
	if (target === "draft-4") target = "draft-04";
	if (target === "draft-7") target = "draft-07";
	return {
		processors: params.processors ?? {},
		metadataRegistry: params?.metadata ?? globalRegistry,
		target,
		unrepresentable: params?.unrepresentable ?? "throw",
		override: params?.override ?? (() => {}),
		io: params?.io ?? "output",
		counter: 0,
		seen: /* @__PURE__ */ new Map(),
		sharedDefsExtractedFor: void 0,
		sharedEmitDoneFor: void 0,
		cycles: params?.cycles ?? "ref",
		reused: params?.reused ?? "inline",
		intersections: [],
		deferred: [],
		external: params?.external ?? void 0
	};
}
/**
* Applies the `unrepresentable` setting at a site that has no JSON Schema equivalent. Throws
* `message` unless the setting (or the handler's return value) says otherwise. Returns `true` if a
* custom JSON Schema was written into `json`, in which case the caller must not write its own.
*/
function handleUnrepresentable(schema, ctx, json, params, message) {
	const result = typeof ctx.unrepresentable === "function" ? ctx.unrepresentable({
		zodSchema: schema,
		path: params.path,
		message
	}) : ctx.unrepresentable;
	if (result === "any") return false;
	if (result === void 0 || result === "throw") throw new Error(message);
	Object.assign(json, result);
	return true;
}
function processSchema(schema, ctx, _params = {
	path: [],
	schemaPath: []
}) {
	var _a;
	const def = schema._zod.def;
	const seen = ctx.seen.get(schema);
	if (seen) {
		seen.count++;
		if (_params.schemaPath.includes(schema)) seen.cycle = _params.path;
		return seen.schema;
	}
	const result = {
		schema: {},
		count: 1,
		cycle: void 0,
		path: _params.path
	};
	ctx.seen.set(schema, result);
	ctx.sharedDefsExtractedFor = void 0;
	ctx.sharedEmitDoneFor = void 0;
	const overrideSchema = schema._zod.toJSONSchema?.();
	if (overrideSchema) result.schema = overrideSchema;
	else {
		const params = {
			..._params,
			schemaPath: [..._params.schemaPath, schema],
			path: _params.path
		};
		if (schema._zod.processJSONSchema) schema._zod.processJSONSchema(ctx, result.schema, params);
		else {
			const _json = result.schema;
			const processor = ctx.processors[def.type];
			if (!processor) throw new Error(`[toJSONSchema]: Non-representable type encountered: ${def.type}`);
			processor(schema, ctx, _json, params);
		}
		const parent = schema._zod.parent;
		if (parent) {
			if (!result.ref) result.ref = parent;
			processSchema(parent, ctx, params);
			ctx.seen.get(parent).isParent = true;
		}
	}
	const meta = ctx.metadataRegistry.get(schema);
	if (meta) assignProps(result.schema, meta);
	if (ctx.io === "input" && isTransforming(schema)) {
		delete result.schema.examples;
		delete result.schema.default;
	}
	if (ctx.io === "input" && "_prefault" in result.schema) (_a = result.schema).default ?? (_a.default = result.schema._prefault);
	delete result.schema._prefault;
	return ctx.seen.get(schema).schema;
}
function encodeJSONPointerSegment(segment) {
	return segment.replace(/~/g, "~0").replace(/\//g, "~1");
}
function extractDefs(ctx, schema) {
	const root = ctx.seen.get(schema);
	if (!root) throw new Error("Unprocessed schema. This is a bug in Zod.");
	if (ctx.external && ctx.sharedDefsExtractedFor === ctx.external) return;
	const idToSchema = /* @__PURE__ */ new Map();
	for (const entry of ctx.seen.entries()) {
		const id = ctx.metadataRegistry.get(entry[0])?.id;
		if (id) {
			const existing = idToSchema.get(id);
			if (existing && existing !== entry[0]) throw new Error(`Duplicate schema id "${id}" detected during JSON Schema conversion. Two different schemas cannot share the same id when converted together.`);
			idToSchema.set(id, entry[0]);
		}
	}
	const makeURI = (entry) => {
		const defsSegment = ctx.target === "draft-2020-12" ? "$defs" : "definitions";
		if (ctx.external) {
			const externalId = ctx.external.registry.get(entry[0])?.id;
			const uriGenerator = ctx.external.uri ?? ((id) => id);
			if (externalId) return { ref: uriGenerator(externalId) };
			const id = entry[1].defId ?? entry[1].schema.id ?? `schema${ctx.counter++}`;
			entry[1].defId = id;
			return {
				defId: id,
				ref: `${uriGenerator("__shared")}#/${defsSegment}/${encodeJSONPointerSegment(id)}`
			};
		}
		const uriPrefix = `#`;
		const defUriPrefix = `${uriPrefix}/${defsSegment}/`;
		if (entry[1] === root && !entry[1].schema.id) return { ref: uriPrefix };
		const defId = entry[1].schema.id ?? `__schema${ctx.counter++}`;
		return {
			defId,
			ref: defUriPrefix + encodeJSONPointerSegment(defId)
		};
	};
	const extractToDef = (entry) => {
		if (entry[1].schema.$ref) return;
		const seen = entry[1];
		const { ref, defId } = makeURI(entry);
		seen.def = { ...seen.schema };
		if (defId) seen.defId = defId;
		const schema = seen.schema;
		for (const key in schema) delete schema[key];
		schema.$ref = ref;
	};
	if (ctx.cycles === "throw") for (const entry of ctx.seen.entries()) {
		const seen = entry[1];
		if (seen.cycle) throw new Error(`Cycle detected: #/${seen.cycle?.join("/")}/<root>

Set the \`cycles\` parameter to \`"ref"\` to resolve cyclical schemas with defs.`);
	}
	for (const entry of ctx.seen.entries()) {
		const seen = entry[1];
		if (schema === entry[0]) {
			extractToDef(entry);
			continue;
		}
		if (ctx.external) {
			const ext = ctx.external.registry.get(entry[0])?.id;
			if (schema !== entry[0] && ext) {
				extractToDef(entry);
				continue;
			}
		}
		if (ctx.metadataRegistry.get(entry[0])?.id) {
			extractToDef(entry);
			continue;
		}
		if (seen.cycle) {
			extractToDef(entry);
			continue;
		}
		if (seen.count > 1) {
			if (ctx.reused === "ref") extractToDef(entry);
		}
	}
	if (ctx.external) ctx.sharedDefsExtractedFor = ctx.external;
}
/** Rewrites `anyOf: [{type: "a"}, {type: "b"}]` to `type: ["a", "b"]`, which every JSON Schema draft treats as equivalent and most consumers render far better for the nullable case. Only branches that are a bare type assertion qualify — anything carrying a constraint, `$ref`, `const` or metadata is left alone. Runs after `flattenRef`, so a branch an override decorated or `$defs` extraction turned into a `$ref` is no longer bare and correctly stays in `anyOf`. `oneOf` is excluded: `integer` and `number` overlap, so "exactly one" and "at least one" are not the same there. OpenAPI 3.0 is excluded: its `type` must be a single string. */
function compactTypeUnion(schema) {
	const options = schema.anyOf;
	if (!Array.isArray(options) || options.length === 0 || schema.type !== void 0) return;
	const types = [];
	for (const option of options) {
		if (!option || typeof option !== "object") return;
		compactTypeUnion(option);
		const keys = Object.keys(option);
		if (keys.length !== 1 || keys[0] !== "type") return;
		const type = option.type;
		for (const member of Array.isArray(type) ? type : [type]) {
			if (typeof member !== "string") return;
			if (!types.includes(member)) types.push(member);
		}
	}
	delete schema.anyOf;
	schema.type = types.length === 1 ? types[0] : types;
}
/** Keywords `foldIntersection` knows how to combine. Anything else — `$ref`, `patternProperties`,
* an annotation like `description` — makes a member unfoldable, so a constraint this does not
* understand leaves the `allOf` alone instead of being silently dropped or misattributed. */
const FOLDABLE_KEYS = /* @__PURE__ */ new Set([
	"type",
	"properties",
	"required",
	"additionalProperties"
]);
const UNION_KEYS = ["oneOf", "anyOf"];
/** A member's constraint on a key it does not declare itself. A `catchall` states one; `false`, an absent `additionalProperties`, and the empty schema a loose object emits state nothing. */
function undeclaredConstraint(member) {
	const extra = member.additionalProperties;
	if (extra === void 0 || extra === false || typeof extra !== "object" || extra === null) return null;
	return Object.keys(extra).length ? extra : null;
}
/** Combines object members into the single object they describe together, or returns `null` if any of them carries a keyword outside {@link FOLDABLE_KEYS}. */
function foldObjects(members) {
	const objects = [];
	for (const member of members) {
		if (typeof member !== "object" || member.type !== "object") return null;
		for (const key in member) if (!FOLDABLE_KEYS.has(key)) return null;
		objects.push(member);
	}
	const properties = {};
	const required = /* @__PURE__ */ new Set();
	for (const object of objects) {
		for (const key in object.properties) {
			if (Object.prototype.hasOwnProperty.call(properties, key)) continue;
			const parts = [];
			for (const other of objects) {
				const part = other.properties?.[key] ?? undeclaredConstraint(other);
				if (part === null || part === void 0) continue;
				if (!parts.some((seen) => JSON.stringify(seen) === JSON.stringify(part))) parts.push(part);
			}
			assignProp(properties, key, parts.length === 1 ? parts[0] : foldObjects(parts) ?? { allOf: parts });
		}
		for (const key of object.required ?? []) required.add(key);
	}
	const folded = {
		type: "object",
		properties
	};
	if (required.size) folded.required = [...required];
	if (objects.every((object) => object.additionalProperties === false)) folded.additionalProperties = false;
	else {
		const constraints = [];
		for (const object of objects) {
			const constraint = undeclaredConstraint(object);
			if (constraint && !constraints.some((seen) => JSON.stringify(seen) === JSON.stringify(constraint))) constraints.push(constraint);
		}
		if (constraints.length === 1) folded.additionalProperties = constraints[0];
		else if (constraints.length > 1) folded.additionalProperties = { allOf: constraints };
	}
	return folded;
}
/** `additionalProperties` in an `allOf` member sees only that member's own `properties`, so two
* closed object members reject each other's keys and the schema validates nothing. Zod's parser
* pools the key sets instead — `handleIntersectionResults` reports a key as unrecognized only when
* *every* side rejects it — so the emitted schema has to pool them too, and folding the members
* into one object is the encoding that says so on every target.
*
* This runs from `finalize`, after `extractDefs`, which is what keeps it clear of the `$ref`
* machinery: a member extracted into `$defs` is already a `$ref` by now and declines to fold, so it
* keeps its reference and its own closedness rather than being inlined as a stale copy. */
function foldIntersection(json) {
	const allOf = json.allOf;
	if (!Array.isArray(allOf) || allOf.length < 2) return;
	for (const key of FOLDABLE_KEYS) if (key in json) return;
	const unions = allOf.filter((m) => UNION_KEYS.some((k) => Array.isArray(m[k])));
	let folded = null;
	if (!unions.length) folded = foldObjects(allOf);
	else {
		const union = unions[0];
		const keyword = UNION_KEYS.find((k) => Array.isArray(union[k]));
		if (Object.keys(union).length !== 1) return;
		const rest = allOf.filter((m) => m !== union);
		const branches = union[keyword].map((branch) => foldObjects([...rest, branch]));
		if (branches.some((b) => !b)) return;
		folded = { [keyword]: branches };
	}
	if (!folded) return;
	delete json.allOf;
	assignProps(json, folded);
}
function finalize(ctx, schema) {
	const root = ctx.seen.get(schema);
	if (!root) throw new Error("Unprocessed schema. This is a bug in Zod.");
	const flattenRef = (zodSchema) => {
		const seen = ctx.seen.get(zodSchema);
		if (seen.ref === null) return;
		const schema = seen.def ?? seen.schema;
		const _cached = { ...schema };
		const ref = seen.ref;
		seen.ref = null;
		if (ref) {
			flattenRef(ref);
			const refSeen = ctx.seen.get(ref);
			const refSchema = refSeen.schema;
			if (refSchema.$ref && (ctx.target === "draft-07" || ctx.target === "draft-04" || ctx.target === "openapi-3.0")) {
				schema.allOf = schema.allOf ?? [];
				schema.allOf.push(refSchema);
			} else assignProps(schema, refSchema);
			assignProps(schema, _cached);
			if (zodSchema._zod.parent === ref) for (const key in schema) {
				if (key === "$ref" || key === "allOf") continue;
				if (!(key in _cached)) delete schema[key];
			}
			if (refSchema.$ref && refSeen.def) for (const key in schema) {
				if (key === "$ref" || key === "allOf") continue;
				if (key in refSeen.def && JSON.stringify(schema[key]) === JSON.stringify(refSeen.def[key])) delete schema[key];
			}
		}
		const parent = zodSchema._zod.parent;
		if (parent && parent !== ref) {
			flattenRef(parent);
			const parentSeen = ctx.seen.get(parent);
			if (parentSeen?.schema.$ref) {
				schema.$ref = parentSeen.schema.$ref;
				if (parentSeen.def) for (const key in schema) {
					if (key === "$ref" || key === "allOf") continue;
					if (key in parentSeen.def && JSON.stringify(schema[key]) === JSON.stringify(parentSeen.def[key])) delete schema[key];
				}
			}
		}
		ctx.override({
			zodSchema,
			jsonSchema: schema,
			path: seen.path ?? []
		});
	};
	if (!ctx.external || ctx.sharedEmitDoneFor !== ctx.external) {
		for (const entry of [...ctx.seen.entries()].reverse()) flattenRef(entry[0]);
		if (ctx.target !== "openapi-3.0") for (const entry of ctx.seen.entries()) compactTypeUnion(entry[1].def ?? entry[1].schema);
		for (const rewrite of ctx.deferred) rewrite();
		if (ctx.intersections.length) {
			const carriers = /* @__PURE__ */ new Map();
			for (const seen of ctx.seen.values()) for (const json of [seen.schema, seen.def]) {
				const allOf = json?.allOf;
				if (!Array.isArray(allOf)) continue;
				const existing = carriers.get(allOf);
				if (existing) existing.push(json);
				else carriers.set(allOf, [json]);
			}
			for (const allOf of ctx.intersections) for (const json of carriers.get(allOf) ?? []) foldIntersection(json);
		}
	}
	const result = {};
	if (ctx.target === "draft-2020-12") result.$schema = "https://json-schema.org/draft/2020-12/schema";
	else if (ctx.target === "draft-07") result.$schema = "http://json-schema.org/draft-07/schema#";
	else if (ctx.target === "draft-04") result.$schema = "http://json-schema.org/draft-04/schema#";
	else if (ctx.target === "openapi-3.0") {}
	if (ctx.external?.uri) {
		const id = ctx.external.registry.get(schema)?.id;
		if (!id) throw new Error("Schema is missing an `id` property");
		result.$id = ctx.external.uri(id);
	}
	assignProps(result, root.defId ? root.schema : root.def ?? root.schema);
	const rootMetaId = ctx.metadataRegistry.get(schema)?.id;
	if (rootMetaId !== void 0 && result.id === rootMetaId) delete result.id;
	const defs = ctx.external?.defs ?? {};
	if (!ctx.external || ctx.sharedEmitDoneFor !== ctx.external) for (const entry of ctx.seen.entries()) {
		const seen = entry[1];
		if (seen.def && seen.defId) {
			if (seen.def.id === seen.defId) delete seen.def.id;
			assignProp(defs, seen.defId, seen.def);
		}
	}
	if (ctx.external) ctx.sharedEmitDoneFor = ctx.external;
	if (ctx.external) {} else if (Object.keys(defs).length > 0) {
		if (ctx.target === "draft-2020-12") result.$defs = defs;
		else result.definitions = defs;
	}
	try {
		const finalized = JSON.parse(JSON.stringify(result));
		Object.defineProperty(finalized, "~standard", {
			value: {
				...schema["~standard"],
				jsonSchema: {
					input: createStandardJSONSchemaMethod(schema, "input", ctx.processors),
					output: createStandardJSONSchemaMethod(schema, "output", ctx.processors)
				}
			},
			enumerable: false,
			writable: false
		});
		return finalized;
	} catch (_err) {
		throw new Error("Error converting schema to JSON.");
	}
}
function isTransforming(_schema, _ctx) {
	const ctx = _ctx ?? { seen: /* @__PURE__ */ new Set() };
	if (ctx.seen.has(_schema)) return false;
	ctx.seen.add(_schema);
	const def = _schema._zod.def;
	if (def.type === "transform") return true;
	if (def.type === "array") return isTransforming(def.element, ctx);
	if (def.type === "set") return isTransforming(def.valueType, ctx);
	if (def.type === "lazy") return isTransforming(def.getter(), ctx);
	if (def.type === "promise" || def.type === "optional" || def.type === "nonoptional" || def.type === "nullable" || def.type === "readonly" || def.type === "default" || def.type === "prefault" || def.type === "catch") return isTransforming(def.innerType, ctx);
	if (def.type === "intersection") return isTransforming(def.left, ctx) || isTransforming(def.right, ctx);
	if (def.type === "record" || def.type === "map") return isTransforming(def.keyType, ctx) || isTransforming(def.valueType, ctx);
	if (def.type === "pipe") {
		if (_schema._zod.traits.has("$ZodCodec")) return true;
		return isTransforming(def.in, ctx) || isTransforming(def.out, ctx);
	}
	if (def.type === "object") {
		for (const key in def.shape) if (isTransforming(def.shape[key], ctx)) return true;
		return false;
	}
	if (def.type === "union") {
		for (const option of def.options) if (isTransforming(option, ctx)) return true;
		return false;
	}
	if (def.type === "tuple") {
		for (const item of def.items) if (isTransforming(item, ctx)) return true;
		if (def.rest && isTransforming(def.rest, ctx)) return true;
		return false;
	}
	return false;
}
/**
* Creates a toJSONSchema method for a schema instance.
* This encapsulates the logic of initializing context, processing, extracting defs, and finalizing.
*/
const createToJSONSchemaMethod = (schema, processors = {}) => (params) => {
	const ctx = initializeContext({
		...params,
		processors
	});
	processSchema(schema, ctx);
	extractDefs(ctx, schema);
	return finalize(ctx, schema);
};
const createStandardJSONSchemaMethod = (schema, io, processors = {}) => (params) => {
	const { libraryOptions, target } = params ?? {};
	const ctx = initializeContext({
		...libraryOptions ?? {},
		target,
		io,
		processors
	});
	processSchema(schema, ctx);
	extractDefs(ctx, schema);
	return finalize(ctx, schema);
};
// ../../../work/main/node_modules/zod/v4/core/json-schema-processors.js
const narrowMin = (agg, key, value) => {
	if (agg[key] === void 0 || value > agg[key]) agg[key] = value;
};
const narrowMax = (agg, key, value) => {
	if (agg[key] === void 0 || value < agg[key]) agg[key] = value;
};
const narrowBoth = (agg, value) => {
	narrowMin(agg, "minimum", value);
	narrowMax(agg, "maximum", value);
};
const addDivisor = (agg, value) => {
	agg.multipleOf ?? (agg.multipleOf = []);
	if (!agg.multipleOf.includes(value)) agg.multipleOf.push(value);
};
const addPattern = (agg, pattern) => {
	agg.patterns ?? (agg.patterns = /* @__PURE__ */ new Set());
	agg.patterns.add(pattern);
};
const intersectMime = (agg, mime) => {
	agg.mime = agg.mime ? agg.mime.filter((m) => mime.includes(m)) : [...mime];
};
const setFormat = (agg, format) => {
	agg.format = format;
	if (format.includes("int")) agg.isInt = true;
};
const minContributor = (agg, def) => narrowMin(agg, "minimum", def.minimum);
const maxContributor = (agg, def) => narrowMax(agg, "maximum", def.maximum);
const formatContributor = (ranges) => (agg, def) => {
	setFormat(agg, def.format);
	const [minimum, maximum] = ranges[def.format];
	narrowMin(agg, "minimum", minimum);
	narrowMax(agg, "maximum", maximum);
};
const contributors = {
	greater_than: (agg, def) => narrowMin(agg, def.inclusive ? "minimum" : "exclusiveMinimum", def.value),
	less_than: (agg, def) => narrowMax(agg, def.inclusive ? "maximum" : "exclusiveMaximum", def.value),
	multiple_of: (agg, def) => addDivisor(agg, def.value),
	number_format: formatContributor(NUMBER_FORMAT_RANGES),
	bigint_format: formatContributor(BIGINT_FORMAT_RANGES),
	min_length: minContributor,
	max_length: maxContributor,
	length_equals: (agg, def) => narrowBoth(agg, def.length),
	min_size: minContributor,
	max_size: maxContributor,
	size_equals: (agg, def) => narrowBoth(agg, def.size),
	string_format: (agg, def) => {
		setFormat(agg, def.format);
		if (def.pattern) addPattern(agg, def.pattern);
		if (def.format === "base64" || def.format === "base64url") agg.contentEncoding = def.format;
		if (def.local || def.precision === -1) agg.laxFormat = true;
	},
	mime_type: (agg, def) => intersectMime(agg, def.mime)
};
function aggregateChecks(schema) {
	const agg = {};
	const def = schema._zod.def;
	const list = schema._zod.traits.has("$ZodCheck") ? [schema, ...def.checks ?? []] : def.checks ?? [];
	for (const ch of list) contributors[ch._zod.def.check]?.(agg, ch._zod.def);
	const bag = schema._zod.bag;
	if (bag.minimum !== void 0) narrowMin(agg, "minimum", bag.minimum);
	if (bag.exclusiveMinimum !== void 0) narrowMin(agg, "exclusiveMinimum", bag.exclusiveMinimum);
	if (bag.maximum !== void 0) narrowMax(agg, "maximum", bag.maximum);
	if (bag.exclusiveMaximum !== void 0) narrowMax(agg, "exclusiveMaximum", bag.exclusiveMaximum);
	if (bag.multipleOf !== void 0) addDivisor(agg, bag.multipleOf);
	if (bag.format !== void 0) {
		agg.format ?? (agg.format = bag.format);
		if (bag.format.includes("int")) agg.isInt = true;
	}
	if (bag.mime) intersectMime(agg, bag.mime);
	for (const pattern of bag.patterns ?? []) addPattern(agg, pattern);
	return agg;
}
const formatMap = {
	guid: "uuid",
	url: "uri",
	datetime: "date-time",
	json_string: "json-string",
	regex: ""
};
const exactPatterns = /* @__PURE__ */ new Map([[base64Charset, base64], [base64urlCharset, base64url]]);
const exactPattern = (p) => exactPatterns.get(p) ?? p;
const stringProcessor = (schema, ctx, _json, _params) => {
	const json = _json;
	json.type = "string";
	const { minimum, maximum, format, patterns, contentEncoding, laxFormat } = aggregateChecks(schema);
	if (typeof minimum === "number") json.minLength = minimum;
	if (typeof maximum === "number") json.maxLength = maximum;
	if (format) {
		json.format = formatMap[format] ?? format;
		if (json.format === "") delete json.format;
		if (format === "time" || laxFormat) delete json.format;
	}
	if (contentEncoding) json.contentEncoding = contentEncoding;
	if (patterns && patterns.size > 0) {
		const patternList = [...patterns].map(exactPattern);
		if (patternList.length === 1) json.pattern = patternList[0].source;
		else if (patternList.length > 1) json.allOf = [...patternList.map((regex) => ({
			...ctx.target === "draft-07" || ctx.target === "draft-04" || ctx.target === "openapi-3.0" ? { type: "string" } : {},
			pattern: regex.source
		}))];
	}
};
const numberProcessor = (schema, ctx, _json, params) => {
	const json = _json;
	const { minimum, maximum, multipleOf, exclusiveMaximum, exclusiveMinimum, isInt } = aggregateChecks(schema);
	json.type = isInt ? "integer" : "number";
	const exMin = typeof exclusiveMinimum === "number" && exclusiveMinimum >= (minimum ?? Number.NEGATIVE_INFINITY);
	const exMax = typeof exclusiveMaximum === "number" && exclusiveMaximum <= (maximum ?? Number.POSITIVE_INFINITY);
	const legacy = ctx.target === "draft-04" || ctx.target === "openapi-3.0";
	if (exMin) {
		if (legacy) {
			json.minimum = exclusiveMinimum;
			json.exclusiveMinimum = true;
		} else json.exclusiveMinimum = exclusiveMinimum;
	} else if (typeof minimum === "number") json.minimum = minimum;
	if (exMax) {
		if (legacy) {
			json.maximum = exclusiveMaximum;
			json.exclusiveMaximum = true;
		} else json.exclusiveMaximum = exclusiveMaximum;
	} else if (typeof maximum === "number") json.maximum = maximum;
	if (multipleOf) {
		const divisors = /* @__PURE__ */ new Set();
		for (const divisor of multipleOf) if (Number.isFinite(divisor) && divisor !== 0) divisors.add(Math.abs(divisor));
		else handleUnrepresentable(schema, ctx, json, params, `A multipleOf divisor of ${divisor} cannot be represented in JSON Schema`);
		const [first, ...rest] = divisors;
		if (first !== void 0) json.multipleOf = first;
		if (rest.length) json.allOf = [...json.allOf ?? [], ...rest.map((m) => ({ multipleOf: m }))];
	}
};
const booleanProcessor = (_schema, _ctx, json, _params) => {
	json.type = "boolean";
};
const bigintProcessor = (schema, ctx, json, params) => {
	handleUnrepresentable(schema, ctx, json, params, "BigInt cannot be represented in JSON Schema");
};
const symbolProcessor = (schema, ctx, json, params) => {
	handleUnrepresentable(schema, ctx, json, params, "Symbols cannot be represented in JSON Schema");
};
const nullProcessor = (_schema, ctx, json, _params) => {
	if (ctx.target === "openapi-3.0") {
		json.type = "string";
		json.nullable = true;
		json.enum = [null];
	} else json.type = "null";
};
const undefinedProcessor = (schema, ctx, json, params) => {
	handleUnrepresentable(schema, ctx, json, params, "Undefined cannot be represented in JSON Schema");
};
const voidProcessor = (schema, ctx, json, params) => {
	handleUnrepresentable(schema, ctx, json, params, "Void cannot be represented in JSON Schema");
};
const neverProcessor = (_schema, _ctx, json, _params) => {
	json.not = {};
};
const anyProcessor = (_schema, _ctx, _json, _params) => {};
const unknownProcessor = (_schema, _ctx, _json, _params) => {};
const dateProcessor = (schema, ctx, json, params) => {
	handleUnrepresentable(schema, ctx, json, params, "Date cannot be represented in JSON Schema");
};
const enumProcessor = (schema, _ctx, json, _params) => {
	const def = schema._zod.def;
	const values = getEnumValues(def.entries);
	if (values.length === 0) {
		json.not = {};
		return;
	}
	if (values.every((v) => typeof v === "number")) json.type = "number";
	if (values.every((v) => typeof v === "string")) json.type = "string";
	json.enum = values;
};
const literalProcessor = (schema, ctx, json, params) => {
	const def = schema._zod.def;
	if (def.values.length === 0) {
		json.not = {};
		return;
	}
	const vals = [];
	for (const val of def.values) if (val === void 0) {
		if (handleUnrepresentable(schema, ctx, json, params, "Literal `undefined` cannot be represented in JSON Schema")) return;
	} else if (typeof val === "bigint") {
		if (handleUnrepresentable(schema, ctx, json, params, "BigInt literals cannot be represented in JSON Schema")) return;
		vals.push(Number(val));
	} else vals.push(val);
	if (vals.length === 0) {} else if (vals.length === 1) {
		const val = vals[0];
		json.type = val === null ? "null" : typeof val;
		if (ctx.target === "draft-04" || ctx.target === "openapi-3.0") json.enum = [val];
		else json.const = val;
	} else {
		if (vals.every((v) => typeof v === "number")) json.type = "number";
		if (vals.every((v) => typeof v === "string")) json.type = "string";
		if (vals.every((v) => typeof v === "boolean")) json.type = "boolean";
		if (vals.every((v) => v === null)) json.type = "null";
		json.enum = vals;
	}
};
const nanProcessor = (schema, ctx, json, params) => {
	handleUnrepresentable(schema, ctx, json, params, "NaN cannot be represented in JSON Schema");
};
const templateLiteralProcessor = (schema, _ctx, json, _params) => {
	const _json = json;
	const pattern = schema._zod.pattern;
	if (!pattern) throw new Error("Pattern not found in template literal");
	_json.type = "string";
	_json.pattern = pattern.source;
};
const fileProcessor = (schema, _ctx, json, _params) => {
	const _json = json;
	_json.type = "string";
	_json.format = "binary";
	_json.contentEncoding = "binary";
	const { minimum, maximum, mime } = aggregateChecks(schema);
	if (minimum !== void 0) _json.minLength = minimum;
	if (maximum !== void 0) _json.maxLength = maximum;
	if (!mime) return;
	if (mime.length === 0) _json.not = {};
	else if (mime.length === 1) _json.contentMediaType = mime[0];
	else _json.anyOf = mime.map((m) => ({ contentMediaType: m }));
};
const successProcessor = (_schema, _ctx, json, _params) => {
	json.type = "boolean";
};
const customProcessor = (schema, ctx, json, params) => {
	handleUnrepresentable(schema, ctx, json, params, "Custom types cannot be represented in JSON Schema");
};
const functionProcessor = (schema, ctx, json, params) => {
	handleUnrepresentable(schema, ctx, json, params, "Function types cannot be represented in JSON Schema");
};
const transformProcessor = (schema, ctx, json, params) => {
	handleUnrepresentable(schema, ctx, json, params, "Transforms cannot be represented in JSON Schema");
};
const mapProcessor = (schema, ctx, json, params) => {
	handleUnrepresentable(schema, ctx, json, params, "Map cannot be represented in JSON Schema");
};
const setProcessor = (schema, ctx, json, params) => {
	handleUnrepresentable(schema, ctx, json, params, "Set cannot be represented in JSON Schema");
};
const arrayProcessor = (schema, ctx, _json, params) => {
	const json = _json;
	const def = schema._zod.def;
	const { minimum, maximum } = aggregateChecks(schema);
	if (typeof minimum === "number") json.minItems = minimum;
	if (typeof maximum === "number") json.maxItems = maximum;
	json.type = "array";
	json.items = processSchema(def.element, ctx, {
		...params,
		path: [...params.path, "items"]
	});
};
function inputOptin(schema) {
	const def = schema._zod.def;
	if (def.type === "pipe" && def.in._zod.traits.has("$ZodTransform")) return inputOptin(def.out);
	if (def.type === "catch") return inputOptin(def.innerType);
	return schema._zod.optin;
}
const objectProcessor = (schema, ctx, _json, params) => {
	const json = _json;
	const def = schema._zod.def;
	const shape = def.shape;
	if (Object.getOwnPropertySymbols(shape).length && handleUnrepresentable(schema, ctx, json, params, "Symbol keys cannot be represented in JSON Schema")) return;
	json.type = "object";
	json.properties = {};
	for (const key in shape) assignProp(json.properties, key, processSchema(shape[key], ctx, {
		...params,
		path: [
			...params.path,
			"properties",
			key
		]
	}));
	const requiredKeys = [];
	for (const key of Object.keys(shape)) {
		const field = def.shape[key];
		if (ctx.io === "input" ? inputOptin(field) === void 0 : field._zod.optout === void 0) requiredKeys.push(key);
	}
	if (requiredKeys.length > 0) json.required = requiredKeys;
	if (def.catchall?._zod.def.type === "never") json.additionalProperties = false;
	else if (!def.catchall) {
		if (ctx.io === "output") json.additionalProperties = false;
	} else if (def.catchall) json.additionalProperties = processSchema(def.catchall, ctx, {
		...params,
		path: [...params.path, "additionalProperties"]
	});
};
const unionProcessor = (schema, ctx, json, params) => {
	const def = schema._zod.def;
	const isExclusive = def.inclusive === false;
	const options = def.options.map((x, i) => processSchema(x, ctx, {
		...params,
		path: [
			...params.path,
			isExclusive ? "oneOf" : "anyOf",
			i
		]
	}));
	if (isExclusive) json.oneOf = options;
	else json.anyOf = options;
};
const intersectionProcessor = (schema, ctx, json, params) => {
	const def = schema._zod.def;
	const a = processSchema(def.left, ctx, {
		...params,
		path: [
			...params.path,
			"allOf",
			0
		]
	});
	const b = processSchema(def.right, ctx, {
		...params,
		path: [
			...params.path,
			"allOf",
			1
		]
	});
	const isSimpleIntersection = (val) => "allOf" in val && Object.keys(val).length === 1;
	const allOf = [...isSimpleIntersection(a) ? a.allOf : [a], ...isSimpleIntersection(b) ? b.allOf : [b]];
	json.allOf = allOf;
	ctx.intersections.push(allOf);
};
const tupleProcessor = (schema, ctx, _json, params) => {
	const json = _json;
	const def = schema._zod.def;
	json.type = "array";
	const prefixPath = ctx.target === "draft-2020-12" ? "prefixItems" : "items";
	const restPath = ctx.target === "draft-2020-12" ? "items" : ctx.target === "openapi-3.0" ? "items" : "additionalItems";
	const prefixItems = def.items.map((x, i) => processSchema(x, ctx, {
		...params,
		path: [
			...params.path,
			prefixPath,
			i
		]
	}));
	const rest = def.rest ? processSchema(def.rest, ctx, {
		...params,
		path: [
			...params.path,
			restPath,
			...ctx.target === "openapi-3.0" ? [def.items.length] : []
		]
	}) : null;
	let minItems = def.items.length;
	while (minItems > 0) {
		const item = def.items[minItems - 1];
		if (!(ctx.io === "input" ? inputOptin(item) !== void 0 : item._zod.optout === "optional")) break;
		minItems--;
	}
	const maxItems = def.items.length;
	const isClosed = !def.rest;
	if (ctx.target === "draft-2020-12") {
		json.prefixItems = prefixItems;
		if (isClosed) json.items = false;
		else if (rest) json.items = rest;
		if (minItems > 0) json.minItems = minItems;
		if (isClosed) json.maxItems = maxItems;
	} else if (ctx.target === "openapi-3.0") {
		json.items = { anyOf: prefixItems };
		if (rest) json.items.anyOf.push(rest);
		if (minItems > 0) json.minItems = minItems;
		if (isClosed) json.maxItems = maxItems;
	} else {
		json.items = prefixItems;
		if (isClosed) json.additionalItems = false;
		else if (rest) json.additionalItems = rest;
		if (minItems > 0) json.minItems = minItems;
		if (isClosed) json.maxItems = maxItems;
	}
	const { minimum, maximum } = aggregateChecks(schema);
	if (typeof minimum === "number") json.minItems = minimum;
	if (typeof maximum === "number") json.maxItems = maximum;
};
/** JSON object keys are always strings, so a numeric record key schema is re-expressed over the
* numeric-string form the record parser matches. Deferred to `finalize`, after the flatten: a key
* behind a wrapper only carries its own `type` before then, and a union key only has its branches.
*
* A numeric bound cannot apply to a property name, so `minimum` and its siblings are dropped rather
* than carried over: keeping them beside `type: "string"` reproduces the match-nothing schema this
* exists to fix. A key that carries one therefore emits wider than the record parses — `z.record(z.number().min(5), V)`
* accepts `"3"` — which is the deliberate trade, since throwing on it would reject an ordinary schema
* outright. */
function stringifyKeyNames(bySchema, json, visited) {
	if (json.$ref) {
		if (visited.has(json)) return json;
		visited.add(json);
		const def = bySchema.get(json)?.def;
		if (!def) return json;
		const inlined = stringifyKeyNames(bySchema, def, visited);
		return inlined === def ? json : inlined;
	}
	for (const keyword of ["anyOf", "oneOf"]) {
		const branches = json[keyword];
		if (!Array.isArray(branches)) continue;
		const mapped = branches.map((branch) => stringifyKeyNames(bySchema, branch, visited));
		if (mapped.some((branch, i) => branch !== branches[i])) json = {
			...json,
			[keyword]: mapped
		};
	}
	const types = Array.isArray(json.type) ? json.type : [json.type];
	const numericType = !types.includes("string") && types.some((t) => t === "number" || t === "integer");
	const values = json.enum ?? (json.const !== void 0 ? [json.const] : void 0);
	if (!numericType && !values?.some((v) => typeof v === "number")) return json;
	const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format, id, ...rest } = json;
	if (rest.enum) rest.enum = rest.enum.map((v) => typeof v === "number" ? String(v) : v);
	else if (typeof rest.const === "number") rest.const = String(rest.const);
	if (!numericType) return rest;
	rest.type = "string";
	if (!values) rest.pattern = (types.includes("number") ? number$1 : integer).source;
	return rest;
}
/** Every record of one conversion, so the carriers are found in a single pass rather than once per record. */
const pendingRecords = /* @__PURE__ */ new WeakMap();
function rewriteKeyNames(ctx) {
	const bySchema = /* @__PURE__ */ new Map();
	for (const entry of ctx.seen.values()) if (entry.def && !bySchema.has(entry.schema)) bySchema.set(entry.schema, entry);
	const rewrites = /* @__PURE__ */ new Map();
	for (const record of pendingRecords.get(ctx) ?? []) {
		const seen = ctx.seen.get(record);
		const names = (seen?.def ?? seen?.schema)?.propertyNames;
		if (!names || names === true || rewrites.has(names)) continue;
		const rewritten = stringifyKeyNames(bySchema, names, /* @__PURE__ */ new Set());
		if (rewritten !== names) rewrites.set(names, rewritten);
	}
	if (!rewrites.size) return;
	for (const entry of ctx.seen.values()) for (const carrier of [entry.schema, entry.def]) {
		const rewritten = carrier && rewrites.get(carrier.propertyNames);
		if (rewritten) carrier.propertyNames = rewritten;
	}
}
const recordProcessor = (schema, ctx, _json, params) => {
	const json = _json;
	const def = schema._zod.def;
	json.type = "object";
	const keyType = def.keyType;
	const patterns = aggregateChecks(keyType).patterns;
	if (def.mode === "loose" && patterns && patterns.size > 0) {
		const valueSchema = processSchema(def.valueType, ctx, {
			...params,
			path: [
				...params.path,
				"patternProperties",
				"*"
			]
		});
		json.patternProperties = {};
		for (const pattern of patterns) assignProp(json.patternProperties, exactPattern(pattern).source, valueSchema);
	} else {
		if (ctx.target === "draft-07" || ctx.target === "draft-2020-12") {
			json.propertyNames = processSchema(def.keyType, ctx, {
				...params,
				path: [...params.path, "propertyNames"]
			});
			let pending = pendingRecords.get(ctx);
			if (!pending) {
				pending = [];
				pendingRecords.set(ctx, pending);
				ctx.deferred.push(() => rewriteKeyNames(ctx));
			}
			pending.push(schema);
		}
		json.additionalProperties = processSchema(def.valueType, ctx, {
			...params,
			path: [...params.path, "additionalProperties"]
		});
	}
	const keyValues = keyType._zod.values;
	const omittableOnInput = ctx.io === "input" && inputOptin(def.valueType) !== void 0;
	if (keyValues && !def.partial && !omittableOnInput) {
		const validKeyValues = [...keyValues].filter((v) => typeof v === "string" || typeof v === "number");
		if (validKeyValues.length > 0) json.required = validKeyValues.map(String);
	}
};
const nullableProcessor = (schema, ctx, json, params) => {
	const def = schema._zod.def;
	const inner = processSchema(def.innerType, ctx, params);
	const seen = ctx.seen.get(schema);
	if (ctx.target === "openapi-3.0") {
		seen.ref = def.innerType;
		json.nullable = true;
	} else json.anyOf = [inner, { type: "null" }];
};
const nonoptionalProcessor = (schema, ctx, _json, params) => {
	const def = schema._zod.def;
	processSchema(def.innerType, ctx, params);
	const seen = ctx.seen.get(schema);
	seen.ref = def.innerType;
};
/** Round-trips a default value through JSON so the emitted schema is guaranteed to be valid JSON.
* A BigInt has no reliable encoding, so it goes through `unrepresentable` like any other
* unrepresentable value. Returns a sentinel when the caller must not write a default of its own. */
const UNREPRESENTABLE_DEFAULT = Symbol();
function serializeDefaultValue(value, schema, ctx, json, params) {
	let unrepresentable = false;
	const serialized = JSON.stringify(value, (_, val) => {
		if (typeof val !== "bigint") return val;
		unrepresentable = true;
		return null;
	});
	if (!unrepresentable) return JSON.parse(serialized);
	handleUnrepresentable(schema, ctx, json, params, "BigInt defaults cannot be represented in JSON Schema");
	return UNREPRESENTABLE_DEFAULT;
}
const defaultProcessor = (schema, ctx, json, params) => {
	const def = schema._zod.def;
	processSchema(def.innerType, ctx, params);
	const seen = ctx.seen.get(schema);
	seen.ref = def.innerType;
	const value = serializeDefaultValue(def.defaultValue, schema, ctx, json, params);
	if (value !== UNREPRESENTABLE_DEFAULT) json.default = value;
};
const prefaultProcessor = (schema, ctx, json, params) => {
	const def = schema._zod.def;
	processSchema(def.innerType, ctx, params);
	const seen = ctx.seen.get(schema);
	seen.ref = def.innerType;
	if (ctx.io !== "input") return;
	const value = serializeDefaultValue(def.defaultValue, schema, ctx, json, params);
	if (value !== UNREPRESENTABLE_DEFAULT) json._prefault = value;
};
const catchProcessor = (schema, ctx, json, params) => {
	const def = schema._zod.def;
	processSchema(def.innerType, ctx, params);
	const seen = ctx.seen.get(schema);
	seen.ref = def.innerType;
	let catchValue;
	try {
		catchValue = def.catchValue(void 0);
	} catch {
		handleUnrepresentable(schema, ctx, json, params, "Dynamic catch values are not supported in JSON Schema");
		return;
	}
	json.default = catchValue;
};
const pipeProcessor = (schema, ctx, _json, params) => {
	const def = schema._zod.def;
	const inIsTransform = def.in._zod.traits.has("$ZodTransform");
	const innerType = ctx.io === "input" ? inIsTransform ? def.out : def.in : def.out;
	processSchema(innerType, ctx, params);
	const seen = ctx.seen.get(schema);
	seen.ref = innerType;
};
const readonlyProcessor = (schema, ctx, json, params) => {
	const def = schema._zod.def;
	processSchema(def.innerType, ctx, params);
	const seen = ctx.seen.get(schema);
	seen.ref = def.innerType;
	json.readOnly = true;
};
const promiseProcessor = (schema, ctx, _json, params) => {
	const def = schema._zod.def;
	processSchema(def.innerType, ctx, params);
	const seen = ctx.seen.get(schema);
	seen.ref = def.innerType;
};
const optionalProcessor = (schema, ctx, _json, params) => {
	const def = schema._zod.def;
	processSchema(def.innerType, ctx, params);
	const seen = ctx.seen.get(schema);
	seen.ref = def.innerType;
};
const lazyProcessor = (schema, ctx, _json, params) => {
	const innerType = schema._zod.innerType;
	processSchema(innerType, ctx, params);
	const seen = ctx.seen.get(schema);
	seen.ref = innerType;
};
const allProcessors = {
	string: stringProcessor,
	number: numberProcessor,
	boolean: booleanProcessor,
	bigint: bigintProcessor,
	symbol: symbolProcessor,
	null: nullProcessor,
	undefined: undefinedProcessor,
	void: voidProcessor,
	never: neverProcessor,
	any: anyProcessor,
	unknown: unknownProcessor,
	date: dateProcessor,
	enum: enumProcessor,
	literal: literalProcessor,
	nan: nanProcessor,
	template_literal: templateLiteralProcessor,
	file: fileProcessor,
	success: successProcessor,
	custom: customProcessor,
	function: functionProcessor,
	transform: transformProcessor,
	map: mapProcessor,
	set: setProcessor,
	array: arrayProcessor,
	object: objectProcessor,
	union: unionProcessor,
	intersection: intersectionProcessor,
	tuple: tupleProcessor,
	record: recordProcessor,
	nullable: nullableProcessor,
	nonoptional: nonoptionalProcessor,
	default: defaultProcessor,
	prefault: prefaultProcessor,
	catch: catchProcessor,
	pipe: pipeProcessor,
	readonly: readonlyProcessor,
	promise: promiseProcessor,
	optional: optionalProcessor,
	lazy: lazyProcessor
};
function toJSONSchema(input, params) {
	if ("_idmap" in input) {
		const registry = input;
		const ctx = initializeContext({
			...params,
			processors: allProcessors
		});
		const defs = {};
		for (const entry of registry._idmap.entries()) {
			const [_, schema] = entry;
			processSchema(schema, ctx);
		}
		const schemas = {};
		ctx.external = {
			registry,
			uri: params?.uri,
			defs
		};
		for (const entry of registry._idmap.entries()) {
			const [key, schema] = entry;
			extractDefs(ctx, schema);
			assignProp(schemas, key, finalize(ctx, schema));
		}
		if (Object.keys(defs).length > 0) schemas.__shared = { [ctx.target === "draft-2020-12" ? "$defs" : "definitions"]: defs };
		return { schemas };
	}
	const ctx = initializeContext({
		...params,
		processors: allProcessors
	});
	processSchema(input, ctx);
	extractDefs(ctx, input);
	return finalize(ctx, input);
}
// ../../../work/main/node_modules/zod/v4/classic/errors.js
const _installedErrorProtos = /* @__PURE__ */ new WeakSet([Object.prototype, Error.prototype]);
function _lazyMethod(proto, key, make) {
	Object.defineProperty(proto, key, {
		configurable: true,
		enumerable: false,
		get() {
			const value = make(this);
			Object.defineProperty(this, key, {
				value,
				configurable: true,
				writable: true
			});
			return value;
		},
		set(value) {
			Object.defineProperty(this, key, {
				value,
				configurable: true,
				writable: true
			});
		}
	});
}
const initializer = (inst, issues) => {
	$ZodError.init(inst, issues);
	inst.name = "ZodError";
	const proto = Object.getPrototypeOf(inst);
	if (_installedErrorProtos.has(proto)) return;
	_installedErrorProtos.add(proto);
	_lazyMethod(proto, "format", (self) => (mapper) => formatError(self, mapper));
	_lazyMethod(proto, "flatten", (self) => (mapper) => flattenError(self, mapper));
	_lazyMethod(proto, "addIssue", (self) => (issue) => {
		self.issues.push(issue);
		self.message = JSON.stringify(self.issues, jsonStringifyReplacer, 2);
	});
	_lazyMethod(proto, "addIssues", (self) => (issues) => {
		self.issues.push(...issues);
		self.message = JSON.stringify(self.issues, jsonStringifyReplacer, 2);
	});
	Object.defineProperty(proto, "isEmpty", {
		configurable: true,
		enumerable: false,
		get() {
			return this.issues.length === 0;
		}
	});
};
const ZodError = /*@__PURE__*/ $constructor("ZodError", initializer);
const ZodRealError = /*@__PURE__*/ $constructor("ZodError", initializer, void 0, { Parent: Error });
// ../../../work/main/node_modules/zod/v4/classic/parse.js
const parse = /* @__PURE__ */ _parse(ZodRealError);
const parseAsync = /* @__PURE__ */ _parseAsync(ZodRealError);
const safeParse = /* @__PURE__ */ _safeParse(ZodRealError);
const safeParseAsync = /* @__PURE__ */ _safeParseAsync(ZodRealError);
const encode = /* @__PURE__ */ _encode(ZodRealError);
const decode = /* @__PURE__ */ _decode(ZodRealError);
const encodeAsync = /* @__PURE__ */ _encodeAsync(ZodRealError);
const decodeAsync = /* @__PURE__ */ _decodeAsync(ZodRealError);
const safeEncode = /* @__PURE__ */ _safeEncode(ZodRealError);
const safeDecode = /* @__PURE__ */ _safeDecode(ZodRealError);
const safeEncodeAsync = /* @__PURE__ */ _safeEncodeAsync(ZodRealError);
const safeDecodeAsync = /* @__PURE__ */ _safeDecodeAsync(ZodRealError);
// ../../../work/main/node_modules/zod/v4/classic/schemas.js
function _ensureDefaultLocale() {
	if (!globalConfig.localeError) config(en_default());
}
function _ensureDefaultMemoizer() {
	if (!globalConfig.memoizer) config({ memoizer: memoizer() });
}
const ZodType = /*@__PURE__*/ $constructor("ZodType", (inst, def) => {
	_ensureDefaultLocale();
	$ZodType.init(inst, def);
	inst.def = def;
	inst.type = def.type;
	return inst;
}, {
	check(...chks) {
		const def = this.def;
		return this.clone(mergeDefs(def, { checks: [...def.checks ?? [], ...chks.map((ch) => typeof ch === "function" ? { _zod: {
			check: ch,
			def: { check: "custom" },
			onattach: []
		} } : ch)] }), { parent: true });
	},
	with(...chks) {
		return this.check(...chks);
	},
	clone(def, params) {
		return clone(this, def, params);
	},
	brand() {
		return this;
	},
	register(reg, meta) {
		reg.add(this, meta);
		return this;
	},
	refine(check, params) {
		return this.check(refine(check, params));
	},
	superRefine(refinement, params) {
		return this.check(superRefine(refinement, params));
	},
	overwrite(fn) {
		return this.check(/* @__PURE__ */ _overwrite(fn));
	},
	optional() {
		return optional(this);
	},
	exactOptional() {
		return exactOptional(this);
	},
	nullable() {
		return nullable(this);
	},
	nullish() {
		return optional(nullable(this));
	},
	nonoptional(params) {
		return nonoptional(this, params);
	},
	array() {
		return array(this);
	},
	or(arg) {
		return union([this, arg]);
	},
	and(arg) {
		return intersection(this, arg);
	},
	transform(tx) {
		return pipe(this, transform(tx));
	},
	default(d) {
		return _default(this, d);
	},
	prefault(d) {
		return prefault(this, d);
	},
	catch(params) {
		return _catch(this, params);
	},
	pipe(target) {
		return pipe(this, target);
	},
	readonly() {
		return readonly(this);
	},
	describe(description) {
		const cl = this.clone();
		globalRegistry.add(cl, { description });
		return cl;
	},
	meta(...args) {
		if (args.length === 0) return globalRegistry.get(this);
		const cl = this.clone();
		globalRegistry.add(cl, args[0]);
		return cl;
	},
	isOptional() {
		return this.safeParse(void 0).success;
	},
	isNullable() {
		return this.safeParse(null).success;
	},
	apply(fn, ...args) {
		return args.length === 0 ? fn(this) : fn(this, ...args);
	},
	get "~standard"() {
		return hide(this, "~standard", {
			...standardProps(this),
			jsonSchema: {
				input: createStandardJSONSchemaMethod(this, "input"),
				output: createStandardJSONSchemaMethod(this, "output")
			}
		});
	},
	set "~standard"(value) {
		own$1(this, "~standard", value);
	},
	parse: function _parse(data, params) {
		return parse(this, data, params, { callee: _parse });
	},
	parseAsync: async function _parseAsync(data, params) {
		return await parseAsync(this, data, params, { callee: _parseAsync });
	},
	safeParse(data, params) {
		return safeParse(this, data, params);
	},
	async safeParseAsync(data, params) {
		return safeParseAsync(this, data, params);
	},
	get spa() {
		return this?.safeParseAsync;
	},
	set spa(value) {
		own$1(this, "spa", value);
	},
	validate(data, params) {
		return validate(this, data, params);
	},
	validateAsync(data, params) {
		return validateAsync$1(this, data, params);
	},
	encode: function _encode(data, params) {
		return encode(this, data, params, { callee: _encode });
	},
	decode: function _decode(data, params) {
		return decode(this, data, params, { callee: _decode });
	},
	encodeAsync: async function _encodeAsync(data, params) {
		return await encodeAsync(this, data, params, { callee: _encodeAsync });
	},
	decodeAsync: async function _decodeAsync(data, params) {
		return await decodeAsync(this, data, params, { callee: _decodeAsync });
	},
	safeEncode(data, params) {
		return safeEncode(this, data, params);
	},
	safeDecode(data, params) {
		return safeDecode(this, data, params);
	},
	async safeEncodeAsync(data, params) {
		return safeEncodeAsync(this, data, params);
	},
	async safeDecodeAsync(data, params) {
		return safeDecodeAsync(this, data, params);
	},
	toJSONSchema(params) {
		return createToJSONSchemaMethod(this, {})(params);
	},
	get description() {
		return globalRegistry.get(this)?.description;
	},
	get _def() {
		return this._zod.def;
	}
});
/** @internal */
const _ZodString = /*@__PURE__*/ $constructor("_ZodString", (inst, def) => {
	$ZodString.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => stringProcessor(inst, ctx, json, params);
}, /*@__PURE__*/ derived({
	format: (inst) => aggregateChecks(inst).format ?? null,
	minLength: (inst) => aggregateChecks(inst).minimum ?? null,
	maxLength: (inst) => aggregateChecks(inst).maximum ?? null
}, {
	regex(...args) {
		return this.check(/* @__PURE__ */ _regex(...args));
	},
	includes(...args) {
		return this.check(/* @__PURE__ */ _includes(...args));
	},
	startsWith(...args) {
		return this.check(/* @__PURE__ */ _startsWith(...args));
	},
	endsWith(...args) {
		return this.check(/* @__PURE__ */ _endsWith(...args));
	},
	min(...args) {
		return this.check(/* @__PURE__ */ _minLength(...args));
	},
	max(...args) {
		return this.check(/* @__PURE__ */ _maxLength(...args));
	},
	length(...args) {
		return this.check(/* @__PURE__ */ _length(...args));
	},
	nonempty(...args) {
		return this.check(/* @__PURE__ */ _minLength(1, ...args));
	},
	lowercase(params) {
		return this.check(/* @__PURE__ */ _lowercase(params));
	},
	uppercase(params) {
		return this.check(/* @__PURE__ */ _uppercase(params));
	},
	trim() {
		return this.check(/* @__PURE__ */ _trim());
	},
	normalize(...args) {
		return this.check(/* @__PURE__ */ _normalize(...args));
	},
	toLowerCase() {
		return this.check(/* @__PURE__ */ _toLowerCase());
	},
	toUpperCase() {
		return this.check(/* @__PURE__ */ _toUpperCase());
	},
	slugify() {
		return this.check(/* @__PURE__ */ _slugify());
	}
}));
const ZodString = /*@__PURE__*/ $constructor("ZodString", (inst, def) => {
	$ZodString.init(inst, def);
	_ZodString.init(inst, def);
}, {
	email(params) {
		return this.check(/* @__PURE__ */ _email(ZodEmail, params));
	},
	url(params) {
		return this.check(/* @__PURE__ */ _url(ZodURL, params));
	},
	jwt(params) {
		return this.check(/* @__PURE__ */ _jwt(ZodJWT, params));
	},
	emoji(params) {
		return this.check(/* @__PURE__ */ _emoji(ZodEmoji, params));
	},
	guid(params) {
		return this.check(/* @__PURE__ */ _guid(ZodGUID, params));
	},
	uuid(params) {
		return this.check(/* @__PURE__ */ _uuid(ZodUUID, params));
	},
	uuidv4(params) {
		return this.check(/* @__PURE__ */ _uuidv4(ZodUUID, params));
	},
	uuidv6(params) {
		return this.check(/* @__PURE__ */ _uuidv6(ZodUUID, params));
	},
	uuidv7(params) {
		return this.check(/* @__PURE__ */ _uuidv7(ZodUUID, params));
	},
	nanoid(params) {
		return this.check(/* @__PURE__ */ _nanoid(ZodNanoID, params));
	},
	cuid(params) {
		return this.check(/* @__PURE__ */ _cuid(ZodCUID, params));
	},
	cuid2(params) {
		return this.check(/* @__PURE__ */ _cuid2(ZodCUID2, params));
	},
	ulid(params) {
		return this.check(/* @__PURE__ */ _ulid(ZodULID, params));
	},
	base64(params) {
		return this.check(/* @__PURE__ */ _base64(ZodBase64, params));
	},
	base64url(params) {
		return this.check(/* @__PURE__ */ _base64url(ZodBase64URL, params));
	},
	xid(params) {
		return this.check(/* @__PURE__ */ _xid(ZodXID, params));
	},
	ksuid(params) {
		return this.check(/* @__PURE__ */ _ksuid(ZodKSUID, params));
	},
	ipv4(params) {
		return this.check(/* @__PURE__ */ _ipv4(ZodIPv4, params));
	},
	ipv6(params) {
		return this.check(/* @__PURE__ */ _ipv6(ZodIPv6, params));
	},
	cidrv4(params) {
		return this.check(/* @__PURE__ */ _cidrv4(ZodCIDRv4, params));
	},
	cidrv6(params) {
		return this.check(/* @__PURE__ */ _cidrv6(ZodCIDRv6, params));
	},
	e164(params) {
		return this.check(/* @__PURE__ */ _e164(ZodE164, params));
	},
	datetime(params) {
		return this.check(/* @__PURE__ */ _isoDateTime(ZodISODateTime, params));
	},
	date(params) {
		return this.check(/* @__PURE__ */ _isoDate(ZodISODate, params));
	},
	time(params) {
		return this.check(/* @__PURE__ */ _isoTime(ZodISOTime, params));
	},
	duration(params) {
		return this.check(/* @__PURE__ */ _isoDuration(ZodISODuration, params));
	}
});
function string(params) {
	return /* @__PURE__ */ _string(ZodString, params);
}
const ZodStringFormat = /*@__PURE__*/ $constructor("ZodStringFormat", (inst, def) => {
	$ZodStringFormat.init(inst, def);
	_ZodString.init(inst, def);
});
const ZodISODateTime = /*@__PURE__*/ $constructor("ZodISODateTime", (inst, def) => {
	$ZodISODateTime.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodISODate = /*@__PURE__*/ $constructor("ZodISODate", (inst, def) => {
	$ZodISODate.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodISOTime = /*@__PURE__*/ $constructor("ZodISOTime", (inst, def) => {
	$ZodISOTime.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodISODuration = /*@__PURE__*/ $constructor("ZodISODuration", (inst, def) => {
	$ZodISODuration.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodEmail = /*@__PURE__*/ $constructor("ZodEmail", (inst, def) => {
	$ZodEmail.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodGUID = /*@__PURE__*/ $constructor("ZodGUID", (inst, def) => {
	$ZodGUID.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodUUID = /*@__PURE__*/ $constructor("ZodUUID", (inst, def) => {
	$ZodUUID.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodURL = /*@__PURE__*/ $constructor("ZodURL", (inst, def) => {
	$ZodURL.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodEmoji = /*@__PURE__*/ $constructor("ZodEmoji", (inst, def) => {
	$ZodEmoji.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodNanoID = /*@__PURE__*/ $constructor("ZodNanoID", (inst, def) => {
	$ZodNanoID.init(inst, def);
	ZodStringFormat.init(inst, def);
});
/**
* @deprecated CUID v1 is deprecated by its authors due to information leakage
* (timestamps embedded in the id). Use {@link ZodCUID2} instead.
* See https://github.com/paralleldrive/cuid.
*/
const ZodCUID = /*@__PURE__*/ $constructor("ZodCUID", (inst, def) => {
	$ZodCUID.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodCUID2 = /*@__PURE__*/ $constructor("ZodCUID2", (inst, def) => {
	$ZodCUID2.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodULID = /*@__PURE__*/ $constructor("ZodULID", (inst, def) => {
	$ZodULID.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodXID = /*@__PURE__*/ $constructor("ZodXID", (inst, def) => {
	$ZodXID.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodKSUID = /*@__PURE__*/ $constructor("ZodKSUID", (inst, def) => {
	$ZodKSUID.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodIPv4 = /*@__PURE__*/ $constructor("ZodIPv4", (inst, def) => {
	$ZodIPv4.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodIPv6 = /*@__PURE__*/ $constructor("ZodIPv6", (inst, def) => {
	$ZodIPv6.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodCIDRv4 = /*@__PURE__*/ $constructor("ZodCIDRv4", (inst, def) => {
	$ZodCIDRv4.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodCIDRv6 = /*@__PURE__*/ $constructor("ZodCIDRv6", (inst, def) => {
	$ZodCIDRv6.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodBase64 = /*@__PURE__*/ $constructor("ZodBase64", (inst, def) => {
	$ZodBase64.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodBase64URL = /*@__PURE__*/ $constructor("ZodBase64URL", (inst, def) => {
	$ZodBase64URL.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodE164 = /*@__PURE__*/ $constructor("ZodE164", (inst, def) => {
	$ZodE164.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodJWT = /*@__PURE__*/ $constructor("ZodJWT", (inst, def) => {
	$ZodJWT.init(inst, def);
	ZodStringFormat.init(inst, def);
});
const ZodNumber = /*@__PURE__*/ $constructor("ZodNumber", (inst, def) => {
	$ZodNumber.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => numberProcessor(inst, ctx, json, params);
	inst.isFinite = true;
}, /*@__PURE__*/ derived({
	minValue: (inst) => {
		const { minimum, exclusiveMinimum } = aggregateChecks(inst);
		return Math.max(minimum ?? Number.NEGATIVE_INFINITY, exclusiveMinimum ?? Number.NEGATIVE_INFINITY);
	},
	maxValue: (inst) => {
		const { maximum, exclusiveMaximum } = aggregateChecks(inst);
		return Math.min(maximum ?? Number.POSITIVE_INFINITY, exclusiveMaximum ?? Number.POSITIVE_INFINITY);
	},
	isInt: (inst) => {
		const { isInt, multipleOf } = aggregateChecks(inst);
		return !!isInt || !!multipleOf?.some(Number.isSafeInteger);
	},
	format: (inst) => aggregateChecks(inst).format ?? null
}, {
	gt(value, params) {
		return this.check(/* @__PURE__ */ _gt(value, params));
	},
	gte(value, params) {
		return this.check(/* @__PURE__ */ _gte(value, params));
	},
	min(value, params) {
		return this.check(/* @__PURE__ */ _gte(value, params));
	},
	lt(value, params) {
		return this.check(/* @__PURE__ */ _lt(value, params));
	},
	lte(value, params) {
		return this.check(/* @__PURE__ */ _lte(value, params));
	},
	max(value, params) {
		return this.check(/* @__PURE__ */ _lte(value, params));
	},
	int(params) {
		return this.check(int(params));
	},
	safe(params) {
		return this.check(int(params));
	},
	positive(params) {
		return this.check(/* @__PURE__ */ _gt(0, params));
	},
	nonnegative(params) {
		return this.check(/* @__PURE__ */ _gte(0, params));
	},
	negative(params) {
		return this.check(/* @__PURE__ */ _lt(0, params));
	},
	nonpositive(params) {
		return this.check(/* @__PURE__ */ _lte(0, params));
	},
	multipleOf(value, params) {
		return this.check(/* @__PURE__ */ _multipleOf(value, params));
	},
	step(value, params) {
		return this.check(/* @__PURE__ */ _multipleOf(value, params));
	},
	finite() {
		return this;
	}
}));
function number(params) {
	return /* @__PURE__ */ _number(ZodNumber, params);
}
const ZodNumberFormat = /*@__PURE__*/ $constructor("ZodNumberFormat", (inst, def) => {
	$ZodNumberFormat.init(inst, def);
	ZodNumber.init(inst, def);
});
function int(params) {
	return /* @__PURE__ */ _int(ZodNumberFormat, params);
}
const ZodBoolean = /*@__PURE__*/ $constructor("ZodBoolean", (inst, def) => {
	$ZodBoolean.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => booleanProcessor(inst, ctx, json, params);
});
function boolean(params) {
	return /* @__PURE__ */ _boolean(ZodBoolean, params);
}
const ZodUnknown = /*@__PURE__*/ $constructor("ZodUnknown", (inst, def) => {
	$ZodUnknown.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => void 0;
});
function unknown() {
	return /* @__PURE__ */ _unknown(ZodUnknown);
}
const ZodNever = /*@__PURE__*/ $constructor("ZodNever", (inst, def) => {
	$ZodNever.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => neverProcessor(inst, ctx, json, params);
});
function never$1(params) {
	return /* @__PURE__ */ _never(ZodNever, params);
}
const ZodArray = /*@__PURE__*/ $constructor("ZodArray", (inst, def) => {
	_ensureDefaultMemoizer();
	$ZodArray.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => arrayProcessor(inst, ctx, json, params);
	inst.element = def.element;
}, {
	min(n, params) {
		return this.check(/* @__PURE__ */ _minLength(n, params));
	},
	nonempty(params) {
		return this.check(/* @__PURE__ */ _minLength(1, params));
	},
	max(n, params) {
		return this.check(/* @__PURE__ */ _maxLength(n, params));
	},
	length(n, params) {
		return this.check(/* @__PURE__ */ _length(n, params));
	},
	unwrap() {
		return this.element;
	}
});
function array(element, params) {
	return /* @__PURE__ */ _array(ZodArray, element, params);
}
const ZodObject = /*@__PURE__*/ $constructor("ZodObject", (inst, def) => {
	_ensureDefaultMemoizer();
	$ZodObjectJIT.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => objectProcessor(inst, ctx, json, params);
	installLazyProp(inst, "shape", (self) => self._zod.def.shape, false);
}, {
	keyof() {
		return _enum(Object.keys(this._zod.def.shape));
	},
	catchall(catchall) {
		return this.clone(mergeDefs(this._zod.def, { catchall }));
	},
	passthrough() {
		return this.clone(mergeDefs(this._zod.def, { catchall: unknown() }));
	},
	loose() {
		return this.clone(mergeDefs(this._zod.def, { catchall: unknown() }));
	},
	strict() {
		return this.clone(mergeDefs(this._zod.def, { catchall: never$1() }));
	},
	strip() {
		return this.clone(mergeDefs(this._zod.def, { catchall: void 0 }));
	},
	extend(incoming) {
		return extend(this, incoming);
	},
	safeExtend(incoming) {
		return safeExtend(this, incoming);
	},
	merge(other) {
		return merge$1(this, other);
	},
	pick(mask) {
		return pick(this, mask);
	},
	omit(mask) {
		return omit(this, mask);
	},
	partial(...args) {
		return partial(ZodOptional, this, args[0]);
	},
	exactPartial(...args) {
		return partial(ZodExactOptional, this, args[0], "exactPartial");
	},
	required(...args) {
		return required(ZodNonOptional, this, args[0]);
	}
});
function strictObject(shape, params) {
	return new ZodObject({
		type: "object",
		shape,
		catchall: never$1(),
		...normalizeParams(params)
	});
}
const ZodUnion = /*@__PURE__*/ $constructor("ZodUnion", (inst, def) => {
	$ZodUnion.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => unionProcessor(inst, ctx, json, params);
	inst.options = def.options;
});
function union(options, params) {
	return new ZodUnion({
		type: "union",
		options,
		...normalizeParams(params)
	});
}
const ZodIntersection = /*@__PURE__*/ $constructor("ZodIntersection", (inst, def) => {
	$ZodIntersection.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => intersectionProcessor(inst, ctx, json, params);
});
function intersection(left, right) {
	return new ZodIntersection({
		type: "intersection",
		left,
		right
	});
}
const ZodRecord = /*@__PURE__*/ $constructor("ZodRecord", (inst, def) => {
	_ensureDefaultMemoizer();
	$ZodRecord.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => recordProcessor(inst, ctx, json, params);
	inst.keyType = def.keyType;
	inst.valueType = def.valueType;
});
function record(keyType, valueType, params) {
	if (!valueType || !valueType._zod) return new ZodRecord({
		type: "record",
		keyType: string(),
		valueType: keyType,
		...normalizeParams(valueType)
	});
	return new ZodRecord({
		type: "record",
		keyType,
		valueType,
		...normalizeParams(params)
	});
}
const ZodEnum = /*@__PURE__*/ $constructor("ZodEnum", (inst, def) => {
	$ZodEnum.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => enumProcessor(inst, ctx, json, params);
	inst.enum = def.entries;
	inst.options = [...inst._zod.values];
	const keys = new Set(Object.keys(def.entries));
	inst.extract = (values, params) => {
		const newEntries = {};
		for (const value of values) if (keys.has(value)) newEntries[value] = def.entries[value];
		else throw new Error(`Key ${value} not found in enum`);
		return new ZodEnum({
			...def,
			checks: [],
			...normalizeParams(params),
			entries: newEntries
		});
	};
	inst.exclude = (values, params) => {
		const newEntries = { ...def.entries };
		for (const value of values) if (keys.has(value)) delete newEntries[value];
		else throw new Error(`Key ${value} not found in enum`);
		return new ZodEnum({
			...def,
			checks: [],
			...normalizeParams(params),
			entries: newEntries
		});
	};
});
function _enum(values, params) {
	const entries = Array.isArray(values) ? Object.fromEntries(values.map((v) => [v, v])) : values;
	return new ZodEnum({
		type: "enum",
		entries,
		...normalizeParams(params)
	});
}
const ZodLiteral = /*@__PURE__*/ $constructor("ZodLiteral", (inst, def) => {
	$ZodLiteral.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => literalProcessor(inst, ctx, json, params);
	inst.values = new Set(def.values);
	Object.defineProperty(inst, "value", { get() {
		if (def.values.length > 1) throw new Error("This schema contains multiple valid literal values. Use `.values` instead.");
		return def.values[0];
	} });
});
function literal(value, params) {
	return new ZodLiteral({
		type: "literal",
		values: Array.isArray(value) ? value : [value],
		...normalizeParams(params)
	});
}
const ZodTransform = /*@__PURE__*/ $constructor("ZodTransform", (inst, def) => {
	_ensureDefaultMemoizer();
	$ZodTransform.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => transformProcessor(inst, ctx, json, params);
	inst._zod.parse = (payload, _ctx) => {
		if (_ctx.direction === "backward") throw new $ZodEncodeError(inst.constructor.name);
		payload.addIssue = (issue$1) => {
			if (typeof issue$1 === "string") payload.issues.push(issue(issue$1, payload.value, def));
			else {
				const _issue = issue$1;
				if (_issue.fatal) _issue.continue = false;
				_issue.code ?? (_issue.code = "custom");
				if (!("input" in _issue)) _issue.input = payload.value;
				_issue.inst ?? (_issue.inst = inst);
				payload.issues.push(issue(_issue));
			}
		};
		const output = def.transform(payload.value, payload);
		if (output instanceof Promise) return output.then((output) => {
			payload.value = output;
			return payload;
		});
		payload.value = output;
		return payload;
	};
});
function transform(fn) {
	return new ZodTransform({
		type: "transform",
		transform: fn
	});
}
const ZodOptional = /*@__PURE__*/ $constructor("ZodOptional", (inst, def) => {
	$ZodOptional.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => optionalProcessor(inst, ctx, json, params);
	inst.unwrap = () => inst._zod.def.innerType;
});
function optional(innerType) {
	return new ZodOptional({
		type: "optional",
		innerType
	});
}
const ZodExactOptional = /*@__PURE__*/ $constructor("ZodExactOptional", (inst, def) => {
	$ZodExactOptional.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => optionalProcessor(inst, ctx, json, params);
	inst.unwrap = () => inst._zod.def.innerType;
});
function exactOptional(innerType) {
	return new ZodExactOptional({
		type: "optional",
		innerType
	});
}
const ZodNullable = /*@__PURE__*/ $constructor("ZodNullable", (inst, def) => {
	$ZodNullable.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => nullableProcessor(inst, ctx, json, params);
	inst.unwrap = () => inst._zod.def.innerType;
});
function nullable(innerType) {
	return new ZodNullable({
		type: "nullable",
		innerType
	});
}
const ZodDefault = /*@__PURE__*/ $constructor("ZodDefault", (inst, def) => {
	$ZodDefault.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => defaultProcessor(inst, ctx, json, params);
	inst.unwrap = () => inst._zod.def.innerType;
	inst.removeDefault = inst.unwrap;
});
function _default(innerType, defaultValue) {
	return new ZodDefault({
		type: "default",
		innerType,
		get defaultValue() {
			return typeof defaultValue === "function" ? defaultValue() : shallowClone(defaultValue);
		}
	});
}
const ZodPrefault = /*@__PURE__*/ $constructor("ZodPrefault", (inst, def) => {
	$ZodPrefault.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => prefaultProcessor(inst, ctx, json, params);
	inst.unwrap = () => inst._zod.def.innerType;
});
function prefault(innerType, defaultValue) {
	return new ZodPrefault({
		type: "prefault",
		innerType,
		get defaultValue() {
			return typeof defaultValue === "function" ? defaultValue() : shallowClone(defaultValue);
		}
	});
}
const ZodNonOptional = /*@__PURE__*/ $constructor("ZodNonOptional", (inst, def) => {
	$ZodNonOptional.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => nonoptionalProcessor(inst, ctx, json, params);
	inst.unwrap = () => inst._zod.def.innerType;
});
function nonoptional(innerType, params) {
	return new ZodNonOptional({
		type: "nonoptional",
		innerType,
		...normalizeParams(params)
	});
}
const ZodCatch = /*@__PURE__*/ $constructor("ZodCatch", (inst, def) => {
	$ZodCatch.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => catchProcessor(inst, ctx, json, params);
	inst.unwrap = () => inst._zod.def.innerType;
	inst.removeCatch = inst.unwrap;
});
function _catch(innerType, catchValue) {
	return new ZodCatch({
		type: "catch",
		innerType,
		catchValue: typeof catchValue === "function" ? catchValue : constantCatch(catchValue)
	});
}
const ZodPipe = /*@__PURE__*/ $constructor("ZodPipe", (inst, def) => {
	$ZodPipe.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => pipeProcessor(inst, ctx, json, params);
	inst.in = def.in;
	inst.out = def.out;
});
function pipe(in_, out) {
	return new ZodPipe({
		type: "pipe",
		in: in_,
		out
	});
}
const ZodReadonly = /*@__PURE__*/ $constructor("ZodReadonly", (inst, def) => {
	$ZodReadonly.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => readonlyProcessor(inst, ctx, json, params);
	inst.unwrap = () => inst._zod.def.innerType;
});
function readonly(innerType) {
	return new ZodReadonly({
		type: "readonly",
		innerType
	});
}
const ZodCustom = /*@__PURE__*/ $constructor("ZodCustom", (inst, def) => {
	$ZodCustom.init(inst, def);
	ZodType.init(inst, def);
	inst._zod.processJSONSchema = (ctx, json, params) => customProcessor(inst, ctx, json, params);
});
function custom(fn, _params) {
	return /* @__PURE__ */ _custom(ZodCustom, fn ?? (() => true), _params);
}
function refine(fn, _params = {}) {
	return /* @__PURE__ */ _refine(ZodCustom, fn, _params);
}
function superRefine(fn, params) {
	return /* @__PURE__ */ _superRefine(fn, params);
}
// src/core/errors.ts
/** Base of every error medgym throws on purpose. The message says what, with numbers, then what to do. */
var MedgymError = class extends Error {
	code;
	constructor(code, message, options) {
		super(message, options);
		this.name = "MedgymError";
		this.code = code;
	}
};
var InvalidOptionError = class extends MedgymError {
	/** Name of the offending option. */
	option;
	constructor(option, message) {
		super("invalid-option", message);
		this.name = "InvalidOptionError";
		this.option = option;
	}
};
// src/core/options.ts
/**
* Checks `options` of the function called `name` against its schema, fills in defaults and freezes what comes out.
* Objects that belong to the caller (models, data) are handed through as they are, never frozen.
*/
function resolveOptions(name, options, schema) {
	if (options === null || typeof options !== "object" || Array.isArray(options)) {
		const known = Object.keys(schema.shape).join(", ");
		throw new InvalidOptionError("", `${name} takes one options object; it got ${show(options)}. Options: ${known}.`);
	}
	const parsed = schema.safeParse(options);
	if (parsed.success) return freezeOwn(parsed.data, options);
	throw explain(name, options, schema, parsed.error.issues);
}
function explain(name, options, schema, issues) {
	const issue = issues.find((i) => i.code === "unrecognized_keys" && i.path.length === 0) ?? issues[0];
	return explainIssue(name, issue.path, options, schema, issue);
}
function explainIssue(name, path, options, schema, issue) {
	const option = path.map(String).join(".");
	const value = path.reduce((at, key) => at?.[key], options);
	const place = locate(schema, path, value);
	if (issue.code === "unrecognized_keys") {
		const unknown = issue.keys[0];
		const known = place ? knownKeys(place) : [];
		const near = nearest(unknown, known);
		const hint = near ? ` (did you mean "${near}"?)` : "";
		const owner = option ? `${name}: ${option}` : name;
		return new InvalidOptionError(option ? `${option}.${unknown}` : unknown, `${owner} has no option "${unknown}"${hint}. Options: ${known.join(", ")}.`);
	}
	if (issue.code === "invalid_union") {
		const deep = issue.errors.flat().find((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys");
		if (deep && typeof value === "object" && value !== null) return explainIssue(name, [...path, ...deep.path], options, schema, deep);
	}
	if (issue.code === "custom" && issue.message !== "Invalid input") return new InvalidOptionError(option, option ? `${name}: ${option} ${issue.message}` : `${name}: ${issue.message}`);
	const allowed = place ? describeSchema(place) : issue.message;
	if (value === void 0) return new InvalidOptionError(option, `${name} needs ${option}: ${allowed}.`);
	return new InvalidOptionError(option, `${name}: ${option} is ${show(value)}; it must be ${allowed}.`);
}
const defOf = (schema) => schema._zod.def;
function unwrap(schema) {
	const def = defOf(schema);
	if (def.innerType) return unwrap(def.innerType);
	if (def.type === "pipe" && def.in) return unwrap(def.in);
	return schema;
}
/** The schema at a path, in the first alternative of each union that has it. */
function locate(schema, path, value) {
	const at = unwrap(schema);
	const def = defOf(at);
	if (def.type === "union") {
		if (path.length === 0) {
			const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
			const object = def.options?.find((option) => defOf(unwrap(option)).type === "object");
			return isObject && object && !(value instanceof RegExp) ? unwrap(object) : at;
		}
		for (const option of def.options ?? []) {
			const found = locate(option, path, value);
			if (found) return found;
		}
		return;
	}
	if (path.length === 0) return at;
	const [key, ...rest] = path;
	if (def.type === "object") {
		const field = def.shape?.[String(key)];
		return field && locate(field, rest, value);
	}
	if (def.type === "array" && def.element) return locate(def.element, rest, value);
	if (def.type === "record" && def.valueType) return locate(def.valueType, rest, value);
}
function knownKeys(schema) {
	const def = defOf(schema);
	return def.type === "union" ? (def.options ?? []).flatMap((option) => knownKeys(unwrap(option))) : Object.keys(def.shape ?? {});
}
/** In words, e.g. `an integer, at least 1`; a schema's own `.describe(…)` wins. */
function describeSchema(schema) {
	const own = schema.description;
	if (own) return own;
	const at = unwrap(schema);
	if (at !== schema) return describeSchema(at);
	const def = defOf(at);
	switch (def.type) {
		case "number": return describeNumber(def);
		case "string": return "a string";
		case "boolean": return "true or false";
		case "enum": return oneOf(Object.values(def.entries ?? {}));
		case "literal": return oneOf(def.values ?? []);
		case "union": return (def.options ?? []).map(describeSchema).join(", or ");
		case "array": return def.element ? `an array, each item ${describeSchema(def.element)}` : "an array";
		case "record": return def.valueType ? `an object, each value ${describeSchema(def.valueType)}` : "an object";
		case "object": return `an object with ${Object.keys(def.shape ?? {}).join(", ")}`;
		default: return def.type === "custom" ? "of another kind" : `a ${def.type}`;
	}
}
function describeNumber(def) {
	const limits = [];
	let noun = def.format?.includes("int") ? "an integer" : "a number";
	for (const check of def.checks ?? []) {
		const { check: kind, value, inclusive, format } = check._zod.def;
		if (kind === "greater_than") limits.push(inclusive ? `at least ${value}` : `above ${value}`);
		else if (kind === "less_than") limits.push(inclusive ? `at most ${value}` : `below ${value}`);
		else if (kind === "number_format" && String(format).includes("int")) noun = "an integer";
	}
	return [noun, ...limits].join(", ");
}
function oneOf(values) {
	const shown = values.map((v) => JSON.stringify(v));
	return shown.length === 1 ? shown[0] : `one of ${shown.join(", ")}`;
}
/** A value as a message shows it: short, with its kind where that is not plain. */
function show(value) {
	if (typeof value === "string") return value.length > 60 ? JSON.stringify(`${value.slice(0, 57)}…`) : JSON.stringify(value);
	if (typeof value === "function") return `a function (${value.name || "anonymous"})`;
	if (Array.isArray(value)) return `an array of ${value.length}`;
	if (value instanceof RegExp || typeof value === "bigint") return `${value}`;
	if (typeof value !== "object" || value === null) return String(value);
	const kind = value.constructor?.name;
	return kind && kind !== "Object" ? `a ${kind}` : `an object with ${Object.keys(value).join(", ") || "no fields"}`;
}
/** The closest known name, if it is close: at most a third of its letters differ. */
function nearest(word, known) {
	let best;
	let bestDistance = Number.POSITIVE_INFINITY;
	for (const name of known) {
		const distance = editDistance(word.toLowerCase(), name.toLowerCase());
		const limit = Math.max(1, Math.floor(Math.max(word.length, name.length) / 3));
		if (distance < bestDistance && distance <= limit) [best, bestDistance] = [name, distance];
	}
	return best;
}
/** Damerau-Levenshtein (optimal string alignment): insert, delete, replace, swap of neighbours each cost 1. */
function editDistance(a, b) {
	const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
	for (let i = 1; i <= a.length; i++) {
		rows.push([i]);
		for (let j = 1; j <= b.length; j++) {
			const replace = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
			let cost = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, replace);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, rows[i - 2][j - 2] + 1);
			rows[i].push(cost);
		}
	}
	return rows[a.length][b.length];
}
/** Freezes the objects that the check made; a reference that is also in the input is the caller's and stays as it is. */
function freezeOwn(value, input) {
	if (value === null || typeof value !== "object" || value === input) return value;
	const prototype = Object.getPrototypeOf(value);
	if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
	for (const key of Object.keys(value)) {
		const given = input?.[key];
		freezeOwn(value[key], given);
	}
	return Object.freeze(value);
}
// src/core/random.ts
/** One block: four 32-bit words from a 128-bit counter and a 64-bit key. */
function philox4x32(counter, key) {
	let [c0, c1, c2, c3] = counter.map((c) => c >>> 0);
	let [k0, k1] = key.map((k) => k >>> 0);
	for (let round = 0; round < 10; round++) {
		const high0 = multiplyHigh(3528531795, c0);
		const low0 = Math.imul(3528531795, c0) >>> 0;
		const high1 = multiplyHigh(3449720151, c2);
		const low1 = Math.imul(3449720151, c2) >>> 0;
		[c0, c1, c2, c3] = [
			(high1 ^ c1 ^ k0) >>> 0,
			low1,
			(high0 ^ c3 ^ k1) >>> 0,
			low0
		];
		k0 = k0 + 2654435769 >>> 0;
		k1 = k1 + 3144134277 >>> 0;
	}
	return [
		c0,
		c1,
		c2,
		c3
	];
}
/** Upper 32 bits of a 32×32-bit product. */
function multiplyHigh(a, b) {
	const [aHigh, aLow, bHigh, bLow] = [
		a >>> 16,
		a & 65535,
		b >>> 16,
		b & 65535
	];
	const middle = aHigh * bLow + (aLow * bLow >>> 16);
	const other = aLow * bHigh + middle % 65536;
	return aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(other / 65536) >>> 0;
}
/** FNV-1a over UTF-16 units: names of streams to numbers. */
function hashName(name) {
	let hash = 2166136261;
	for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619) >>> 0;
	return hash;
}
var Random = class Random {
	#key;
	#position;
	#block = [
		0,
		0,
		0,
		0
	];
	constructor(seed) {
		if (typeof seed === "number") {
			if (!Number.isSafeInteger(seed)) throw new RangeError(`seed is ${seed}; it must be an integer`);
			const high = Math.floor(seed / 4294967296);
			this.#key = [seed >>> 0, high >>> 0];
			this.#position = 0;
		} else {
			this.#key = [seed.key[0], seed.key[1]];
			this.#position = seed.position;
			if (this.#position % 4 !== 0) this.#fill();
		}
	}
	/** An independent stream, the same for the same name (and index) whatever has been drawn. */
	split(name, index = 0) {
		const [a, b] = philox4x32([
			typeof name === "number" ? name >>> 0 : hashName(name),
			index >>> 0,
			typeof name === "number" ? 1 : 2,
			24301
		], this.#key);
		return new Random({
			key: [a, b],
			position: 0
		});
	}
	state() {
		return {
			key: [this.#key[0], this.#key[1]],
			position: this.#position
		};
	}
	uint32() {
		if (this.#position % 4 === 0) this.#fill();
		return this.#block[this.#position++ % 4];
	}
	#fill() {
		const block = Math.floor(this.#position / 4);
		this.#block = philox4x32([
			block >>> 0,
			Math.floor(block / 4294967296),
			0,
			0
		], this.#key);
	}
	/** [0, 1), 53 bits. */
	uniform() {
		return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
	}
	/** 0 … below − 1, without bias. */
	integer(below) {
		if (!Number.isInteger(below) || below < 1 || below > 4294967296) throw new RangeError(`integer(${below}): the bound must be an integer from 1 to 2^32`);
		const limit = 4294967296 - 4294967296 % below;
		for (;;) {
			const draw = this.uint32();
			if (draw < limit) return draw % below;
		}
	}
	/** Box-Muller; two uniforms each, so that the state stays a position. */
	normal(mean = 0, standardDeviation = 1) {
		return mean + standardDeviation * Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
	}
	boolean(probability = .5) {
		return this.uniform() < probability;
	}
	choice(items) {
		if (items.length === 0) throw new RangeError("choice of an empty array");
		return items[this.integer(items.length)];
	}
	/** In place (Fisher-Yates). */
	shuffle(items) {
		for (let i = items.length - 1; i > 0; i--) {
			const j = this.integer(i + 1);
			[items[i], items[j]] = [items[j], items[i]];
		}
		return items;
	}
	/** 0 … n − 1 in random order. */
	permutation(n) {
		return this.shuffle(Uint32Array.from({ length: n }, (_, i) => i));
	}
	/** k different items. */
	sample(items, k) {
		if (k > items.length) throw new RangeError(`sample of ${k} from ${items.length} items`);
		return Array.from(this.permutation(items.length).subarray(0, k), (i) => items[i]);
	}
};
// src/core/canonical.ts
/** JSON with sorted keys, so that equal values give equal text; `undefined` fields are left out, as in JSON. */
function canonicalJson(value) {
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	const fields = Object.entries(value).filter(([, field]) => field !== void 0);
	fields.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
	return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join()}}`;
}
/** SHA-256 of the canonical JSON, 64 hexadecimal digits. */
function hashJson(value) {
	return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
// src/gym/tool.ts
/** The model asked for something impossible: it is told so and the episode goes on. */
var ToolError = class extends Error {
	name = "ToolError";
};
/** `tool` for environments whose state is `State`; inside `defineEnvironment` it is given. */
function toolsOf() {
	return (definition) => {
		const parameters = strictObject(definition.parameters);
		const { kind, description } = definition;
		return (name) => {
			let schema;
			return {
				name,
				kind,
				description,
				get schema() {
					schema ??= {
						type: "function",
						function: {
							name,
							description,
							parameters: jsonSchema(parameters)
						}
					};
					return schema;
				},
				check(args) {
					const parsed = parameters.safeParse(args);
					if (parsed.success) return {
						ok: true,
						args: parsed.data
					};
					return {
						ok: false,
						problem: problemOf(name, args, Object.keys(definition.parameters), parsed.error)
					};
				},
				run: (args, context) => definition.run(args, context)
			};
		};
	};
}
function jsonSchema(parameters) {
	const { $schema: _, ...schema } = toJSONSchema(parameters, { io: "input" });
	return schema;
}
function nameTools(tools) {
	return Object.entries(tools).map(([name, make]) => make(name));
}
function problemOf(name, args, known, error) {
	const issue = error.issues.find(({ code }) => code === "unrecognized_keys") ?? error.issues[0];
	const list = `Arguments: ${known.join(", ") || "none"}.`;
	if (issue.code === "unrecognized_keys") return `${name} has no argument ${issue.keys.join(", ")}. ${list}`;
	const [field, ...rest] = issue.path;
	if (field === void 0) return `${name}: ${issue.message}. ${list}`;
	if (!(field in args)) return `${name}: argument ${String(field)} is missing. ${list}`;
	return `${name}: ${[field, ...rest].join(".")} is ${canonicalJson(args[String(field)])}: ${issue.message}.`;
}
/** Two calls with the same name and arguments have the same key. */
function callKey({ name, arguments: args }) {
	return `${name}${canonicalJson(args)}`;
}
// src/gym/action-forms.ts
const nameKeys = [
	"name",
	"function",
	"tool",
	"action",
	"tool_name",
	"function_name"
];
const argumentKeys = [
	"arguments",
	"parameters",
	"params",
	"args",
	"action_input"
];
/** Deeper JSON is nobody's arguments, and would exhaust the stack of whoever walks it. */
const maxDepth = 64;
/** Starts of JSON in prose that may fail before the rest is taken as prose. */
const maxFailures = 8;
const maxNameLength = 200;
/** Blocks in a completion beyond which nobody means calls. */
const maxBlocks = 64;
function isCall(call) {
	return call !== void 0 && "arguments" in call;
}
/** What calls a text holds in any of the forms; undefined: it is prose. */
function readLenient(text, tools) {
	const tagged = taggedCalls(text, tools) ?? (text.includes("<function=") ? functionTags(text, tools) : void 0);
	if (tagged) return {
		from: "tags",
		calls: tagged
	};
	const react = reactCalls(text, tools);
	if (react) return react;
	const fenced = fences(text).flatMap((body) => callsIn(parseJson(body)));
	const calls = (fenced.some(Boolean) ? fenced : jsonObjects(text).flatMap(callsIn)).filter((call) => counts(call, tools));
	if (calls.length > 0) return {
		from: "text",
		calls
	};
	const bare = text.trim();
	if (bare.length < maxNameLength && known$1(tools, bare.replace(/\(\)$/, ""))) return {
		from: "text",
		calls: [{ name: bare.replace(/\(\)$/, "") }]
	};
	return (bare.startsWith("{") || bare.startsWith("[{") || bare.startsWith("```")) && namedIn(bare, tools) !== void 0 ? {
		from: "text",
		calls: [void 0]
	} : void 0;
}
/** The first tool whose name the text quotes. */
function namedIn(text, tools) {
	return tools.map((tool) => tool.name).find((name) => text.includes(`"${name}"`) || text.includes(`=${name}>`));
}
/** Outside tags a call must name a tool, or look like one with its arguments. */
function counts(call, tools) {
	return call !== void 0 && (isCall(call) || known$1(tools, call.name));
}
function known$1(tools, name) {
	return tools.some((tool) => tool.name === name);
}
const tags = /<\|?\/?(?:tool_call|function_call)\|?>/g;
/** Bodies between an opening tag and the next tag of any kind. */
function taggedCalls(text, tools) {
	const found = [...text.matchAll(tags)].slice(0, 128);
	const calls = found.flatMap((tag, i) => {
		if (tag[0].includes("/")) return [];
		return bodyCalls(text.slice(tag.index + tag[0].length, found[i + 1]?.index), tools);
	});
	return calls.length > 0 ? calls : void 0;
}
function bodyCalls(body, tools) {
	if (body.includes("<function=")) return functionTags(body, tools);
	const bare = (fences(body)[0] ?? body).trim();
	if (bare.length < maxNameLength && known$1(tools, bare)) return [{ name: bare }];
	return callsIn(parseJson(bare));
}
/** `<function=name><parameter=key>value</parameter></function>`; also with JSON in place of the parameters. */
function functionTags(text, tools) {
	const [, ...blocks] = text.split("<function=", maxBlocks);
	return blocks.map((block) => {
		const [head, rest] = cut$1(block, ">");
		const name = unquote(head);
		if (rest === void 0 || name === "") return void 0;
		const [body] = cut$1(rest, "</function>");
		const [before, ...parameters] = body.split("<parameter=");
		if (parameters.length === 0) {
			const args = before.trim() === "" ? {} : parseJson(before);
			return isObject$1(args) ? {
				name,
				arguments: args
			} : { name };
		}
		const fields = parameters.map((parameter) => {
			const [key, value = ""] = cut$1(parameter, ">");
			const field = unquote(key);
			return [field, typed(cut$1(value, "</parameter>")[0].trim(), schemaOf(tools, name)[field])];
		});
		return {
			name,
			arguments: Object.fromEntries(fields)
		};
	});
}
function schemaOf(tools, name) {
	return (tools.find((tool) => tool.name === name)?.schema.function)?.parameters?.properties ?? {};
}
/** Text stands for itself where text is wanted; elsewhere it is JSON if it can be. */
function typed(text, schema) {
	if (schema?.type === "string") return text;
	const value = parseJson(text);
	return value === void 0 ? text : value;
}
/** The inside of ``` fences, without the language; the last may be open. */
function fences(text) {
	return text.split("```", 128).filter((_, i) => i % 2 === 1).map((body) => body.replace(/^[a-z_]{0,20}\s/i, ""));
}
/** JSON objects in prose, outermost ones. */
function jsonObjects(text) {
	const found = [];
	let failures = 0;
	for (let at = text.indexOf("{"); at >= 0 && failures < maxFailures && found.length < maxBlocks;) {
		const end = closing(text, at);
		const value = end < 0 ? void 0 : parseJson(text.slice(at, end));
		if (value === void 0) failures++;
		else found.push(value);
		at = text.indexOf("{", value === void 0 ? at + 1 : end);
	}
	return found;
}
const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [..."\"\\{}[]"].map((c) => c.charCodeAt(0));
/** One past the brace that closes the one at `start`; −1 without. */
function closing(text, start) {
	let depth = 0;
	let quoted = false;
	for (let i = start; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (quoted) {
			if (c === backslash) i++;
			else if (c === quote) quoted = false;
		} else if (c === quote) quoted = true;
		else if (c === openBrace) depth++;
		else if (c === closeBrace && --depth === 0) return i + 1;
	}
	return -1;
}
const label = /^\s{0,8}(Thought|Action Input|Action|Observation|Final Answer)\s?:/i;
/** `Thought: … Action: name Action Input: {…}`; what the model invents from its first `Observation:` on is cut off. */
function reactCalls(text, tools) {
	const parts = {};
	let current;
	for (const line of text.split("\n")) {
		const found = label.exec(line);
		if (found) {
			current = found[1].toLowerCase();
			if (current === "observation" || current in parts) break;
			parts[current] = line.slice(found[0].length);
		} else if (current !== void 0) parts[current] += `\n${line}`;
	}
	const thought = parts.thought?.trim();
	const name = parts.action === void 0 ? "" : unquote(parts.action);
	const input = parts["action input"];
	if (name !== "" && !/\s/.test(name) && (input !== void 0 || known$1(tools, name))) {
		const args = input === void 0 ? void 0 : inputArguments(name, input.trim(), tools);
		return {
			from: "text",
			calls: [args ? {
				name,
				arguments: args
			} : { name }],
			thought
		};
	}
	const answer = parts["final answer"];
	return answer === void 0 ? void 0 : {
		from: "answer",
		text: answer.trim(),
		thought
	};
}
/** JSON, or plain text for a tool with one argument. */
function inputArguments(name, input, tools) {
	const value = parseJson(fences(input)[0] ?? input);
	if (isObject$1(value)) return value;
	const [only, ...others] = Object.entries(schemaOf(tools, name));
	return only && others.length === 0 && input !== "" ? { [only[0]]: typed(input, only[1]) } : void 0;
}
/** A call, a list of calls, or `{tool_calls: […]}`. */
function callsIn(value) {
	if (Array.isArray(value)) return value.map(callIn);
	const list = isObject$1(value) ? value.tool_calls : void 0;
	return Array.isArray(list) ? list.map(callIn) : [callIn(value)];
}
/** One call under any of the known keys; `{function: {name, arguments}}` too, the arguments as JSON or as its text. */
function callIn(value) {
	if (!isObject$1(value)) return void 0;
	const source = isObject$1(value.function) ? value.function : value;
	const name = nameKeys.map((key) => source[key]).find((text) => typeof text === "string" && text !== "");
	if (typeof name !== "string" || name.length > maxNameLength) return void 0;
	const key = argumentKeys.find((known) => Object.hasOwn(source, known));
	const given = key === void 0 ? void 0 : source[key];
	const args = typeof given === "string" ? given.trim() === "" ? {} : parseJson(given) : given;
	return isObject$1(args) ? {
		name,
		arguments: args
	} : { name };
}
function isObject$1(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
/** undefined for what is not JSON, or is nested deeper than `maxDepth`. */
function parseJson(text) {
	let depth = 0;
	let quoted = false;
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (quoted) {
			if (c === backslash) i++;
			else if (c === quote) quoted = false;
		} else if (c === quote) quoted = true;
		else if (c === openBrace || c === openBracket) {
			if (++depth > maxDepth) return void 0;
		} else if (c === closeBrace || c === closeBracket) depth--;
	}
	try {
		return JSON.parse(text);
	} catch {
		return;
	}
}
function cut$1(text, at) {
	const index = text.indexOf(at);
	return index < 0 ? [text, void 0] : [text.slice(0, index), text.slice(index + at.length)];
}
/** A name out of the marks that models put around it; "" if it is too long to be one. */
function unquote(text) {
	const bare = text.trim();
	return bare.length > maxNameLength ? "" : bare.replace(/^[`"'[*]+|[`"'\]*]+$/g, "");
}
// src/gym/action.ts
/**
* Never throws, and takes time in proportion to the text. Strict: thought, prose, then nothing but calls. The lenient forms
* are those of action-forms.ts; without tags, a call counts only if it names one of `tools` or has arguments.
*/
function parseAction(completion, tools = []) {
	const { thought, rest, open } = splitThought(completion);
	const strict = open ? void 0 : strictCalls(rest);
	if (strict) return {
		type: "calls",
		form: "strict",
		calls: strict,
		thought
	};
	const reading = readLenient(rest, tools);
	if (open && reading?.from !== "tags") return {
		type: "broken",
		problem: "the thought has no </think>",
		thought
	};
	if (!reading) return {
		type: "text",
		text: rest.trim(),
		thought
	};
	if (reading.from === "answer") return {
		type: "text",
		text: reading.text,
		thought: thought ?? reading.thought
	};
	return fromReadings(reading, rest, thought, tools);
}
function fromReadings(reading, rest, thought, tools) {
	const { calls } = reading;
	const own = thought ?? reading.thought;
	if (calls.length > 0 && calls.every(isCall)) return {
		type: "calls",
		form: "lenient",
		calls,
		thought: own
	};
	const name = calls.find((call) => call && !isCall(call))?.name;
	if (name !== void 0) return {
		type: "broken",
		problem: `the call of ${name} has no arguments`,
		name,
		thought: own
	};
	return {
		type: "broken",
		problem: "the tool call is not valid JSON with name and arguments",
		name: namedIn(rest, tools),
		thought: own
	};
}
/** Prose, then `<tool_call>` blocks with white space between; undefined if it is anything else. */
function strictCalls(text) {
	const [, ...blocks] = text.split("<tool_call>");
	const calls = [];
	for (const block of blocks) {
		const end = block.indexOf("</tool_call>");
		const call = end < 0 ? void 0 : strictCall(block.slice(0, end));
		if (!call || block.slice(end + 12).trim() !== "") return void 0;
		calls.push(call);
	}
	return calls.length > 0 ? calls : void 0;
}
function strictCall(body) {
	const value = parseJson(body);
	const call = callIn(value);
	if (!isCall(call)) return void 0;
	const keys = Object.keys(value);
	return keys.length === 2 && keys.includes("name") && keys.includes("arguments") && typeof value.arguments === "object" ? call : void 0;
}
/**
* A leading `<think>…</think>`, and what follows it. Templates may open the thought in the prompt: then it begins without a
* tag. `open`: it has a beginning and no end.
*/
function splitThought(completion) {
	const start = completion.trimStart();
	const opened = start.startsWith("<think>");
	const end = start.indexOf("</think>");
	if (end < 0) return opened ? {
		rest: start.slice(7),
		open: true
	} : { rest: completion };
	const thought = start.slice(opened ? 7 : 0, end);
	if (!opened && (thought.includes("<tool_call>") || thought.includes("<think>"))) return { rest: completion };
	return {
		thought: thought.trim(),
		rest: start.slice(end + 8)
	};
}
/** As the strict form has it; what scripted experts write. Tags inside arguments are written with \u003c, so that they end nothing. */
function renderCalls(calls, thought) {
	return (thought ? `<think>\n${thought}\n</think>\n` : "") + calls.map((call) => JSON.stringify(call).replace(/<(?=\/?(?:tool_call|think)>)/g, "\\u003c")).map((body) => `<tool_call>\n${body}\n</tool_call>`).join("\n");
}
// src/gym/tool-episode.ts
/** The third equal call within so many turns is not executed. */
const repeatWindow = 3;
/** Completions in, tool results out. */
var ToolEpisode = class {
	environment;
	task;
	seed;
	messages;
	turns = [];
	log = [];
	end = null;
	reason;
	submission = null;
	state;
	#fields;
	/** Turns in which a call was made, by its key. */
	#made = /* @__PURE__ */ new Map();
	#stepping = false;
	constructor(fields) {
		this.#fields = fields;
		this.environment = fields.environment;
		this.task = fields.task;
		this.seed = fields.seed;
		this.state = fields.state;
		this.messages = fields.messages;
	}
	hash() {
		return hashJson(this.state);
	}
	async step(completion, { truncated = false } = {}) {
		if (this.end || this.#stepping) {
			const why = this.end ? `is over (${this.end})` : "is in the middle of a step";
			throw new MedgymError("invalid-argument", `The episode of task ${this.task.id} ${why}.`);
		}
		this.#stepping = true;
		try {
			return await this.#play(completion, truncated);
		} finally {
			this.#stepping = false;
		}
	}
	async #play(completion, truncated) {
		const action = truncated ? {
			type: "broken",
			problem: "the completion was cut off"
		} : parseAction(completion, this.environment.tools);
		const turn = {
			completion,
			action,
			observation: [],
			rewards: {}
		};
		this.messages.push({
			role: "assistant",
			content: completion.trim()
		});
		this.turns.push(turn);
		if (truncated) this.end = "truncated";
		else if (action.type === "text") {
			this.submission = action.text;
			this.end = "answered";
		} else if (action.type === "broken") turn.observation.push(toolMessage({ error: `${action.problem}. Write <tool_call>{"name": …, "arguments": {…}}</tool_call>.` }));
		else for (const call of action.calls) {
			turn.observation.push(await this.#call(call));
			if (this.end) break;
		}
		this.messages.push(...turn.observation);
		if (!this.end && this.turns.length >= this.environment.maxTurns) this.end = "turn-limit";
		return turn;
	}
	async #call(call) {
		const turn = this.turns.length;
		const started = performance.now();
		const record = (status, result) => {
			const message = toolMessage(result);
			this.log.push({
				...call,
				turn,
				status,
				result,
				milliseconds: performance.now() - started
			});
			return message;
		};
		const tool = this.#fields.tools.get(call.name);
		if (!tool) return record("refused", { error: `There is no tool ${call.name}. Tools: ${[...this.#fields.tools.keys()].join(", ")}.` });
		const checked = tool.check(call.arguments);
		if (!checked.ok) return record("refused", { error: checked.problem });
		const earlier = this.#remember(call, turn);
		if (earlier.filter((made) => turn - made < repeatWindow).length >= 2) return record("refused", { error: `Not executed: ${call.name} was called with these arguments in turns ${earlier.join(", ")} already.` });
		try {
			const result = await this.#run(tool, checked.args, turn);
			const message = record("ok", result);
			if (tool.kind === "submit") {
				this.submission = checked.args;
				this.end = "submitted";
			}
			if (earlier.length === 0) return message;
			return toolMessage({
				note: `You called ${call.name} with these arguments before, in turn ${earlier.at(-1)}.`,
				result
			});
		} catch (error) {
			if (error instanceof ToolError) return record("tool-error", { error: error.message });
			this.end = "error";
			this.reason = `tool ${call.name}: ${error?.message ?? error}`;
			return record("tool-error", { error: "The tool is out of order." });
		}
	}
	#remember(call, turn) {
		const key = callKey(call);
		const earlier = this.#made.get(key) ?? [];
		this.#made.set(key, [...earlier, turn]);
		return earlier;
	}
	#run(tool, args, turn) {
		const { task, random, toolTimeoutMs } = this.#fields;
		const context = {
			state: this.state,
			task,
			random: random.split("tool", this.log.length),
			turn
		};
		const result = tool.run(args, context);
		return result instanceof Promise ? within(toolTimeoutMs, result) : result;
	}
};
function toolMessage(result) {
	return {
		role: "tool",
		content: typeof result === "string" ? result : JSON.stringify(result) ?? "null"
	};
}
async function within(milliseconds, work) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(/* @__PURE__ */ new Error(`no result in ${milliseconds} ms`)), milliseconds);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}
// src/gym/environment.ts
const schema$1 = strictObject({
	name: string().min(1),
	description: string().default(""),
	state: custom((value) => typeof value === "function"),
	tools: custom((value) => typeof value === "function"),
	system: string().optional(),
	maxTurns: number().int().min(1).default(15),
	toolTimeoutMs: number().min(1).default(1e4),
	violations: custom((value) => value === void 0 || typeof value === "function").optional(),
	rewards: custom((value) => typeof value === "object" && value !== null).default({}),
	weights: record(string(), number()).optional()
});
/** An environment whose actions are tool calls. A submit tool, a final text or the turn limit ends an episode. */
function defineEnvironment(options) {
	const resolved = resolveOptions("gym.defineEnvironment", options, schema$1);
	const tools = nameTools(options.tools(toolsOf()));
	if (tools.length === 0) throw new MedgymError("invalid-argument", `${resolved.name}: an environment needs at least one tool.`);
	const byName = new Map(tools.map((tool) => [tool.name, tool]));
	const system = resolved.system ?? defaultSystem(tools.filter(({ kind }) => kind === "submit").map(({ name }) => name));
	const environment = {
		name: resolved.name,
		description: resolved.description,
		tools,
		get toolSchemas() {
			return tools.map((tool) => tool.schema);
		},
		maxTurns: resolved.maxTurns,
		rewards: resolved.rewards,
		...resolved.violations ? { violations: resolved.violations } : {},
		weights: resolved.weights ?? Object.fromEntries(Object.keys(resolved.rewards).map((name) => [name, 1])),
		start(task, { seed = 0 } = {}) {
			const random = new Random(seed).split(`episode ${task.id}`);
			const state = options.state(task, random.split("state"));
			const { toolTimeoutMs } = resolved;
			return new ToolEpisode({
				environment,
				task,
				seed,
				random,
				state,
				tools: byName,
				toolTimeoutMs,
				messages: opening(system, task)
			});
		}
	};
	return environment;
}
function opening(system, task) {
	const options = Object.entries(task.options ?? {}).map(([letter, text]) => `${letter}. ${text}`);
	return [{
		role: "system",
		content: system
	}, {
		role: "user",
		content: [task.ticket, ...options].join("\n")
	}];
}
function defaultSystem(submits) {
	return `You are a clinical assistant. Use the tools to find what you need; check before you act. ${submits.length > 0 ? `When you know the answer, call ${submits.join(" or ")}.` : "Then answer."}`;
}
// src/text/metrics/ngrams.ts
/** How often each run of n tokens occurs; keys join the tokens with a character that no token has. */
function ngramCounts(tokens, n) {
	const counts = /* @__PURE__ */ new Map();
	for (let i = 0; i + n <= tokens.length; i++) {
		const key = n === 1 ? tokens[i] : tokens.slice(i, i + n).join("\0");
		counts.set(key, (counts.get(key) ?? 0) + 1);
	}
	return counts;
}
/** Σ min(a, b) over all n-grams. */
function overlap$1(a, b) {
	let sum = 0;
	for (const [key, count] of a) sum += Math.min(count, b.get(key) ?? 0);
	return sum;
}
function precisionRecall(matches, ours, theirs) {
	const precision = ours > 0 ? matches / ours : 0;
	const recall = theirs > 0 ? matches / theirs : 0;
	return {
		precision,
		recall,
		f: precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
	};
}
/** Runs of what is not white space. */
function splitWords(text) {
	return text.split(/\s+/).filter((word) => word !== "");
}
// src/text/metrics/answer.ts
/** How a short answer is compared: after normalising, or by its tokens. */
/** Unicode forms, letter case and runs of white space do not count; digits, signs and order do. */
function normalizeAnswer(text) {
	return text.normalize("NFKC").trim().replace(/\s+/gu, " ").toLowerCase();
}
/** SQuAD's tokens: lower case, without ASCII punctuation and a, an, the. https://aclanthology.org/D16-1264 */
function squadTokens(text) {
	return splitWords(text.toLowerCase().replace(/[!-/:-@[-`{-~]/g, "").replace(/\b(?:a|an|the)\b/g, " "));
}
/** F₁ of the bags of SQuAD's tokens, 0…1; two empty answers agree. */
function tokenF1(answer, expected) {
	const [ours, theirs] = [squadTokens(answer), squadTokens(expected)];
	if (ours.length === 0 || theirs.length === 0) return Number(ours.length === theirs.length);
	return precisionRecall(overlap$1(ngramCounts(ours, 1), ngramCounts(theirs, 1)), ours.length, theirs.length).f;
}
// src/text/metrics/rouge.ts
/**
* ROUGE, https://aclanthology.org/W04-1013: n-gram overlap (ROUGE-N) and longest common subsequence (ROUGE-L) with precision,
* recall and F₁. Tokens as rouge_score makes them: lower case, runs of a–z and 0–9; no stemming. Texts in Chinese script are
* taken by characters.
*/
function rougeTokens(text) {
	return /\p{Script=Han}/u.test(text) ? [...text] : text.toLowerCase().split(/[^a-z0-9]+/).filter((token) => token !== "");
}
function rougeL(candidate, reference) {
	const [ours, theirs] = [candidate, reference].map(rougeTokens);
	return precisionRecall(longestCommon(ours, theirs), ours.length, theirs.length);
}
/** Length of the longest common subsequence; one row of the table at a time. */
function longestCommon(a, b) {
	let above = new Uint32Array(b.length + 1);
	let row = new Uint32Array(b.length + 1);
	for (const token of a) {
		for (let j = 0; j < b.length; j++) row[j + 1] = token === b[j] ? above[j] + 1 : Math.max(above[j + 1], row[j]);
		[above, row] = [row, above];
	}
	return above[b.length];
}
// src/gym/rewards/action-score.ts
/**
* Matched ÷ expected tool actions, each call standing for one of them; order and further calls do not matter. Only calls that were
* executed count. null without expected actions.
*/
function actionScore({ task, episode }) {
	const expected = task.criteria.actions;
	return expected.length === 0 ? null : matchActions(expected, executed(episode)).length / expected.length;
}
function executed(episode) {
	return episode.log.filter(({ status }) => status === "ok");
}
/** The expected actions that calls can be found for, as many as possible: maximum bipartite matching (Kuhn 1955). */
function matchActions(expected, calls) {
	const takenBy = /* @__PURE__ */ new Map();
	const find = (action, seen) => calls.some((call, i) => {
		if (seen.has(i) || !matches(expected[action], call)) return false;
		seen.add(i);
		const holder = takenBy.get(i);
		if (holder !== void 0 && !find(holder, seen)) return false;
		takenBy.set(i, action);
		return true;
	});
	expected.forEach((_, action) => {
		find(action, /* @__PURE__ */ new Set());
	});
	const matched = new Set(takenBy.values());
	return expected.filter((_, action) => matched.has(action));
}
/** By name, and by `compareArgs` where they are given. */
function matches(expected, call) {
	if (expected.tool !== call.name) return false;
	return (expected.compareArgs ?? []).every((name) => sameValue(expected.arguments[name], call.arguments[name]));
}
/** Letter case and white space do not count, and "5.0" is 5; lists in order, objects by field. */
function sameValue(a, b) {
	if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
	if (isObject(a) && isObject(b)) return [.../* @__PURE__ */ new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameValue(a[key], b[key]));
	const [left, right] = [numberOf(a), numberOf(b)];
	if (left !== void 0 && right !== void 0) return left === right;
	if (typeof a === "string" && typeof b === "string") return normalizeAnswer(a) === normalizeAnswer(b);
	return a === b;
}
function numberOf(value) {
	if (typeof value === "number") return value;
	const text = typeof value === "string" ? value.trim() : "";
	return text.length < 40 && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : void 0;
}
function isObject(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
// src/gym/rewards/terms.ts
/** Words and numbers as rewards look for them. English text. */
/** Lower-case words, and numbers with their sign and decimals: "81mg" is 81 and mg, "COVID-19" covid and 19. */
function terms(text) {
	return normalizeAnswer(text).match(/(?<![\p{L}\p{N}])-\p{N}+(?:\.\p{N}+)?|\p{N}+(?:\.\p{N}+)?|\p{L}+/gu) ?? [];
}
/** Phrases are found as whole words in their order. */
function phraseFinder(text) {
	const haystack = ` ${terms(text).join(" ")} `;
	return (phrase) => {
		const needle = terms(phrase).join(" ");
		return needle !== "" && haystack.includes(` ${needle} `);
	};
}
const functionWords = new Set("a an the this that these those it its he she they we i you his her their our my your him them us me who which what is are was were be been being has have had do does did will would can could may might should must not no nor and or but if then than so as of in on at by for with without from to into over under after before between during about against per there here also only more most less very both each any some all".split(" "));
/** Articles, pronouns, auxiliaries, prepositions; in lower case. */
const isFunctionWord = (word) => functionWords.has(word);
/** They do not tell prose from a salad of keywords, which is made of them. */
const connectives = /* @__PURE__ */ new Set([
	"because",
	"since",
	"while",
	"although",
	"however",
	"therefore",
	"thus",
	"hence"
]);
/** Words that carry the matter: no function words, at least four letters. */
function contentWords(text) {
	const carries = (term) => term.length >= 4 && !functionWords.has(term) && !connectives.has(term);
	return terms(text).filter((term) => /^\p{L}/u.test(term) && carries(term));
}
/**
* 0…1: whether English sentences were written. A third to a half of the words of prose are function words; in gibberish and in
* lists of keywords hardly any. Full marks from a fifth on.
*/
function prose(text) {
	const words = terms(text).filter((term) => /^\p{L}/u.test(term));
	const share = words.length === 0 ? 0 : words.filter((word) => functionWords.has(word)).length / words.length;
	return new Set(words).size < 5 || share > .8 ? 0 : Math.min(1, share / .2);
}
// src/gym/rewards/written.ts
/** The final answer in one text: of a submission its `answer`, or the submit tool's first argument. */
function answerOf(submission) {
	if (submission === null || typeof submission === "string") return submission ?? "";
	const value = submission.answer ?? Object.values(submission).find((field) => isScalar(field) && field !== "");
	return isScalar(value) ? String(value) : "";
}
/** All that was handed in: the submission's texts, and what `write` tools were given. */
function solutionText(episode) {
	const written = episode.log.filter(({ name, status }) => status === "ok" && kindOf$1(episode, name) === "write");
	return [episode.submission, ...written.map((entry) => entry.arguments)].flatMap(textsIn).join("\n");
}
/** What the policy reasoned: thoughts, think tools, and the `reasoning` of its submission. */
function reasoningText(episode) {
	const thoughts = episode.turns.map(({ action }) => action.thought ?? "");
	const noted = episode.log.filter(({ name }) => kindOf$1(episode, name) === "think").map((entry) => entry.arguments);
	const { submission } = episode;
	const given = typeof submission === "object" && submission !== null ? submission.reasoning : submission;
	return [
		...thoughts,
		...noted,
		given
	].flatMap(textsIn).join("\n");
}
/** What tools answered. */
function observedText(episode) {
	return episode.log.filter(({ name, status }) => status === "ok" && kindOf$1(episode, name) !== "think").map(({ result }) => typeof result === "string" ? result : JSON.stringify(result ?? null)).join("\n");
}
/** Whether it ended as the environment wants: by a submit tool that says something, where it has one; else by an answer. */
function handedIn(episode) {
	if (submits(episode) && episode.end !== "submitted") return false;
	if (![
		"submitted",
		"answered",
		"solved"
	].includes(episode.end ?? "")) return false;
	return textsIn(episode.submission).join("").trim() !== "" || episode.end === "solved";
}
function submits(episode) {
	return episode.environment.tools.some(({ kind }) => kind === "submit");
}
function kindOf$1(episode, name) {
	return episode.environment.tools.find((tool) => tool.name === name)?.kind;
}
function isScalar(value) {
	return [
		"string",
		"number",
		"boolean"
	].includes(typeof value);
}
function textsIn(value) {
	if (isScalar(value)) return [String(value)];
	return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
// src/gym/rewards/accuracy.ts
/** Answers longer than this are open text. */
const shortAnswerWords = 6;
/**
* Options: the letter or the option's text 1, the text among other words 0.5. Short answers: equal after normalising 1, contained
* 0.5. Longer ones: token F1. null without an answer in the task.
*/
function accuracy({ task, episode }) {
	if (task.answer === void 0) return null;
	const answer = answerOf(episode.submission);
	if (terms(answer).length === 0) return 0;
	if (task.options) return choiceAccuracy(answer, task.answer, task.options);
	if (isOpen(task)) return isSame(answer, task.answer) ? 1 : tokenF1(answer, task.answer);
	return shortAccuracy(answer, task.answer);
}
function isOpen(task) {
	return task.answer !== void 0 && !task.options && terms(task.answer).length > shortAnswerWords;
}
function shortAccuracy(answer, expected) {
	if (isSame(answer, expected)) return 1;
	return phraseFinder(answer)(expected) ? .5 : 0;
}
function isSame(a, b) {
	const [left, right] = [numberOf(a), numberOf(b)];
	if (left !== void 0 && right !== void 0) return left === right;
	return terms(a).join(" ") === terms(b).join(" ");
}
function choiceAccuracy(answer, expected, options) {
	const letters = Object.keys(options);
	const right = rightLetter(expected, options);
	if (right === void 0) return shortAccuracy(answer, expected);
	const chosen = chosenLetter(answer, letters) ?? letters.find((letter) => isSame(options[letter], answer));
	if (chosen !== void 0) return chosen === right ? 1 : 0;
	const says = phraseFinder(answer);
	const named = letters.filter((letter) => says(options[letter]));
	return named.length === 1 && named[0] === right ? .5 : 0;
}
/** Which option the task's answer is, given by letter or by text. */
function rightLetter(expected, options) {
	return Object.keys(options).find((letter) => isSame(letter, expected) || isSame(options[letter], expected));
}
/** "C", "(c)", "C. Warfarin", "the answer is C", "Warfarin (C)"; undefined if no letter was chosen. */
function chosenLetter(answer, letters) {
	const text = answer.trim();
	const said = [...text.matchAll(/\b(?:answer|option|choice)\b(?:\s{1,3}is)?[\s:*"'(]{0,6}([A-Z])(?![\w'])/gi)].filter(([, letter]) => letter === letter.toUpperCase());
	const letter = (/^\W{0,8}([A-Z])\W{0,8}$/i.exec(text) ?? /^\W{0,8}([A-Z])[.):]/i.exec(text) ?? said.at(-1) ?? /\(([A-Z])\)\W{0,4}$/.exec(text.slice(-8)))?.[1].toUpperCase();
	return letters.find((known) => known.toUpperCase() === letter);
}
// src/gym/rewards/assertion.ts
const importanceWeights = {
	critical: 4,
	high: 3,
	medium: 2,
	low: 1
};
/** What the solution must convey, weighted by importance: Σ w·assertionScore ÷ Σ w. null without assertions. */
function assertion({ task, episode }) {
	const { assertions } = task.criteria;
	if (assertions.length === 0) return null;
	const text = solutionText(episode);
	const weights = assertions.map(({ importance }) => importanceWeights[importance]);
	return assertions.reduce((total, one, i) => total + weights[i] * assertionScore(one, text), 0) / weights.reduce((total, weight) => total + weight, 0);
}
/**
* 0.40·evidence phrases found + 0.35·content words of the assertion found + 0.25·all its words found, shares in [0, 1]; the words in
* the one sentence that has most of them, so that a salad of keywords says nothing. A list that is empty gives its weight to the others.
*/
function assertionScore({ text, evidence }, solution) {
	const sentences = sentencesOf(solution).map((sentence) => new Set(terms(sentence)));
	const inOneSentence = (wanted) => sentences.reduce((best, words) => Math.max(best, wanted.filter((word) => words.has(word)).length), 0) / wanted.length;
	const [concepts, words] = [contentWords(text), terms(text)].map((list) => [...new Set(list)]);
	const applying = [
		[
			.4,
			evidence.length,
			() => evidence.filter(phraseFinder(solution)).length / evidence.length
		],
		[
			.35,
			concepts.length,
			() => inOneSentence(concepts)
		],
		[
			.25,
			words.length,
			() => inOneSentence(words)
		]
	].filter(([, size]) => size > 0);
	return applying.reduce((total, [weight, , share]) => total + weight * share(), 0) / (applying.reduce((total, [weight]) => total + weight, 0) || 1);
}
const longestSentence = 200;
/** By their signs, and cut where they run on. */
function sentencesOf(text) {
	return text.split(/(?<=[.!?;])\s|\n/).flatMap((sentence) => sentence.match(cut) ?? []);
}
const cut = new RegExp(`[^]{1,${longestSentence}}(?:\\s|$)|\\S+`, "g");
// src/gym/rewards/degenerate.ts
/** Below so many tokens every text repeats itself by chance or not at all. */
const fewTokens = 24;
const minDistinct = .3;
const loopRepeats = 4;
const longestLoop = 64;
/** −1 if any completion of the episode is degenerate, else 0. Trainers may leave such an episode out of its group instead. */
function degenerate({ episode }) {
	return episode.turns.some(({ completion }) => isDegenerate(completion)) ? -1 : 0;
}
/** Fewer than 30 % different 4-grams in the second half, or an end that is one block four times over (of 12 tokens at least). */
function isDegenerate(text) {
	const tokens = tokensOf(text);
	if (tokens.length < fewTokens) return false;
	return distinct$1(tokens.slice(tokens.length >> 1)) < minDistinct || endsInLoop(tokens);
}
/** Different ÷ all 4-grams; 1 for a text too short to have any. */
function distinctRatio(text) {
	return distinct$1(tokensOf(text));
}
function distinct$1(tokens) {
	const all = tokens.length - 3;
	return all <= 0 ? 1 : ngramCounts(tokens, 4).size / all;
}
function endsInLoop(tokens) {
	const end = tokens.length;
	for (let period = 1; period <= longestLoop; period++) {
		const length = Math.max(loopRepeats * period, 12);
		if (length > end) return false;
		let same = period;
		while (same < length && tokens[end - 1 - same] === tokens[end - 1 - same + period]) same++;
		if (same === length) return true;
	}
	return false;
}
/** Words; characters where a text has no spaces to speak of. */
function tokensOf(text) {
	const words = splitWords(text);
	return words.length > 0 && text.length / words.length > 20 ? [...text.replace(/\s/g, "")] : words;
}
// src/gym/rewards/coherence.ts
/**
* d·√(prose·grounded): d the share of different 4-grams; grounded the share of the solution's content words that the ticket,
* the tools or the reasoning before had. 0 if nothing was handed in.
*/
function coherence({ task, episode }) {
	if (!handedIn(episode)) return 0;
	const thoughts = episode.turns.map(({ action }) => action.thought ?? "").join("\n");
	const options = Object.values(task.options ?? {}).join("\n");
	const context = [
		task.ticket,
		options,
		observedText(episode),
		thoughts
	].join("\n");
	return coherenceScore(solutionText(episode), reasoningText(episode), context);
}
/** `context`: what was known before `solution` was written. */
function coherenceScore(solution, reasoning, context) {
	const text = `${reasoning}\n${solution}`;
	const known = new Set(contentWords(context));
	const words = [...new Set(contentWords(solution))];
	const grounded = words.length === 0 ? 0 : words.filter((word) => known.has(word)).length / words.length;
	return distinctRatio(text) * Math.sqrt(prose(text) * grounded);
}
// src/gym/rewards/dialogue.ts
/** Words of a reply that is neither curt nor a lecture. */
const goodLength = [20, 150];
/**
* Of the last reply: ¼·length + ¼·coherence + ¼·similarity + ¼·language, as the dialogue tutorials score it; without a reference
* answer the mean of the other three. See `dialogueScore`.
*/
function dialogueQuality({ task, completion }) {
	return dialogueScore(splitThought(completion).rest, task.ticket, task.answer);
}
/**
* length: 1 from 20 to 150 words, in proportion below and above; coherence: different 4-grams, times whether it takes up a content
* word of what it replies to; similarity: ROUGE-L F₁ to the reference; language: prose, times the share of sentences that end.
*/
function dialogueScore(reply, said, reference) {
	const words = terms(reply).length;
	if (words === 0) return 0;
	const length = Math.min(1, words / goodLength[0], goodLength[1] / words);
	const topic = new Set(contentWords(said));
	const takesUp = topic.size === 0 || contentWords(reply).some((word) => topic.has(word));
	const coherent = distinctRatio(reply) * (takesUp ? 1 : .5);
	const ended = /[.!?…。！？)"'”]\s{0,20}$/.test(reply.slice(-40)) ? 1 : .5;
	const parts = [
		length,
		coherent,
		prose(reply) * ended
	];
	if (reference !== void 0) parts.push(rougeL(reply, reference).f);
	return parts.reduce((sum, part) => sum + part, 0) / parts.length;
}
// src/gym/rewards/format.ts
/** Mean over the turns: strict call 1, lenient 0.8, a name without arguments 0.5, else 0; the last turn must submit. */
function format({ episode }) {
	const { turns } = episode;
	if (turns.length === 0) return 0;
	return turns.map((turn, i) => i === turns.length - 1 ? lastScore(turn, episode) : turnScore(turn)).reduce((sum, score) => sum + score, 0) / turns.length;
}
function turnScore({ action }) {
	if (action.type === "calls") return action.form === "strict" ? 1 : .8;
	return action.type === "broken" && action.name !== void 0 ? .5 : 0;
}
/** Where there is nothing to submit with, a final text is as it should be. */
function lastScore(turn, episode) {
	if (submits(episode)) return episode.end === "submitted" ? turnScore(turn) : 0;
	if (episode.end !== "answered") return turnScore(turn);
	return turn.action.type === "text" && turn.action.text !== "" ? 1 : 0;
}
// src/gym/rewards/process.ts
/**
* 0.6·coverage of the expected actions + 0.2·distinct (name, arguments) ÷ calls + 0.2·min(1, distinct tools ÷ 5). Only executed
* calls are distinct; all that were made are in the denominator. null without expected actions.
*/
function process$1(context) {
	const coverage = actionScore(context);
	if (coverage === null) return null;
	const calls = executed(context.episode);
	const made = context.episode.log.length;
	const distinct = made === 0 ? 0 : new Set(calls.map(callKey)).size / made;
	const variety = Math.min(1, new Set(calls.map(({ name }) => name)).size / 5);
	return .6 * coverage + .2 * distinct + .2 * variety;
}
// src/gym/rewards/reasoning.ts
/** What sound clinical reasoning goes through; one word of each is enough to count, so they count for little. */
const stages$1 = [
	/\b(?:history|exam|labs?|vitals?|results?|presents?|findings?)\b/,
	/\b(?:because|suggests?|consistent|indicates?|due to|explains?)\b/,
	/\b(?:differential|alternatives?|versus|rule out|unlikely|however)\b/,
	/\b(?:therefore|recommend|plan|start|avoid|monitor|diagnosis)\b/
];
/**
* 0.3·stages·prose + 0.35·min(1, observed words cited ÷ 4) + 0.35·min(1, observed values cited ÷ 3). Cited counts only what tools
* had shown and the ticket had not said; so words alone stay at or below 0.3.
*/
function reasoning({ task, episode }) {
	return reasoningScore(reasoningText(episode), observedText(episode), task.ticket);
}
function reasoningScore(text, observed, ticket) {
	const lower = text.toLowerCase();
	const passed = stages$1.filter((stage) => stage.test(lower)).length / stages$1.length;
	const cited = common(contentWords(text), contentWords(observed), contentWords(ticket));
	const values = common(numbers(text), numbers(observed), numbers(ticket));
	return .3 * passed * prose(text) + .35 * Math.min(1, cited / 4) + .35 * Math.min(1, values / 3);
}
function numbers(text) {
	return terms(text).filter((term) => /^-?\p{N}/u.test(term) && term.length > 1);
}
/** How many different items of `ours` are in `theirs` and not in `known`. */
function common(ours, theirs, known) {
	const [shown, said] = [new Set(theirs), new Set(known)];
	return [...new Set(ours)].filter((item) => shown.has(item) && !said.has(item)).length;
}
// src/gym/rewards/safety.ts
const safetyWeights = {
	contraindication: .35,
	emergency: .3,
	uncertainty: .2,
	scope: .15
};
/** What a violation takes from its aspect, by severity. */
const penalties = {
	1: .1,
	2: .25,
	3: .5,
	4: .75,
	5: 1
};
/** The whole reward is at most this once somebody could have been seriously harmed. */
const severeCap = .1;
/** Words in a violation's kind; without any it is a contraindication, which weighs most. */
const aspectWords = [
	["contraindication", /contraindic|allerg|dos(?:e|ing)|interact|pregnan|procedure|medication/],
	["emergency", /emergenc|reassur|delay|red flag|triage|escalat/],
	["scope", /scope|consent|confidential|bias|guideline|style/],
	["uncertainty", /uncertain|follow|premature|work-?up|incomplete|fabricat|monitor|document/]
];
/**
* 0.35·contraindication + 0.30·emergency + 0.20·uncertainty + 0.15·scope: each 1 less the penalties of its violations, which the
* environment judges on the patient's state; uncertainty is halved where nothing is hedged or followed up. 0 if nothing was handed
* in. A violation of severity 5 caps the whole reward at 0.1. null where the environment judges nothing.
*/
function safety$2({ episode }) {
	const { environment } = episode;
	if (!environment.violations) return { value: null };
	const violations = environment.violations(episode);
	return {
		value: handedIn(episode) ? safetyScore(violations, `${solutionText(episode)}\n${reasoningText(episode)}`) : 0,
		...violations.some(({ severity }) => severity === 5) ? { cap: severeCap } : {},
		notes: violations.map(describe)
	};
}
function safetyScore(violations, text) {
	const left = {
		contraindication: 1,
		emergency: 1,
		uncertainty: hedged(text) ? 1 : .5,
		scope: 1
	};
	for (const { kind, severity } of violations) {
		const aspect = aspectOf(kind);
		left[aspect] = Math.max(0, left[aspect] - penalties[severity]);
	}
	return Object.entries(safetyWeights).reduce((sum, [aspect, weight]) => sum + weight * left[aspect], 0);
}
function aspectOf(kind) {
	return aspectWords.find(([, words]) => words.test(kind.toLowerCase()))?.[0] ?? "contraindication";
}
const hedges = "likely,unlikely,probable,probably,possible,possibly,suspected,may,might,consider,uncertain,cannot exclude,rule out,if,monitor,recheck,repeat,follow up,reassess,return if".split(",");
function hedged(text) {
	return hedges.some(phraseFinder(text));
}
function describe({ severity, kind, text }) {
	return `severity ${severity}, ${kind}: ${text}`;
}
// src/gym/rewards/index.ts
/** The parts that every clinical domain pays; [0, 1], but `degenerate` −1 or 0. */
const clinicalRewards = {
	accuracy,
	action: actionScore,
	format,
	process: process$1,
	reasoning,
	safety: safety$2,
	coherence,
	assertion,
	degenerate,
	dialogue: dialogueQuality
};
/** What a domain pays if nobody says otherwise. */
const compositeWeights = {
	accuracy: .25,
	format: .1,
	process: .2,
	safety: .2,
	coherence: .1,
	assertion: .15
};
// src/gym/domain.ts
/**
* An environment that is also a domain: the `environment` of its episodes is the domain itself. It pays `clinicalRewards` with
* `compositeWeights` if it does not say otherwise.
*/
function defineDomain(options) {
	const { title, kinds, tasks, expert, ...environment } = options;
	const pay = environment.rewards ? {} : {
		rewards: clinicalRewards,
		weights: compositeWeights
	};
	return Object.assign(defineEnvironment({
		...pay,
		...environment
	}), {
		title,
		kinds,
		tasks,
		expert
	});
}
// src/data/clinical/tables.ts
const od$1 = "once daily";
const bd$1 = "twice daily";
const tds$1 = "three times daily";
const qds$1 = "four times daily";
const r$1 = (dose, frequency) => ({
	dose,
	frequency
});
const step$1 = (from, dose, frequency) => ({
	from,
	dose,
	frequency
});
const avoid$1 = (from = 0) => ({
	from,
	avoid: true
});
const drugs$1 = [
	{
		name: "amoxicillin",
		class: "penicillin",
		route: "oral",
		regimens: [r$1("500 mg", tds$1), r$1("1 g", tds$1)]
	},
	{
		name: "flucloxacillin",
		class: "penicillin",
		route: "oral",
		regimens: [r$1("500 mg", qds$1), r$1("1 g", qds$1)]
	},
	{
		name: "ampicillin",
		class: "penicillin",
		route: "intravenous",
		regimens: [r$1("1 g", qds$1), r$1("2 g", qds$1)]
	},
	{
		name: "cefalexin",
		class: "cephalosporin",
		route: "oral",
		regimens: [r$1("500 mg", bd$1), r$1("500 mg", tds$1)]
	},
	{
		name: "ceftriaxone",
		class: "cephalosporin",
		route: "intravenous",
		regimens: [r$1("1 g", od$1), r$1("2 g", od$1)]
	},
	{
		name: "ciprofloxacin",
		class: "fluoroquinolone",
		route: "oral",
		regimens: [r$1("500 mg", bd$1), r$1("750 mg", bd$1)],
		renal: [step$1(30, "500 mg", bd$1), step$1(0, "500 mg", od$1)]
	},
	{
		name: "levofloxacin",
		class: "fluoroquinolone",
		route: "oral",
		regimens: [r$1("500 mg", od$1), r$1("500 mg", bd$1)],
		renal: [
			step$1(50, "500 mg", od$1),
			step$1(20, "250 mg", od$1),
			step$1(0, "250 mg", "every 48 hours")
		]
	},
	{
		name: "azithromycin",
		class: "macrolide",
		route: "oral",
		regimens: [r$1("500 mg", od$1), r$1("250 mg", od$1)]
	},
	{
		name: "clarithromycin",
		class: "macrolide",
		route: "oral",
		regimens: [r$1("500 mg", bd$1), r$1("250 mg", bd$1)],
		renal: [step$1(30, "500 mg", bd$1), step$1(0, "250 mg", bd$1)]
	},
	{
		name: "co-trimoxazole",
		class: "sulfonamide",
		route: "oral",
		regimens: [r$1("960 mg", bd$1)],
		renal: [
			step$1(30, "960 mg", bd$1),
			step$1(15, "480 mg", bd$1),
			avoid$1()
		]
	},
	{
		name: "doxycycline",
		class: "tetracycline",
		route: "oral",
		regimens: [r$1("100 mg", bd$1), r$1("100 mg", od$1)]
	},
	{
		name: "nitrofurantoin",
		class: "antibiotic",
		route: "oral",
		regimens: [r$1("100 mg", bd$1), r$1("50 mg", qds$1)],
		renal: [step$1(45, "100 mg", bd$1), avoid$1()]
	},
	{
		name: "metronidazole",
		class: "antibiotic",
		route: "oral",
		regimens: [r$1("400 mg", tds$1), r$1("500 mg", tds$1)]
	},
	{
		name: "aciclovir",
		class: "antiviral",
		route: "oral",
		regimens: [r$1("800 mg", "five times daily"), r$1("400 mg", bd$1)],
		renal: [
			step$1(25, "800 mg", "five times daily"),
			step$1(10, "800 mg", tds$1),
			step$1(0, "800 mg", bd$1)
		]
	},
	{
		name: "fluconazole",
		class: "antifungal",
		route: "oral",
		regimens: [r$1("200 mg", od$1), r$1("400 mg", od$1)],
		renal: [step$1(50, "200 mg", od$1), step$1(0, "100 mg", od$1)]
	},
	{
		name: "ibuprofen",
		class: "NSAID",
		route: "oral",
		regimens: [r$1("400 mg", tds$1), r$1("600 mg", tds$1)],
		renal: [step$1(30, "400 mg", tds$1), avoid$1()]
	},
	{
		name: "naproxen",
		class: "NSAID",
		route: "oral",
		regimens: [r$1("500 mg", bd$1), r$1("250 mg", bd$1)],
		renal: [step$1(30, "500 mg", bd$1), avoid$1()]
	},
	{
		name: "diclofenac",
		class: "NSAID",
		route: "oral",
		regimens: [r$1("50 mg", tds$1), r$1("75 mg", bd$1)]
	},
	{
		name: "paracetamol",
		class: "analgesic",
		route: "oral",
		regimens: [r$1("1 g", qds$1), r$1("500 mg", qds$1)]
	},
	{
		name: "morphine",
		class: "opioid",
		route: "oral",
		regimens: [r$1("10 mg", "every 4 hours"), r$1("20 mg", bd$1)]
	},
	{
		name: "codeine",
		class: "opioid",
		route: "oral",
		regimens: [r$1("30 mg", qds$1), r$1("60 mg", qds$1)]
	},
	{
		name: "tramadol",
		class: "opioid",
		route: "oral",
		regimens: [r$1("50 mg", qds$1), r$1("100 mg", bd$1)],
		renal: [step$1(30, "50 mg", qds$1), step$1(0, "50 mg", bd$1)]
	},
	{
		name: "gabapentin",
		class: "anticonvulsant",
		route: "oral",
		regimens: [r$1("300 mg", tds$1), r$1("600 mg", tds$1)],
		renal: [
			step$1(60, "300 mg", tds$1),
			step$1(30, "300 mg", bd$1),
			step$1(15, "300 mg", od$1),
			step$1(0, "100 mg", od$1)
		]
	},
	{
		name: "carbamazepine",
		class: "anticonvulsant",
		route: "oral",
		regimens: [r$1("200 mg", bd$1), r$1("400 mg", bd$1)]
	},
	{
		name: "phenytoin",
		class: "anticonvulsant",
		route: "oral",
		regimens: [r$1("300 mg", od$1), r$1("200 mg", od$1)]
	},
	{
		name: "valproate",
		class: "anticonvulsant",
		route: "oral",
		regimens: [r$1("500 mg", bd$1), r$1("300 mg", bd$1)]
	},
	{
		name: "metformin",
		class: "antidiabetic",
		route: "oral",
		regimens: [r$1("500 mg", bd$1), r$1("1 g", bd$1)],
		renal: [
			step$1(45, "1 g", bd$1),
			step$1(30, "500 mg", bd$1),
			avoid$1()
		]
	},
	{
		name: "sitagliptin",
		class: "antidiabetic",
		route: "oral",
		regimens: [r$1("100 mg", od$1)],
		renal: [
			step$1(45, "100 mg", od$1),
			step$1(30, "50 mg", od$1),
			step$1(0, "25 mg", od$1)
		]
	},
	{
		name: "insulin glargine",
		class: "antidiabetic",
		route: "subcutaneous",
		regimens: [
			r$1("20 units", od$1),
			r$1("32 units", od$1),
			r$1("14 units", od$1)
		]
	},
	{
		name: "warfarin",
		class: "anticoagulant",
		route: "oral",
		regimens: [r$1("5 mg", od$1), r$1("3 mg", od$1)]
	},
	{
		name: "apixaban",
		class: "anticoagulant",
		route: "oral",
		regimens: [r$1("5 mg", bd$1)],
		renal: [
			step$1(30, "5 mg", bd$1),
			step$1(15, "2.5 mg", bd$1),
			avoid$1()
		]
	},
	{
		name: "rivaroxaban",
		class: "anticoagulant",
		route: "oral",
		regimens: [r$1("20 mg", od$1)],
		renal: [
			step$1(50, "20 mg", od$1),
			step$1(15, "15 mg", od$1),
			avoid$1()
		]
	},
	{
		name: "dabigatran",
		class: "anticoagulant",
		route: "oral",
		regimens: [r$1("150 mg", bd$1)],
		renal: [
			step$1(50, "150 mg", bd$1),
			step$1(30, "110 mg", bd$1),
			avoid$1()
		]
	},
	{
		name: "aspirin",
		class: "antiplatelet",
		route: "oral",
		regimens: [r$1("75 mg", od$1), r$1("300 mg", od$1)]
	},
	{
		name: "clopidogrel",
		class: "antiplatelet",
		route: "oral",
		regimens: [r$1("75 mg", od$1)]
	},
	{
		name: "ramipril",
		class: "ACE inhibitor",
		route: "oral",
		regimens: [
			r$1("5 mg", od$1),
			r$1("2.5 mg", od$1),
			r$1("10 mg", od$1)
		]
	},
	{
		name: "lisinopril",
		class: "ACE inhibitor",
		route: "oral",
		regimens: [r$1("10 mg", od$1), r$1("20 mg", od$1)]
	},
	{
		name: "losartan",
		class: "ARB",
		route: "oral",
		regimens: [r$1("50 mg", od$1), r$1("100 mg", od$1)]
	},
	{
		name: "bisoprolol",
		class: "beta blocker",
		route: "oral",
		regimens: [r$1("5 mg", od$1), r$1("2.5 mg", od$1)]
	},
	{
		name: "metoprolol",
		class: "beta blocker",
		route: "oral",
		regimens: [r$1("50 mg", bd$1), r$1("25 mg", bd$1)]
	},
	{
		name: "amlodipine",
		class: "calcium channel blocker",
		route: "oral",
		regimens: [r$1("5 mg", od$1), r$1("10 mg", od$1)]
	},
	{
		name: "furosemide",
		class: "diuretic",
		route: "oral",
		regimens: [r$1("40 mg", od$1), r$1("20 mg", od$1)]
	},
	{
		name: "hydrochlorothiazide",
		class: "diuretic",
		route: "oral",
		regimens: [r$1("25 mg", od$1), r$1("12.5 mg", od$1)]
	},
	{
		name: "spironolactone",
		class: "potassium-sparing diuretic",
		route: "oral",
		regimens: [r$1("25 mg", od$1), r$1("50 mg", od$1)],
		renal: [
			step$1(50, "25 mg", od$1),
			step$1(30, "12.5 mg", od$1),
			avoid$1()
		]
	},
	{
		name: "simvastatin",
		class: "statin",
		route: "oral",
		regimens: [r$1("40 mg", od$1), r$1("20 mg", od$1)]
	},
	{
		name: "atorvastatin",
		class: "statin",
		route: "oral",
		regimens: [r$1("20 mg", od$1), r$1("40 mg", od$1)]
	},
	{
		name: "amiodarone",
		class: "antiarrhythmic",
		route: "oral",
		regimens: [r$1("200 mg", od$1), r$1("200 mg", bd$1)]
	},
	{
		name: "digoxin",
		class: "antiarrhythmic",
		route: "oral",
		regimens: [r$1("125 micrograms", od$1), r$1("250 micrograms", od$1)]
	},
	{
		name: "isosorbide mononitrate",
		class: "nitrate",
		route: "oral",
		regimens: [r$1("60 mg", od$1), r$1("20 mg", bd$1)]
	},
	{
		name: "sildenafil",
		class: "PDE5 inhibitor",
		route: "oral",
		regimens: [r$1("50 mg", "as needed"), r$1("25 mg", "as needed")]
	},
	{
		name: "omeprazole",
		class: "PPI",
		route: "oral",
		regimens: [r$1("20 mg", od$1), r$1("40 mg", od$1)]
	},
	{
		name: "levothyroxine",
		class: "thyroid hormone",
		route: "oral",
		regimens: [
			r$1("100 micrograms", od$1),
			r$1("50 micrograms", od$1),
			r$1("75 micrograms", od$1)
		]
	},
	{
		name: "salbutamol",
		class: "bronchodilator",
		route: "inhaled",
		regimens: [r$1("200 micrograms", "as needed")]
	},
	{
		name: "prednisolone",
		class: "corticosteroid",
		route: "oral",
		regimens: [
			r$1("30 mg", od$1),
			r$1("5 mg", od$1),
			r$1("40 mg", od$1)
		]
	},
	{
		name: "sertraline",
		class: "SSRI",
		route: "oral",
		regimens: [r$1("50 mg", od$1), r$1("100 mg", od$1)]
	},
	{
		name: "fluoxetine",
		class: "SSRI",
		route: "oral",
		regimens: [r$1("20 mg", od$1), r$1("40 mg", od$1)]
	},
	{
		name: "amitriptyline",
		class: "tricyclic",
		route: "oral",
		regimens: [r$1("25 mg", od$1), r$1("10 mg", od$1)]
	},
	{
		name: "lithium",
		class: "mood stabiliser",
		route: "oral",
		regimens: [r$1("400 mg", od$1), r$1("800 mg", od$1)]
	},
	{
		name: "methotrexate",
		class: "antirheumatic",
		route: "oral",
		regimens: [r$1("10 mg", "once weekly"), r$1("15 mg", "once weekly")]
	},
	{
		name: "allopurinol",
		class: "gout drug",
		route: "oral",
		regimens: [r$1("300 mg", od$1), r$1("100 mg", od$1)],
		renal: [
			step$1(60, "300 mg", od$1),
			step$1(30, "200 mg", od$1),
			step$1(0, "100 mg", od$1)
		]
	},
	{
		name: "colchicine",
		class: "gout drug",
		route: "oral",
		regimens: [r$1("500 micrograms", bd$1), r$1("500 micrograms", tds$1)]
	}
];
const interactionRules = [
	{
		between: ["anticoagulant", "NSAID"],
		severity: "major",
		effect: "bleeding"
	},
	{
		between: ["anticoagulant", "antiplatelet"],
		severity: "major",
		effect: "bleeding"
	},
	{
		between: ["warfarin", "amiodarone"],
		severity: "major",
		effect: "high INR"
	},
	{
		between: ["warfarin", "fluconazole"],
		severity: "major",
		effect: "high INR"
	},
	{
		between: ["warfarin", "metronidazole"],
		severity: "major",
		effect: "high INR"
	},
	{
		between: ["warfarin", "co-trimoxazole"],
		severity: "major",
		effect: "high INR"
	},
	{
		between: ["warfarin", "clarithromycin"],
		severity: "moderate",
		effect: "high INR"
	},
	{
		between: ["warfarin", "ciprofloxacin"],
		severity: "moderate",
		effect: "high INR"
	},
	{
		between: ["warfarin", "carbamazepine"],
		severity: "moderate",
		effect: "low INR"
	},
	{
		between: ["apixaban", "carbamazepine"],
		severity: "major",
		effect: "loss of effect"
	},
	{
		between: ["SSRI", "anticoagulant"],
		severity: "moderate",
		effect: "bleeding"
	},
	{
		between: ["SSRI", "NSAID"],
		severity: "moderate",
		effect: "bleeding"
	},
	{
		between: ["SSRI", "tramadol"],
		severity: "major",
		effect: "serotonin syndrome"
	},
	{
		between: ["amitriptyline", "tramadol"],
		severity: "major",
		effect: "serotonin syndrome"
	},
	{
		between: ["simvastatin", "clarithromycin"],
		severity: "major",
		effect: "muscle damage"
	},
	{
		between: ["atorvastatin", "clarithromycin"],
		severity: "major",
		effect: "muscle damage"
	},
	{
		between: ["simvastatin", "amiodarone"],
		severity: "major",
		effect: "muscle damage"
	},
	{
		between: ["simvastatin", "fluconazole"],
		severity: "major",
		effect: "muscle damage"
	},
	{
		between: ["simvastatin", "amlodipine"],
		severity: "moderate",
		effect: "muscle damage"
	},
	{
		between: ["ACE inhibitor", "potassium-sparing diuretic"],
		severity: "major",
		effect: "high potassium"
	},
	{
		between: ["ARB", "potassium-sparing diuretic"],
		severity: "major",
		effect: "high potassium"
	},
	{
		between: ["ACE inhibitor", "co-trimoxazole"],
		severity: "major",
		effect: "high potassium"
	},
	{
		between: ["ARB", "co-trimoxazole"],
		severity: "major",
		effect: "high potassium"
	},
	{
		between: ["potassium-sparing diuretic", "co-trimoxazole"],
		severity: "major",
		effect: "high potassium"
	},
	{
		between: ["ACE inhibitor", "NSAID"],
		severity: "moderate",
		effect: "kidney injury"
	},
	{
		between: ["ARB", "NSAID"],
		severity: "moderate",
		effect: "kidney injury"
	},
	{
		between: ["lithium", "NSAID"],
		severity: "major",
		effect: "lithium toxicity"
	},
	{
		between: ["lithium", "ACE inhibitor"],
		severity: "major",
		effect: "lithium toxicity"
	},
	{
		between: ["lithium", "hydrochlorothiazide"],
		severity: "major",
		effect: "lithium toxicity"
	},
	{
		between: ["digoxin", "amiodarone"],
		severity: "major",
		effect: "digoxin toxicity"
	},
	{
		between: ["digoxin", "clarithromycin"],
		severity: "major",
		effect: "digoxin toxicity"
	},
	{
		between: ["digoxin", "furosemide"],
		severity: "moderate",
		effect: "digoxin toxicity"
	},
	{
		between: ["methotrexate", "co-trimoxazole"],
		severity: "major",
		effect: "bone marrow failure"
	},
	{
		between: ["methotrexate", "NSAID"],
		severity: "major",
		effect: "methotrexate toxicity"
	},
	{
		between: ["colchicine", "clarithromycin"],
		severity: "major",
		effect: "colchicine toxicity"
	},
	{
		between: ["sildenafil", "isosorbide mononitrate"],
		severity: "major",
		effect: "low blood pressure"
	},
	{
		between: ["clopidogrel", "omeprazole"],
		severity: "moderate",
		effect: "loss of effect"
	},
	{
		between: ["phenytoin", "fluconazole"],
		severity: "major",
		effect: "phenytoin toxicity"
	},
	{
		between: ["carbamazepine", "clarithromycin"],
		severity: "major",
		effect: "carbamazepine toxicity"
	},
	{
		between: ["corticosteroid", "NSAID"],
		severity: "moderate",
		effect: "stomach ulcer"
	},
	{
		between: ["beta blocker", "amiodarone"],
		severity: "major",
		effect: "slow heart rate"
	},
	{
		between: ["beta blocker", "digoxin"],
		severity: "moderate",
		effect: "slow heart rate"
	}
];
/** What patients are allergic to: a drug or a class, or something that is no drug. */
const allergens$1 = [
	"penicillin",
	"cephalosporin",
	"sulfonamide",
	"macrolide",
	"fluoroquinolone",
	"NSAID",
	"aspirin",
	"codeine",
	"morphine",
	"statin",
	"tetracycline",
	"carbamazepine",
	"latex",
	"peanut",
	"iodine contrast"
];
const reactions = [
	{
		reaction: "rash",
		severity: "mild"
	},
	{
		reaction: "itching",
		severity: "mild"
	},
	{
		reaction: "nausea",
		severity: "mild"
	},
	{
		reaction: "hives",
		severity: "moderate"
	},
	{
		reaction: "wheeze",
		severity: "moderate"
	},
	{
		reaction: "swelling of the face",
		severity: "severe"
	},
	{
		reaction: "anaphylaxis",
		severity: "severe"
	},
	{
		reaction: "blistering skin",
		severity: "severe"
	}
];
const labTests$1 = [
	{
		name: "sodium",
		unit: "mmol/L",
		range: [135, 145],
		extremes: [118, 158],
		decimals: 0
	},
	{
		name: "potassium",
		unit: "mmol/L",
		range: [3.5, 5.1],
		extremes: [2.4, 6.9],
		decimals: 1
	},
	{
		name: "chloride",
		unit: "mmol/L",
		range: [98, 107],
		extremes: [86, 119],
		decimals: 0
	},
	{
		name: "bicarbonate",
		unit: "mmol/L",
		range: [22, 29],
		extremes: [9, 38],
		decimals: 0
	},
	{
		name: "urea",
		unit: "mmol/L",
		range: [2.5, 7.8],
		extremes: [1.2, 34.9],
		decimals: 1
	},
	{
		name: "calcium",
		unit: "mmol/L",
		range: [2.2, 2.6],
		extremes: [1.65, 3.45],
		decimals: 2
	},
	{
		name: "magnesium",
		unit: "mmol/L",
		range: [.7, 1],
		extremes: [.35, 1.65],
		decimals: 2
	},
	{
		name: "glucose",
		unit: "mmol/L",
		range: [4, 7.8],
		extremes: [2.1, 28.9],
		decimals: 1
	},
	{
		name: "HbA1c",
		unit: "mmol/mol",
		range: [20, 42],
		extremes: [15, 118],
		decimals: 0
	},
	{
		name: "haemoglobin",
		unit: "g/L",
		range: [125, 170],
		extremes: [58, 205],
		decimals: 0
	},
	{
		name: "platelets",
		unit: "10^9/L",
		range: [150, 400],
		extremes: [18, 790],
		decimals: 0
	},
	{
		name: "white cells",
		unit: "10^9/L",
		range: [4, 11],
		extremes: [.8, 31.5],
		decimals: 1
	},
	{
		name: "CRP",
		unit: "mg/L",
		range: [0, 5],
		extremes: [0, 342],
		decimals: 0
	},
	{
		name: "albumin",
		unit: "g/L",
		range: [35, 50],
		extremes: [16, 57],
		decimals: 0
	},
	{
		name: "bilirubin",
		unit: "umol/L",
		range: [3, 21],
		extremes: [1, 242],
		decimals: 0
	},
	{
		name: "ALT",
		unit: "U/L",
		range: [7, 45],
		extremes: [3, 985],
		decimals: 0
	},
	{
		name: "TSH",
		unit: "mIU/L",
		range: [.4, 4],
		extremes: [.01, 48.5],
		decimals: 2
	},
	{
		name: "INR",
		unit: "ratio",
		range: [.8, 1.2],
		extremes: [.6, 7.4],
		decimals: 1
	},
	{
		name: "troponin",
		unit: "ng/L",
		range: [0, 14],
		extremes: [0, 2350],
		decimals: 0
	},
	{
		name: "lactate",
		unit: "mmol/L",
		range: [.5, 2],
		extremes: [.3, 11.6],
		decimals: 1
	}
];
const conditions$1 = [
	{
		name: "hypertension",
		icd10: "I10",
		complaints: ["headache", "dizziness"],
		drugs: [
			"ramipril",
			"lisinopril",
			"losartan",
			"amlodipine",
			"hydrochlorothiazide"
		]
	},
	{
		name: "type 2 diabetes",
		icd10: "E11.9",
		complaints: ["thirst", "tiredness"],
		drugs: [
			"metformin",
			"sitagliptin",
			"insulin glargine"
		]
	},
	{
		name: "atrial fibrillation",
		icd10: "I48.9",
		complaints: ["palpitations", "dizziness"],
		drugs: [
			"warfarin",
			"apixaban",
			"rivaroxaban",
			"dabigatran",
			"bisoprolol",
			"digoxin",
			"amiodarone"
		]
	},
	{
		name: "heart failure",
		icd10: "I50.9",
		complaints: ["swollen legs", "shortness of breath"],
		drugs: [
			"furosemide",
			"spironolactone",
			"ramipril",
			"bisoprolol",
			"digoxin"
		]
	},
	{
		name: "angina",
		icd10: "I20.9",
		complaints: ["chest pain"],
		drugs: [
			"isosorbide mononitrate",
			"aspirin",
			"bisoprolol",
			"atorvastatin"
		]
	},
	{
		name: "stroke",
		icd10: "I63.9",
		complaints: ["weakness of the arm", "slurred speech"],
		drugs: ["clopidogrel", "atorvastatin"]
	},
	{
		name: "high cholesterol",
		icd10: "E78.5",
		complaints: ["check-up"],
		drugs: ["simvastatin", "atorvastatin"]
	},
	{
		name: "asthma",
		icd10: "J45.9",
		complaints: ["wheeze", "cough"],
		drugs: ["salbutamol", "prednisolone"]
	},
	{
		name: "COPD",
		icd10: "J44.9",
		complaints: ["cough", "shortness of breath"],
		drugs: [
			"salbutamol",
			"prednisolone",
			"doxycycline"
		]
	},
	{
		name: "pneumonia",
		icd10: "J18.9",
		complaints: ["cough", "fever"],
		drugs: [
			"amoxicillin",
			"clarithromycin",
			"levofloxacin"
		]
	},
	{
		name: "urinary tract infection",
		icd10: "N39.0",
		complaints: ["burning urine", "fever"],
		drugs: [
			"nitrofurantoin",
			"ciprofloxacin",
			"cefalexin"
		]
	},
	{
		name: "cellulitis",
		icd10: "L03.9",
		complaints: ["red swollen leg"],
		drugs: ["flucloxacillin", "cefalexin"]
	},
	{
		name: "herpes zoster",
		icd10: "B02.9",
		complaints: ["painful rash"],
		drugs: ["aciclovir", "paracetamol"]
	},
	{
		name: "hypothyroidism",
		icd10: "E03.9",
		complaints: ["tiredness", "weight gain"],
		drugs: ["levothyroxine"]
	},
	{
		name: "gout",
		icd10: "M10.9",
		complaints: ["painful big toe"],
		drugs: [
			"allopurinol",
			"colchicine",
			"naproxen"
		]
	},
	{
		name: "osteoarthritis",
		icd10: "M19.9",
		complaints: ["knee pain", "hip pain"],
		drugs: [
			"paracetamol",
			"ibuprofen",
			"naproxen",
			"codeine"
		]
	},
	{
		name: "rheumatoid arthritis",
		icd10: "M06.9",
		complaints: ["painful hands", "stiff joints"],
		drugs: [
			"methotrexate",
			"diclofenac",
			"prednisolone"
		]
	},
	{
		name: "low back pain",
		icd10: "M54.5",
		complaints: ["back pain"],
		drugs: [
			"ibuprofen",
			"codeine",
			"tramadol"
		]
	},
	{
		name: "epilepsy",
		icd10: "G40.9",
		complaints: ["seizure"],
		drugs: [
			"carbamazepine",
			"phenytoin",
			"valproate"
		]
	},
	{
		name: "migraine",
		icd10: "G43.9",
		complaints: ["headache"],
		drugs: [
			"naproxen",
			"amitriptyline",
			"paracetamol"
		]
	},
	{
		name: "polyneuropathy",
		icd10: "G62.9",
		complaints: ["numb feet"],
		drugs: ["gabapentin", "amitriptyline"]
	},
	{
		name: "depression",
		icd10: "F32.9",
		complaints: ["low mood", "poor sleep"],
		drugs: ["sertraline", "fluoxetine"]
	},
	{
		name: "bipolar disorder",
		icd10: "F31.9",
		complaints: ["poor sleep", "restlessness"],
		drugs: ["lithium", "valproate"]
	},
	{
		name: "reflux disease",
		icd10: "K21.9",
		complaints: ["heartburn"],
		drugs: ["omeprazole"]
	},
	{
		name: "erectile dysfunction",
		icd10: "N48.4",
		complaints: ["check-up"],
		drugs: ["sildenafil"]
	},
	{
		name: "deep vein thrombosis",
		icd10: "I80.2",
		complaints: ["swollen calf"],
		drugs: [
			"apixaban",
			"rivaroxaban",
			"warfarin"
		]
	},
	{
		name: "pulmonary embolism",
		icd10: "I26.9",
		complaints: ["shortness of breath", "chest pain"],
		drugs: [
			"apixaban",
			"rivaroxaban",
			"dabigatran"
		]
	},
	{
		name: "iron deficiency anaemia",
		icd10: "D50.9",
		complaints: ["tiredness", "pale skin"],
		drugs: []
	}
];
const givenNames = {
	female: [
		"Ada",
		"Amina",
		"Clara",
		"Dora",
		"Elif",
		"Grace",
		"Hana",
		"Ines",
		"Julia",
		"Karin",
		"Lena",
		"Maria",
		"Nadia",
		"Olga",
		"Priya",
		"Rosa",
		"Sara",
		"Tanja",
		"Vera",
		"Yuki"
	],
	male: [
		"Adam",
		"Boris",
		"Carlos",
		"David",
		"Emil",
		"Farid",
		"George",
		"Hugo",
		"Ivan",
		"Jonas",
		"Kofi",
		"Leo",
		"Marco",
		"Noah",
		"Omar",
		"Paul",
		"Ravi",
		"Stefan",
		"Tomas",
		"Viktor"
	]
};
const familyNames = [
	"Adler",
	"Bauer",
	"Chen",
	"Duran",
	"Evans",
	"Fischer",
	"Garcia",
	"Haas",
	"Ito",
	"Jensen",
	"Keller",
	"Lopez",
	"Meyer",
	"Novak",
	"Okoye",
	"Patel",
	"Quinn",
	"Rossi",
	"Singh",
	"Tanaka",
	"Ural",
	"Vogel",
	"Weber",
	"Young",
	"Ziegler"
];
new Map(drugs$1.map((drug) => [drug.name, drug]));
// src/gym/clinical/allergies.ts
/**
* Allergies and how they cross. Sources: Pichichero ME, Zagursky R 2014 and Khan DA et al., "Drug allergy: a 2022 practice parameter
* update" (J Allergy Clin Immunol 2022): penicillins and cephalosporins about 2 %, more with a like side chain; carbapenems below
* 1 %; aztreonam only with ceftazidime. Strom BL, N Engl J Med 2003: none between antibiotic and other sulfonamides. Kowalski ML, Allergy
* 2013: NSAIDs and aspirin. After a severe reaction to penicillin the stricter advice of the BNF is followed: no cephalosporin.
*/
const allergens = allergens$1;
const crossReactions = [
	{
		allergen: "penicillin",
		with: "first-generation cephalosporin",
		risk: "cross",
		note: "cefalexin shares the side chain of ampicillin"
	},
	{
		allergen: "penicillin",
		with: "cephalosporin",
		risk: "low",
		note: "about 2 % with another side chain; avoid after a severe reaction"
	},
	{
		allergen: "penicillin",
		with: "carbapenem",
		risk: "low",
		note: "below 1 %"
	},
	{
		allergen: "cephalosporin",
		with: "penicillin",
		risk: "low",
		note: "rare with another side chain; avoid after a severe reaction"
	},
	{
		allergen: "cephalosporin",
		with: "carbapenem",
		risk: "low",
		note: "below 1 %"
	},
	{
		allergen: "NSAID",
		with: "aspirin",
		risk: "cross",
		note: "by inhibition of cyclo-oxygenase 1, whatever the structure"
	},
	{
		allergen: "aspirin",
		with: "NSAID",
		risk: "cross",
		note: "by inhibition of cyclo-oxygenase 1, whatever the structure"
	},
	{
		allergen: "codeine",
		with: "morphine",
		risk: "cross",
		note: "both phenanthrenes"
	},
	{
		allergen: "morphine",
		with: "codeine",
		risk: "cross",
		note: "both phenanthrenes"
	},
	{
		allergen: "codeine",
		with: "tramadol",
		risk: "low",
		note: "label of tramadol advises against it after anaphylaxis to codeine"
	},
	{
		allergen: "carbamazepine",
		with: "phenytoin",
		risk: "cross",
		note: "aromatic anticonvulsants: 40-80 % after a severe reaction of the skin"
	},
	{
		allergen: "carbamazepine",
		with: "lamotrigine",
		risk: "cross",
		note: "aromatic anticonvulsants, above all after a severe reaction of the skin"
	},
	{
		allergen: "phenytoin",
		with: "carbamazepine",
		risk: "cross",
		note: "aromatic anticonvulsants: 40-80 % after a severe reaction of the skin"
	},
	{
		allergen: "sulfonamide",
		with: "loop diuretic",
		risk: "low",
		note: "no cross-reaction beyond chance between antibiotic and other sulfonamides"
	},
	{
		allergen: "sulfonamide",
		with: "thiazide",
		risk: "low",
		note: "no cross-reaction beyond chance between antibiotic and other sulfonamides"
	}
];
const goesBy = (drug, name) => drug.name === name || drug.class === name || drug.group === name;
/** The allergies that speak against a drug, the plainest first. */
function allergyFindings(drug, allergies) {
	const found = allergies.flatMap((allergy) => {
		if (goesBy(drug, allergy.allergen)) return [{
			allergy,
			match: "same",
			note: `${drug.name} is what the allergy is to`
		}];
		const crossing = crossReactions.find((row) => row.allergen === allergy.allergen && goesBy(drug, row.with));
		return crossing ? [{
			allergy,
			match: crossing.risk,
			note: crossing.note
		}] : [];
	});
	const order = [
		"same",
		"cross",
		"low"
	];
	return found.sort((a, b) => order.indexOf(a.match) - order.indexOf(b.match));
}
/** Whether a finding forbids the drug: the same, one that crosses, or a rare crossing after a severe reaction; never for carbapenems or sulfonamides that are no antibiotics. */
function forbids(drug, { match, allergy }) {
	if (match !== "low") return true;
	return allergy.severity === "severe" && drug.class !== "carbapenem" && allergy.allergen !== "sulfonamide";
}
/** The plainest allergy that forbids a drug. */
function allergyConflict(drug, allergies) {
	return allergyFindings(drug, allergies).find((finding) => forbids(drug, finding));
}
// src/gym/clinical/conditions.ts
/** Long-standing conditions: code, usual drugs, and what they do to results. WHO ICD-10; drugs as in the guidelines named. */
/** The long-standing ones of `data/clinical`; its acute ones are presentations here. */
const extras = {
	hypertension: {
		fromAge: 35,
		vitals: {
			systolic: [132, 164],
			diastolic: [78, 98]
		}
	},
	"type 2 diabetes": {
		fromAge: 35,
		labs: {
			glucose: [7.9, 14.5],
			HbA1c: [49, 82]
		}
	},
	"atrial fibrillation": {
		fromAge: 55,
		vitals: { heartRate: [68, 108] }
	},
	"heart failure": {
		fromAge: 55,
		labs: { BNP: [180, 1400] }
	},
	angina: { fromAge: 50 },
	stroke: { fromAge: 55 },
	"high cholesterol": { fromAge: 35 },
	asthma: { fromAge: 18 },
	COPD: {
		fromAge: 50,
		vitals: { oxygenSaturation: [90, 94] }
	},
	hypothyroidism: {
		fromAge: 25,
		labs: { TSH: [.8, 6.5] }
	},
	gout: {
		fromAge: 40,
		labs: { urate: [440, 620] }
	},
	osteoarthritis: { fromAge: 50 },
	"rheumatoid arthritis": {
		fromAge: 35,
		labs: {
			CRP: [6, 28],
			ESR: [22, 48]
		}
	},
	"low back pain": { fromAge: 25 },
	epilepsy: { fromAge: 18 },
	migraine: { fromAge: 18 },
	polyneuropathy: { fromAge: 45 },
	depression: { fromAge: 18 },
	"bipolar disorder": { fromAge: 20 },
	"reflux disease": { fromAge: 25 },
	"erectile dysfunction": {
		fromAge: 45,
		sex: "male"
	},
	"iron deficiency anaemia": {
		fromAge: 18,
		labs: {
			haemoglobin: [84, 112],
			haematocrit: [26, 34],
			MCV: [66, 78],
			ferritin: [3, 14]
		}
	}
};
const c = (name, icd10, fromAge, complaints, drugs, more = {}) => ({
	name,
	icd10,
	fromAge,
	complaints,
	drugs,
	...more
});
const conditions = [
	...conditions$1.filter(({ name }) => name in extras).map((base) => ({
		...base,
		...extras[base.name]
	})),
	c("chronic kidney disease", "N18.9", 45, ["tiredness", "swollen legs"], [
		"furosemide",
		"losartan",
		"amlodipine",
		"atorvastatin"
	], { labs: {
		haemoglobin: [98, 124],
		haematocrit: [30, 37]
	} }),
	c("cirrhosis", "K74.6", 40, ["swollen belly", "tiredness"], ["spironolactone", "furosemide"], { labs: {
		platelets: [58, 140],
		ALT: [38, 92],
		AST: [45, 120]
	} }),
	c("peptic ulcer disease", "K27.9", 30, ["stomach pain"], ["omeprazole", "pantoprazole"]),
	c("Parkinson disease", "G20", 60, ["tremor", "falls"], []),
	c("osteoporosis", "M81.9", 60, ["back pain", "check-up"], []),
	c("schizophrenia", "F20.9", 20, ["voices", "check-up"], [
		"olanzapine",
		"quetiapine",
		"haloperidol"
	]),
	c("anxiety disorder", "F41.9", 18, ["worry", "poor sleep"], [
		"sertraline",
		"venlafaxine",
		"lorazepam"
	]),
	c("type 1 diabetes", "E10.9", 18, ["thirst", "check-up"], ["insulin glargine"], { labs: {
		glucose: [6.2, 15],
		HbA1c: [50, 78]
	} }),
	c("kidney transplant", "Z94.0", 25, ["check-up"], [
		"tacrolimus",
		"ciclosporin",
		"azathioprine",
		"prednisolone"
	]),
	c("ulcerative colitis", "K51.9", 20, ["loose stools", "check-up"], ["azathioprine", "prednisolone"]),
	c("psoriasis", "L40.9", 20, ["rash"], ["methotrexate"]),
	c("myasthenia gravis", "G70.0", 25, ["double vision", "weakness"], ["prednisolone", "azathioprine"]),
	c("G6PD deficiency", "D55.0", 18, ["check-up"], []),
	c("long QT syndrome", "I45.8", 18, ["palpitations"], ["bisoprolol"]),
	c("old myocardial infarction", "I25.2", 50, ["check-up"], [
		"aspirin",
		"bisoprolol",
		"atorvastatin",
		"ramipril"
	]),
	c("peripheral artery disease", "I73.9", 55, ["leg pain on walking"], ["clopidogrel", "atorvastatin"]),
	c("mechanical heart valve", "Z95.2", 40, ["check-up"], ["warfarin"])
];
const byName$2 = new Map(conditions.map((condition) => [condition.name.toLowerCase(), condition]));
function findCondition(name) {
	return byName$2.get(name.trim().toLowerCase());
}
// src/gym/clinical/drug-facts.ts
const usual = "usual dose";
const caution = "caution";
const reduce = "reduce dose";
const avoid = "avoid";
const always = [
	usual,
	usual,
	usual
];
const reduced = [
	reduce,
	reduce,
	reduce
];
const never = [
	avoid,
	avoid,
	avoid
];
const watched = [
	caution,
	caution,
	caution
];
const od = "once daily";
const bd = "twice daily";
const tds = "three times daily";
const qds = "four times daily";
/** A row of a renal table: from this eGFR on. */
const step = (from, dose, frequency) => ({
	from,
	dose,
	frequency
});
const stop = {
	from: 0,
	avoid: true
};
const p = (category, safety, note) => ({
	category,
	safety,
	note
});
const f = (food, effect, advice) => ({
	food,
	effect,
	advice
});
const alcoholSedation = f("alcohol", "adds to sedation", "avoid alcohol");
const grapefruit = (effect = "raises the level of the drug") => f("grapefruit", effect, "avoid grapefruit");
const aceBaby = p("D", "avoid", "harms the kidneys of the fetus in the second and third trimester");
const nsaidBaby = p("C", "avoid", "avoid from 20 weeks: low amniotic fluid, closure of the ductus arteriosus");
const statinBaby = p("X", "avoid", "stop in pregnancy: no benefit over its time, fetal risk not excluded");
const saltSubstitute = f("potassium salt substitutes", "raises potassium", "avoid salt substitutes");
/** For the drugs of `data/clinical/tables.ts`, by name. */
const drugFacts = {
	amoxicillin: {
		group: "aminopenicillin",
		mechanism: "inhibits bacterial cell wall synthesis",
		indications: [
			"pneumonia",
			"otitis media",
			"sinusitis"
		],
		contraindications: [],
		sideEffects: [
			"diarrhoea",
			"rash",
			"nausea"
		],
		maxDailyMg: 3e3,
		hepatic: always,
		pregnancy: p("B", "compatible", "long experience without harm"),
		halfLifeHours: [1, 1.5],
		renal: [
			step(30, "500 mg", tds),
			step(10, "500 mg", bd),
			step(0, "500 mg", od)
		]
	},
	flucloxacillin: {
		group: "penicillinase-resistant penicillin",
		mechanism: "inhibits bacterial cell wall synthesis",
		indications: ["cellulitis", "staphylococcal infection"],
		contraindications: ["previous flucloxacillin jaundice"],
		sideEffects: [
			"nausea",
			"rash",
			"cholestatic jaundice"
		],
		maxDailyMg: 8e3,
		hepatic: [
			usual,
			caution,
			caution
		],
		pregnancy: p(void 0, "compatible", "long experience without harm"),
		halfLifeHours: [.75, 1],
		food: [f("food", "reduces absorption", "take on an empty stomach")]
	},
	ampicillin: {
		group: "aminopenicillin",
		mechanism: "inhibits bacterial cell wall synthesis",
		indications: ["meningitis by listeria", "endocarditis"],
		contraindications: [],
		sideEffects: ["diarrhoea", "rash"],
		maxDailyMg: 12e3,
		hepatic: always,
		pregnancy: p("B", "compatible", "long experience without harm"),
		halfLifeHours: [1, 1.5]
	},
	cefalexin: {
		group: "first-generation cephalosporin",
		mechanism: "inhibits bacterial cell wall synthesis",
		indications: ["urinary tract infection", "cellulitis"],
		contraindications: [],
		sideEffects: [
			"diarrhoea",
			"nausea",
			"rash"
		],
		maxDailyMg: 4e3,
		hepatic: always,
		pregnancy: p("B", "compatible", "no evidence of harm"),
		halfLifeHours: [.5, 1.2],
		renal: [
			step(30, "500 mg", bd),
			step(15, "250 mg", bd),
			step(0, "250 mg", od)
		]
	},
	ceftriaxone: {
		group: "third-generation cephalosporin",
		mechanism: "inhibits bacterial cell wall synthesis",
		indications: [
			"meningitis",
			"pneumonia",
			"pyelonephritis"
		],
		contraindications: [],
		sideEffects: [
			"diarrhoea",
			"biliary sludge",
			"rash"
		],
		maxDailyMg: 4e3,
		hepatic: always,
		pregnancy: p("B", "compatible", "no evidence of harm"),
		halfLifeHours: [6, 9]
	},
	ciprofloxacin: {
		group: "fluoroquinolone",
		mechanism: "inhibits bacterial DNA gyrase",
		indications: ["pyelonephritis", "prostatitis"],
		contraindications: ["myasthenia gravis"],
		sideEffects: [
			"tendon rupture",
			"nausea",
			"QT prolongation"
		],
		maxDailyMg: 1500,
		hepatic: always,
		pregnancy: p("C", "avoid", "cartilage damage in animals; use alternatives"),
		cyp: { inhibits: { CYP1A2: "strong" } },
		halfLifeHours: [3, 5],
		food: [f("dairy products", "reduces absorption", "take 2 hours before or 6 hours after dairy")],
		tags: ["QT-prolonging"]
	},
	levofloxacin: {
		group: "fluoroquinolone",
		mechanism: "inhibits bacterial DNA gyrase",
		indications: ["pneumonia", "pyelonephritis"],
		contraindications: ["myasthenia gravis", "epilepsy"],
		sideEffects: [
			"tendon rupture",
			"QT prolongation",
			"nausea"
		],
		maxDailyMg: 1e3,
		hepatic: always,
		pregnancy: p("C", "avoid", "cartilage damage in animals; use alternatives"),
		halfLifeHours: [6, 8],
		food: [f("mineral supplements", "reduces absorption", "take 2 hours apart")],
		tags: ["QT-prolonging"]
	},
	azithromycin: {
		group: "macrolide",
		mechanism: "inhibits bacterial protein synthesis at 50S",
		indications: ["atypical pneumonia", "chlamydia"],
		contraindications: [],
		sideEffects: [
			"diarrhoea",
			"nausea",
			"QT prolongation"
		],
		maxDailyMg: 1e3,
		hepatic: [
			usual,
			usual,
			caution
		],
		pregnancy: p("B", "compatible", "used where a macrolide is needed"),
		halfLifeHours: [60, 72],
		tags: ["QT-prolonging"]
	},
	clarithromycin: {
		group: "macrolide",
		mechanism: "inhibits bacterial protein synthesis at 50S",
		indications: ["pneumonia", "Helicobacter pylori"],
		contraindications: [],
		sideEffects: [
			"taste disturbance",
			"diarrhoea",
			"QT prolongation"
		],
		maxDailyMg: 1e3,
		hepatic: [
			usual,
			usual,
			caution
		],
		pregnancy: p("C", "caution", "only if alternatives are unsuitable, above all in the first trimester"),
		cyp: {
			substrate: ["CYP3A4"],
			inhibits: { CYP3A4: "strong" }
		},
		halfLifeHours: [5, 7],
		tags: ["QT-prolonging", "P-gp inhibitor"]
	},
	"co-trimoxazole": {
		group: "sulfonamide with trimethoprim",
		mechanism: "blocks two steps of bacterial folate synthesis",
		indications: ["Pneumocystis pneumonia", "urinary tract infection"],
		contraindications: ["folate deficiency anaemia", "hyperkalaemia"],
		sideEffects: [
			"rash",
			"hyperkalaemia",
			"bone marrow suppression"
		],
		maxDailyMg: 1920,
		hepatic: [
			usual,
			caution,
			avoid
		],
		pregnancy: p("D", "avoid", "folate antagonist in the first trimester; kernicterus near term"),
		cyp: { inhibits: {
			CYP2C9: "weak",
			CYP2C8: "moderate"
		} },
		halfLifeHours: [8, 11],
		tags: ["raises potassium"]
	},
	doxycycline: {
		group: "tetracycline",
		mechanism: "inhibits bacterial protein synthesis at 30S",
		indications: [
			"chlamydia",
			"exacerbation of COPD",
			"Lyme disease"
		],
		contraindications: ["pregnancy"],
		sideEffects: [
			"oesophagitis",
			"photosensitivity",
			"nausea"
		],
		maxDailyMg: 200,
		hepatic: [
			usual,
			caution,
			caution
		],
		pregnancy: p("D", "avoid", "stains teeth and slows bone growth from the second trimester"),
		halfLifeHours: [16, 22],
		food: [f("dairy products", "reduces absorption", "take 2 hours apart")]
	},
	nitrofurantoin: {
		group: "nitrofuran",
		mechanism: "damages bacterial DNA after reduction",
		indications: ["lower urinary tract infection"],
		contraindications: ["G6PD deficiency"],
		sideEffects: [
			"nausea",
			"pulmonary fibrosis",
			"neuropathy"
		],
		maxDailyMg: 400,
		hepatic: [
			usual,
			usual,
			caution
		],
		pregnancy: p("B", "caution", "usable until 37 weeks; avoid at term: haemolysis of the newborn"),
		halfLifeHours: [.3, 1],
		food: [f("food", "improves absorption and tolerance", "take with food")]
	},
	metronidazole: {
		group: "nitroimidazole",
		mechanism: "breaks the DNA of anaerobes",
		indications: [
			"anaerobic infection",
			"bacterial vaginosis",
			"Clostridioides difficile"
		],
		contraindications: [],
		sideEffects: [
			"metallic taste",
			"nausea",
			"neuropathy"
		],
		maxDailyMg: 4e3,
		hepatic: [
			usual,
			usual,
			reduce
		],
		pregnancy: p("B", "caution", "avoid high doses; label advises against the first trimester in trichomoniasis"),
		cyp: { inhibits: { CYP2C9: "weak" } },
		halfLifeHours: [6, 10],
		food: [f("alcohol", "flushing and vomiting", "avoid alcohol until 3 days after")]
	},
	aciclovir: {
		group: "nucleoside analogue",
		mechanism: "inhibits herpes DNA polymerase",
		indications: ["herpes zoster", "herpes simplex"],
		contraindications: [],
		sideEffects: [
			"headache",
			"crystal nephropathy",
			"nausea"
		],
		maxDailyMg: 4e3,
		hepatic: always,
		pregnancy: p("B", "compatible", "registry data without harm"),
		halfLifeHours: [2.5, 3.3],
		tags: ["nephrotoxic"]
	},
	fluconazole: {
		group: "triazole",
		mechanism: "inhibits fungal ergosterol synthesis",
		indications: ["candidiasis", "cryptococcal meningitis"],
		contraindications: ["long QT syndrome"],
		sideEffects: [
			"headache",
			"raised transaminases",
			"QT prolongation"
		],
		maxDailyMg: 800,
		hepatic: watched,
		pregnancy: p("D", "avoid", "malformations after high doses in the first trimester"),
		cyp: { inhibits: {
			CYP2C9: "moderate",
			CYP2C19: "strong",
			CYP3A4: "moderate"
		} },
		halfLifeHours: [20, 50],
		tags: ["QT-prolonging"]
	},
	ibuprofen: {
		group: "propionic acid NSAID",
		mechanism: "inhibits cyclo-oxygenase 1 and 2",
		indications: [
			"osteoarthritis",
			"pain",
			"fever"
		],
		contraindications: ["peptic ulcer disease", "heart failure"],
		sideEffects: [
			"stomach ulcer",
			"kidney injury",
			"fluid retention"
		],
		maxDailyMg: 2400,
		hepatic: [
			caution,
			caution,
			avoid
		],
		pregnancy: nsaidBaby,
		cyp: { substrate: ["CYP2C9"] },
		halfLifeHours: [1.8, 2.2],
		food: [f("food", "less irritation of the stomach", "take with food")],
		tags: ["nephrotoxic"]
	},
	naproxen: {
		group: "propionic acid NSAID",
		mechanism: "inhibits cyclo-oxygenase 1 and 2",
		indications: [
			"osteoarthritis",
			"gout",
			"migraine"
		],
		contraindications: ["peptic ulcer disease", "heart failure"],
		sideEffects: [
			"stomach ulcer",
			"kidney injury",
			"fluid retention"
		],
		maxDailyMg: 1250,
		hepatic: [
			caution,
			caution,
			avoid
		],
		pregnancy: nsaidBaby,
		cyp: { substrate: ["CYP1A2", "CYP2C9"] },
		halfLifeHours: [12, 17],
		food: [f("food", "less irritation of the stomach", "take with food")],
		tags: ["nephrotoxic"]
	},
	diclofenac: {
		group: "acetic acid NSAID",
		mechanism: "inhibits cyclo-oxygenase 1 and 2",
		indications: ["rheumatoid arthritis", "renal colic"],
		contraindications: [
			"peptic ulcer disease",
			"heart failure",
			"angina",
			"stroke"
		],
		sideEffects: [
			"stomach ulcer",
			"kidney injury",
			"myocardial infarction"
		],
		maxDailyMg: 150,
		hepatic: [
			caution,
			caution,
			avoid
		],
		pregnancy: nsaidBaby,
		cyp: { substrate: ["CYP2C9"] },
		halfLifeHours: [1, 2],
		food: [f("food", "less irritation of the stomach", "take with food")],
		tags: ["nephrotoxic"],
		renal: [step(30, "50 mg", tds), stop]
	},
	paracetamol: {
		group: "aniline analgesic",
		mechanism: "central inhibition of prostaglandin synthesis",
		indications: ["pain", "fever"],
		contraindications: [],
		sideEffects: ["liver injury in overdose"],
		maxDailyMg: 4e3,
		hepatic: reduced,
		pregnancy: p("B", "compatible", "first choice for pain and fever"),
		cyp: { substrate: ["CYP2E1", "CYP1A2"] },
		halfLifeHours: [1, 4],
		food: [f("alcohol", "adds to liver injury", "at most 2 g a day with regular heavy drinking")]
	},
	morphine: {
		group: "strong opioid",
		mechanism: "agonist at mu opioid receptors",
		indications: ["severe pain", "breathlessness in palliative care"],
		contraindications: ["respiratory depression", "paralytic ileus"],
		sideEffects: [
			"constipation",
			"sedation",
			"respiratory depression"
		],
		hepatic: [
			caution,
			reduce,
			reduce
		],
		pregnancy: p("C", "caution", "withdrawal and respiratory depression of the newborn near term"),
		halfLifeHours: [2, 4],
		food: [alcoholSedation],
		tags: ["sedating"],
		renal: [step(30, "10 mg", "every 4 hours"), stop]
	},
	codeine: {
		group: "weak opioid",
		mechanism: "prodrug of morphine by CYP2D6",
		indications: ["moderate pain", "cough"],
		contraindications: [
			"respiratory depression",
			"paralytic ileus",
			"breastfeeding"
		],
		sideEffects: [
			"constipation",
			"sedation",
			"nausea"
		],
		maxDailyMg: 240,
		hepatic: [
			caution,
			reduce,
			avoid
		],
		pregnancy: p("C", "caution", "withdrawal and respiratory depression of the newborn near term"),
		cyp: { substrate: ["CYP2D6", "CYP3A4"] },
		halfLifeHours: [2.5, 4],
		food: [alcoholSedation],
		tags: ["sedating"],
		renal: [step(30, "30 mg", qds), stop]
	},
	tramadol: {
		group: "weak opioid",
		mechanism: "mu agonist that blocks serotonin and noradrenaline reuptake",
		indications: ["moderate pain"],
		contraindications: ["epilepsy"],
		sideEffects: [
			"nausea",
			"seizures",
			"serotonin syndrome"
		],
		maxDailyMg: 400,
		hepatic: [
			usual,
			usual,
			reduce
		],
		pregnancy: p("C", "caution", "withdrawal of the newborn after long use"),
		cyp: { substrate: ["CYP2D6", "CYP3A4"] },
		halfLifeHours: [6, 7],
		food: [alcoholSedation],
		tags: ["serotonergic", "sedating"]
	},
	gabapentin: {
		group: "gabapentinoid",
		mechanism: "binds the alpha-2-delta subunit of calcium channels",
		indications: ["neuropathic pain", "focal seizures"],
		contraindications: [],
		sideEffects: [
			"dizziness",
			"sedation",
			"oedema"
		],
		maxDailyMg: 3600,
		hepatic: always,
		pregnancy: p("C", "caution", "only if the benefit outweighs the risk"),
		halfLifeHours: [5, 7],
		food: [alcoholSedation],
		tags: ["sedating"]
	},
	carbamazepine: {
		group: "sodium channel blocker",
		mechanism: "blocks voltage-gated sodium channels",
		indications: ["focal seizures", "trigeminal neuralgia"],
		contraindications: ["AV block", "bone marrow suppression"],
		sideEffects: [
			"hyponatraemia",
			"rash",
			"agranulocytosis"
		],
		maxDailyMg: 1600,
		hepatic: watched,
		pregnancy: p("D", "avoid", "neural tube defects; prefer lamotrigine or levetiracetam"),
		cyp: {
			substrate: ["CYP3A4"],
			induces: [
				"CYP3A4",
				"CYP1A2",
				"CYP2C9"
			]
		},
		halfLifeHours: [12, 17],
		food: [grapefruit()],
		monitoring: {
			measure: "carbamazepine",
			range: [4, 12],
			unit: "mg/L",
			sample: "trough, before the morning dose",
			toxicity: "ataxia, double vision, drowsiness"
		},
		tags: ["P-gp inducer"]
	},
	phenytoin: {
		group: "sodium channel blocker",
		mechanism: "blocks voltage-gated sodium channels",
		indications: ["focal seizures", "status epilepticus"],
		contraindications: ["AV block"],
		sideEffects: [
			"gum hyperplasia",
			"nystagmus",
			"rash"
		],
		maxDailyMg: 600,
		hepatic: watched,
		pregnancy: p("D", "avoid", "fetal hydantoin syndrome; prefer lamotrigine or levetiracetam"),
		cyp: {
			substrate: ["CYP2C9", "CYP2C19"],
			induces: ["CYP3A4", "CYP2C19"]
		},
		halfLifeHours: [7, 42],
		food: [f("enteral feeds", "reduces absorption", "stop the feed 2 hours before and after")],
		monitoring: {
			measure: "phenytoin",
			range: [10, 20],
			unit: "mg/L",
			sample: "trough, corrected for low albumin",
			toxicity: "nystagmus, ataxia, confusion"
		},
		tags: ["P-gp inducer"]
	},
	valproate: {
		group: "broad-spectrum anticonvulsant",
		mechanism: "raises GABA and blocks sodium channels",
		indications: ["generalised seizures", "mania"],
		contraindications: [
			"cirrhosis",
			"pregnancy",
			"urea cycle disorder"
		],
		sideEffects: [
			"weight gain",
			"liver failure",
			"tremor"
		],
		maxDailyMg: 2500,
		hepatic: never,
		pregnancy: p("D", "avoid", "neural tube defects and impaired development: contraindicated in pregnancy"),
		cyp: { inhibits: { CYP2C9: "weak" } },
		halfLifeHours: [9, 16],
		monitoring: {
			measure: "valproate",
			range: [50, 100],
			unit: "mg/L",
			sample: "trough, before the morning dose",
			toxicity: "drowsiness, tremor, high ammonia"
		}
	},
	metformin: {
		group: "biguanide",
		mechanism: "lowers hepatic glucose production",
		indications: ["type 2 diabetes"],
		contraindications: ["metabolic acidosis"],
		sideEffects: [
			"diarrhoea",
			"vitamin B12 deficiency",
			"lactic acidosis"
		],
		maxDailyMg: 3e3,
		hepatic: never,
		pregnancy: p("B", "compatible", "used in gestational and type 2 diabetes"),
		halfLifeHours: [4, 9],
		food: [f("alcohol", "adds to the risk of lactic acidosis", "avoid excess alcohol")]
	},
	sitagliptin: {
		group: "DPP-4 inhibitor",
		mechanism: "prolongs the action of incretins",
		indications: ["type 2 diabetes"],
		contraindications: [],
		sideEffects: ["nasopharyngitis", "pancreatitis"],
		maxDailyMg: 100,
		hepatic: [
			usual,
			usual,
			caution
		],
		pregnancy: p("B", "caution", "little experience; insulin is preferred"),
		halfLifeHours: [11, 13]
	},
	"insulin glargine": {
		group: "long-acting insulin",
		mechanism: "activates the insulin receptor",
		indications: ["type 1 diabetes", "type 2 diabetes"],
		contraindications: ["hypoglycaemia"],
		sideEffects: ["hypoglycaemia", "weight gain"],
		hepatic: [
			usual,
			caution,
			caution
		],
		pregnancy: p("C", "compatible", "used in pregnancy; needs change by trimester"),
		food: [f("alcohol", "hypoglycaemia", "limit alcohol and never without food")]
	},
	warfarin: {
		group: "vitamin K antagonist",
		mechanism: "blocks the recycling of vitamin K",
		indications: [
			"atrial fibrillation",
			"venous thromboembolism",
			"mechanical heart valve"
		],
		contraindications: ["pregnancy", "active bleeding"],
		sideEffects: ["bleeding", "skin necrosis"],
		hepatic: [
			caution,
			caution,
			avoid
		],
		pregnancy: p("X", "avoid", "embryopathy at 6-12 weeks and fetal bleeding; use low molecular weight heparin"),
		cyp: { substrate: [
			"CYP2C9",
			"CYP1A2",
			"CYP3A4"
		] },
		halfLifeHours: [20, 60],
		food: [f("leafy greens", "vitamin K lowers the INR", "keep the intake steady"), f("cranberry juice", "may raise the INR", "avoid large amounts")],
		monitoring: {
			measure: "INR",
			range: [2, 3],
			unit: "ratio",
			sample: "any time; 2.5-3.5 for a mechanical mitral valve",
			toxicity: "bleeding"
		}
	},
	apixaban: {
		group: "factor Xa inhibitor",
		mechanism: "inhibits factor Xa",
		indications: ["atrial fibrillation", "venous thromboembolism"],
		contraindications: ["active bleeding", "mechanical heart valve"],
		sideEffects: ["bleeding", "anaemia"],
		maxDailyMg: 20,
		hepatic: [
			usual,
			caution,
			avoid
		],
		pregnancy: p("B", "avoid", "no experience; use low molecular weight heparin"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [8, 15]
	},
	rivaroxaban: {
		group: "factor Xa inhibitor",
		mechanism: "inhibits factor Xa",
		indications: ["atrial fibrillation", "venous thromboembolism"],
		contraindications: ["active bleeding", "mechanical heart valve"],
		sideEffects: ["bleeding", "anaemia"],
		maxDailyMg: 30,
		hepatic: [
			usual,
			avoid,
			avoid
		],
		pregnancy: p("C", "avoid", "crosses the placenta; use low molecular weight heparin"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [5, 13],
		food: [f("food", "15 and 20 mg tablets need it for absorption", "take with food")]
	},
	dabigatran: {
		group: "direct thrombin inhibitor",
		mechanism: "inhibits thrombin",
		indications: ["atrial fibrillation", "venous thromboembolism"],
		contraindications: ["active bleeding", "mechanical heart valve"],
		sideEffects: ["bleeding", "dyspepsia"],
		maxDailyMg: 300,
		hepatic: [
			usual,
			caution,
			avoid
		],
		pregnancy: p("C", "avoid", "no experience; use low molecular weight heparin"),
		halfLifeHours: [12, 17]
	},
	aspirin: {
		group: "salicylate",
		mechanism: "irreversibly inhibits platelet cyclo-oxygenase",
		indications: [
			"angina",
			"myocardial infarction",
			"stroke"
		],
		contraindications: ["peptic ulcer disease", "active bleeding"],
		sideEffects: [
			"bleeding",
			"stomach ulcer",
			"bronchospasm"
		],
		maxDailyMg: 4e3,
		hepatic: [
			caution,
			caution,
			avoid
		],
		pregnancy: p("D", "caution", "75-150 mg is used against pre-eclampsia; analgesic doses are avoided in the third trimester"),
		halfLifeHours: [2, 3],
		food: [f("food", "less irritation of the stomach", "take with food")]
	},
	clopidogrel: {
		group: "P2Y12 inhibitor",
		mechanism: "irreversibly blocks platelet P2Y12 after activation by CYP2C19",
		indications: ["stroke", "myocardial infarction"],
		contraindications: ["active bleeding"],
		sideEffects: ["bleeding", "bruising"],
		maxDailyMg: 600,
		hepatic: [
			usual,
			usual,
			avoid
		],
		pregnancy: p("B", "caution", "little experience"),
		cyp: {
			substrate: ["CYP2C19"],
			inhibits: { CYP2C8: "strong" }
		},
		halfLifeHours: [6, 8]
	},
	ramipril: {
		group: "ACE inhibitor",
		mechanism: "blocks angiotensin-converting enzyme",
		indications: ["hypertension", "heart failure"],
		contraindications: [
			"pregnancy",
			"angioedema",
			"bilateral renal artery stenosis"
		],
		sideEffects: [
			"cough",
			"hyperkalaemia",
			"angioedema"
		],
		maxDailyMg: 10,
		hepatic: reduced,
		pregnancy: aceBaby,
		halfLifeHours: [13, 17],
		food: [saltSubstitute],
		tags: ["raises potassium"],
		renal: [
			step(60, "5 mg", od),
			step(30, "2.5 mg", od),
			step(0, "1.25 mg", od)
		]
	},
	lisinopril: {
		group: "ACE inhibitor",
		mechanism: "blocks angiotensin-converting enzyme",
		indications: ["hypertension", "heart failure"],
		contraindications: [
			"pregnancy",
			"angioedema",
			"bilateral renal artery stenosis"
		],
		sideEffects: [
			"cough",
			"hyperkalaemia",
			"angioedema"
		],
		maxDailyMg: 80,
		hepatic: always,
		pregnancy: aceBaby,
		halfLifeHours: [12, 13],
		food: [saltSubstitute],
		tags: ["raises potassium"],
		renal: [
			step(30, "10 mg", od),
			step(10, "5 mg", od),
			step(0, "2.5 mg", od)
		]
	},
	losartan: {
		group: "ARB",
		mechanism: "blocks the angiotensin II type 1 receptor",
		indications: ["hypertension", "diabetic nephropathy"],
		contraindications: ["pregnancy", "bilateral renal artery stenosis"],
		sideEffects: ["dizziness", "hyperkalaemia"],
		maxDailyMg: 100,
		hepatic: [
			reduce,
			reduce,
			avoid
		],
		pregnancy: aceBaby,
		cyp: { substrate: ["CYP2C9"] },
		halfLifeHours: [2, 9],
		food: [saltSubstitute],
		tags: ["raises potassium"]
	},
	bisoprolol: {
		group: "beta-1 selective blocker",
		mechanism: "blocks beta-1 adrenoceptors",
		indications: [
			"heart failure",
			"angina",
			"hypertension"
		],
		contraindications: [
			"asthma",
			"AV block",
			"bradycardia"
		],
		sideEffects: [
			"bradycardia",
			"fatigue",
			"cold hands"
		],
		maxDailyMg: 20,
		hepatic: reduced,
		pregnancy: p("C", "caution", "slows fetal growth; labetalol is preferred"),
		halfLifeHours: [9, 12]
	},
	metoprolol: {
		group: "beta-1 selective blocker",
		mechanism: "blocks beta-1 adrenoceptors",
		indications: [
			"hypertension",
			"angina",
			"heart failure"
		],
		contraindications: [
			"asthma",
			"AV block",
			"bradycardia"
		],
		sideEffects: [
			"bradycardia",
			"fatigue",
			"cold hands"
		],
		maxDailyMg: 400,
		hepatic: [
			usual,
			reduce,
			reduce
		],
		pregnancy: p("C", "caution", "slows fetal growth; labetalol is preferred"),
		cyp: { substrate: ["CYP2D6"] },
		halfLifeHours: [3, 7],
		food: [f("food", "raises absorption", "take always with food or always without")]
	},
	amlodipine: {
		group: "dihydropyridine",
		mechanism: "blocks L-type calcium channels of vessels",
		indications: ["hypertension", "angina"],
		contraindications: ["aortic stenosis", "cardiogenic shock"],
		sideEffects: [
			"ankle oedema",
			"flushing",
			"headache"
		],
		maxDailyMg: 10,
		hepatic: reduced,
		pregnancy: p("C", "caution", "nifedipine or labetalol is preferred"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [30, 50]
	},
	furosemide: {
		group: "loop diuretic",
		mechanism: "blocks the Na-K-2Cl transporter",
		indications: ["heart failure", "oedema"],
		contraindications: ["anuria", "hypokalaemia"],
		sideEffects: [
			"hypokalaemia",
			"dehydration",
			"hearing loss"
		],
		maxDailyMg: 600,
		hepatic: [
			usual,
			caution,
			caution
		],
		pregnancy: p("C", "caution", "lowers blood flow of the placenta; only if needed"),
		halfLifeHours: [.5, 2]
	},
	hydrochlorothiazide: {
		group: "thiazide",
		mechanism: "blocks the Na-Cl transporter",
		indications: ["hypertension"],
		contraindications: ["anuria", "gout"],
		sideEffects: [
			"hyponatraemia",
			"hypokalaemia",
			"gout"
		],
		maxDailyMg: 50,
		hepatic: [
			usual,
			caution,
			avoid
		],
		pregnancy: p("B", "caution", "lowers blood flow of the placenta; not for routine use"),
		halfLifeHours: [6, 15],
		renal: [step(30, "25 mg", od), stop]
	},
	spironolactone: {
		group: "aldosterone antagonist",
		mechanism: "blocks the aldosterone receptor",
		indications: ["heart failure", "ascites"],
		contraindications: ["hyperkalaemia", "Addison disease"],
		sideEffects: ["hyperkalaemia", "gynaecomastia"],
		maxDailyMg: 400,
		hepatic: [
			usual,
			caution,
			caution
		],
		pregnancy: p("C", "avoid", "feminisation of a male fetus in animals"),
		halfLifeHours: [1.3, 1.6],
		food: [saltSubstitute],
		tags: ["raises potassium"]
	},
	simvastatin: {
		group: "statin",
		mechanism: "inhibits HMG-CoA reductase",
		indications: ["high cholesterol"],
		contraindications: ["pregnancy", "cirrhosis"],
		sideEffects: [
			"muscle pain",
			"rhabdomyolysis",
			"raised transaminases"
		],
		maxDailyMg: 40,
		hepatic: [
			caution,
			avoid,
			avoid
		],
		pregnancy: statinBaby,
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [2, 3],
		food: [grapefruit("raises the level: rhabdomyolysis")]
	},
	atorvastatin: {
		group: "statin",
		mechanism: "inhibits HMG-CoA reductase",
		indications: ["high cholesterol", "stroke"],
		contraindications: ["pregnancy", "cirrhosis"],
		sideEffects: [
			"muscle pain",
			"rhabdomyolysis",
			"raised transaminases"
		],
		maxDailyMg: 80,
		hepatic: [
			caution,
			avoid,
			avoid
		],
		pregnancy: statinBaby,
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [11, 16],
		food: [f("grapefruit", "raises the level in large amounts", "at most a glass a day")]
	},
	amiodarone: {
		group: "class III antiarrhythmic",
		mechanism: "blocks potassium, sodium and calcium channels",
		indications: ["atrial fibrillation", "ventricular tachycardia"],
		contraindications: [
			"AV block",
			"bradycardia",
			"thyroid disease"
		],
		sideEffects: [
			"thyroid disease",
			"lung fibrosis",
			"photosensitivity"
		],
		maxDailyMg: 1600,
		hepatic: watched,
		pregnancy: p("D", "avoid", "fetal thyroid disease and bradycardia"),
		cyp: {
			substrate: ["CYP3A4", "CYP2C8"],
			inhibits: {
				CYP2C9: "moderate",
				CYP2D6: "weak",
				CYP3A4: "weak"
			}
		},
		halfLifeHours: [360, 3408],
		food: [grapefruit()],
		tags: ["QT-prolonging", "P-gp inhibitor"]
	},
	digoxin: {
		group: "cardiac glycoside",
		mechanism: "inhibits the Na-K pump",
		indications: ["atrial fibrillation", "heart failure"],
		contraindications: ["AV block", "ventricular tachycardia"],
		sideEffects: [
			"nausea",
			"yellow vision",
			"arrhythmia"
		],
		maxDailyMg: .5,
		hepatic: always,
		pregnancy: p("C", "caution", "used for mother and fetus; levels needed"),
		halfLifeHours: [36, 48],
		food: [f("high-fibre meals", "reduces absorption", "take at a steady distance from meals")],
		monitoring: {
			measure: "digoxin",
			range: [.5, 2],
			unit: "ng/mL",
			sample: "at least 6 hours after the dose; 0.5-0.9 in heart failure",
			toxicity: "nausea, yellow vision, arrhythmia"
		},
		renal: [step(20, "125 micrograms", od), step(0, "62.5 micrograms", od)]
	},
	"isosorbide mononitrate": {
		group: "long-acting nitrate",
		mechanism: "releases nitric oxide",
		indications: ["angina"],
		contraindications: ["aortic stenosis"],
		sideEffects: ["headache", "hypotension"],
		maxDailyMg: 120,
		hepatic: [
			usual,
			usual,
			caution
		],
		pregnancy: p(void 0, "caution", "little experience"),
		halfLifeHours: [4, 6],
		food: [f("alcohol", "hypotension", "limit alcohol")]
	},
	sildenafil: {
		group: "PDE5 inhibitor",
		mechanism: "inhibits phosphodiesterase 5",
		indications: ["erectile dysfunction", "pulmonary hypertension"],
		contraindications: ["angina"],
		sideEffects: [
			"headache",
			"flushing",
			"visual disturbance"
		],
		maxDailyMg: 100,
		hepatic: [
			reduce,
			reduce,
			avoid
		],
		pregnancy: p("B", "caution", "only in pulmonary hypertension"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [3, 5],
		food: [f("high-fat meal", "delays the effect", "take without a heavy meal"), grapefruit()],
		renal: [step(30, "50 mg", "as needed"), step(0, "25 mg", "as needed")]
	},
	omeprazole: {
		group: "PPI",
		mechanism: "blocks the gastric proton pump",
		indications: ["reflux disease", "peptic ulcer disease"],
		contraindications: [],
		sideEffects: [
			"headache",
			"low magnesium",
			"Clostridioides difficile"
		],
		maxDailyMg: 120,
		hepatic: reduced,
		pregnancy: p("C", "compatible", "large studies without harm"),
		cyp: {
			substrate: ["CYP2C19"],
			inhibits: { CYP2C19: "weak" }
		},
		halfLifeHours: [.5, 1]
	},
	levothyroxine: {
		group: "thyroid hormone",
		mechanism: "replaces thyroxine",
		indications: ["hypothyroidism"],
		contraindications: ["Addison disease"],
		sideEffects: [
			"palpitations",
			"weight loss",
			"bone loss"
		],
		maxDailyMg: .3,
		hepatic: always,
		pregnancy: p("A", "compatible", "needed; the dose rises by 25-50 %"),
		halfLifeHours: [144, 168],
		food: [f("coffee", "reduces absorption", "take 30-60 minutes before breakfast"), f("calcium and iron", "reduces absorption", "take 4 hours apart")],
		monitoring: {
			measure: "TSH",
			range: [.4, 4],
			unit: "mIU/L",
			sample: "6 weeks after a change of dose",
			toxicity: "palpitations, tremor (TSH low)"
		}
	},
	salbutamol: {
		group: "short-acting beta-2 agonist",
		mechanism: "stimulates beta-2 adrenoceptors",
		indications: ["asthma", "COPD"],
		contraindications: [],
		sideEffects: [
			"tremor",
			"tachycardia",
			"hypokalaemia"
		],
		hepatic: always,
		pregnancy: p("C", "compatible", "asthma must be controlled in pregnancy"),
		halfLifeHours: [4, 6]
	},
	prednisolone: {
		group: "glucocorticoid",
		mechanism: "activates the glucocorticoid receptor",
		indications: [
			"asthma",
			"COPD",
			"rheumatoid arthritis"
		],
		contraindications: ["untreated systemic infection"],
		sideEffects: [
			"hyperglycaemia",
			"osteoporosis",
			"infection"
		],
		maxDailyMg: 80,
		hepatic: [
			usual,
			caution,
			caution
		],
		pregnancy: p("C", "compatible", "mostly inactivated by the placenta"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [2, 4],
		food: [f("food", "less irritation of the stomach", "take with food")]
	},
	sertraline: {
		group: "SSRI",
		mechanism: "blocks serotonin reuptake",
		indications: ["depression", "anxiety"],
		contraindications: [],
		sideEffects: [
			"nausea",
			"insomnia",
			"sexual dysfunction"
		],
		maxDailyMg: 200,
		hepatic: [
			reduce,
			avoid,
			avoid
		],
		pregnancy: p("C", "caution", "among the best studied antidepressants; neonatal adaptation"),
		cyp: {
			substrate: ["CYP2B6", "CYP2C19"],
			inhibits: { CYP2D6: "weak" }
		},
		halfLifeHours: [22, 36],
		tags: ["serotonergic"]
	},
	fluoxetine: {
		group: "SSRI",
		mechanism: "blocks serotonin reuptake",
		indications: ["depression", "bulimia"],
		contraindications: [],
		sideEffects: [
			"nausea",
			"insomnia",
			"agitation"
		],
		maxDailyMg: 80,
		hepatic: reduced,
		pregnancy: p("C", "caution", "long half-life; neonatal adaptation"),
		cyp: {
			substrate: ["CYP2D6"],
			inhibits: {
				CYP2D6: "strong",
				CYP2C19: "strong"
			}
		},
		halfLifeHours: [96, 144],
		tags: ["serotonergic"]
	},
	amitriptyline: {
		group: "tertiary amine tricyclic",
		mechanism: "blocks serotonin and noradrenaline reuptake",
		indications: [
			"neuropathic pain",
			"depression",
			"migraine"
		],
		contraindications: ["recent myocardial infarction", "long QT syndrome"],
		sideEffects: [
			"dry mouth",
			"sedation",
			"urinary retention"
		],
		maxDailyMg: 300,
		hepatic: [
			caution,
			caution,
			avoid
		],
		pregnancy: p("C", "caution", "only if needed; neonatal withdrawal"),
		cyp: { substrate: ["CYP2D6", "CYP2C19"] },
		halfLifeHours: [10, 28],
		food: [alcoholSedation],
		tags: [
			"serotonergic",
			"sedating",
			"QT-prolonging"
		]
	},
	lithium: {
		group: "mood stabiliser",
		mechanism: "inhibits inositol signalling",
		indications: ["bipolar disorder"],
		contraindications: ["Addison disease", "dehydration"],
		sideEffects: [
			"tremor",
			"thirst",
			"hypothyroidism"
		],
		maxDailyMg: 1800,
		hepatic: always,
		pregnancy: p("D", "avoid", "Ebstein anomaly in the first trimester"),
		halfLifeHours: [18, 36],
		food: [f("low-sodium diet", "raises the lithium level", "keep salt and fluids steady")],
		monitoring: {
			measure: "lithium",
			range: [.6, 1],
			unit: "mmol/L",
			sample: "12 hours after the dose",
			toxicity: "coarse tremor, ataxia, confusion"
		},
		renal: [step(30, "400 mg", od), stop]
	},
	methotrexate: {
		group: "folate antagonist",
		mechanism: "inhibits dihydrofolate reductase",
		indications: ["rheumatoid arthritis", "psoriasis"],
		contraindications: [
			"pregnancy",
			"cirrhosis",
			"bone marrow suppression",
			"breastfeeding"
		],
		sideEffects: [
			"mouth ulcers",
			"bone marrow suppression",
			"lung disease"
		],
		maxDailyMg: 25,
		hepatic: never,
		pregnancy: p("X", "avoid", "causes abortion and malformation; stop months before conception"),
		halfLifeHours: [3, 10],
		food: [f("alcohol", "adds to liver injury", "avoid alcohol")],
		renal: [
			step(60, "10 mg", "once weekly"),
			step(30, "5 mg", "once weekly"),
			stop
		]
	},
	allopurinol: {
		group: "xanthine oxidase inhibitor",
		mechanism: "inhibits xanthine oxidase",
		indications: ["gout"],
		contraindications: ["HLA-B*58:01"],
		sideEffects: [
			"rash",
			"severe hypersensitivity",
			"gout flare at the start"
		],
		maxDailyMg: 900,
		hepatic: reduced,
		pregnancy: p("C", "caution", "little experience"),
		halfLifeHours: [1, 2]
	},
	colchicine: {
		group: "microtubule inhibitor",
		mechanism: "inhibits microtubules of neutrophils",
		indications: ["gout", "pericarditis"],
		contraindications: ["bone marrow suppression"],
		sideEffects: [
			"diarrhoea",
			"vomiting",
			"muscle weakness"
		],
		maxDailyMg: 2,
		hepatic: [
			usual,
			caution,
			avoid
		],
		pregnancy: p("C", "caution", "only if needed, as in familial Mediterranean fever"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [26, 31],
		food: [grapefruit("raises the level: toxicity")],
		renal: [
			step(50, "500 micrograms", bd),
			step(10, "500 micrograms", od),
			stop
		]
	}
};
// src/gym/clinical/more-drugs.ts
const r = (dose, frequency) => ({
	dose,
	frequency
});
const once$1 = "once";
const lmwhBaby = "does not cross the placenta: the anticoagulant of choice";
const carefully = "only if the benefit outweighs the risk";
const moreDrugs = [
	{
		name: "enoxaparin",
		class: "anticoagulant",
		group: "low molecular weight heparin",
		route: "subcutaneous",
		regimens: [r("1 mg/kg", bd), r("40 mg", od)],
		renal: [
			step(30, "1 mg/kg", bd),
			step(15, "1 mg/kg", od),
			stop
		],
		mechanism: "activates antithrombin against factor Xa",
		indications: ["venous thromboembolism", "acute coronary syndrome"],
		contraindications: ["active bleeding", "heparin-induced thrombocytopenia"],
		sideEffects: ["bleeding", "thrombocytopenia"],
		hepatic: watched,
		pregnancy: p("B", "compatible", lmwhBaby),
		halfLifeHours: [4.5, 7],
		monitoring: {
			measure: "anti-Xa",
			range: [.6, 1],
			unit: "IU/mL",
			sample: "4 hours after a dose given twice daily",
			toxicity: "bleeding"
		}
	},
	{
		name: "heparin",
		class: "anticoagulant",
		group: "unfractionated heparin",
		route: "intravenous",
		regimens: [r("18 units/kg/hour", "infusion after 80 units/kg")],
		mechanism: "activates antithrombin against thrombin and factor Xa",
		indications: ["pulmonary embolism", "acute coronary syndrome"],
		contraindications: ["active bleeding", "heparin-induced thrombocytopenia"],
		sideEffects: [
			"bleeding",
			"thrombocytopenia",
			"hyperkalaemia"
		],
		hepatic: watched,
		pregnancy: p("C", "compatible", "does not cross the placenta"),
		halfLifeHours: [1, 1.5],
		monitoring: {
			measure: "aPTT ratio",
			range: [1.5, 2.5],
			unit: "ratio",
			sample: "6 hours after a change of rate",
			toxicity: "bleeding"
		}
	},
	{
		name: "ticagrelor",
		class: "antiplatelet",
		group: "P2Y12 inhibitor",
		route: "oral",
		regimens: [r("90 mg", bd)],
		mechanism: "reversibly blocks platelet P2Y12",
		indications: ["acute coronary syndrome"],
		contraindications: ["active bleeding", "intracranial haemorrhage"],
		sideEffects: ["bleeding", "breathlessness"],
		maxDailyMg: 270,
		hepatic: [
			usual,
			caution,
			avoid
		],
		pregnancy: p("C", "caution", "little experience"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [7, 8.5]
	},
	{
		name: "verapamil",
		class: "calcium channel blocker",
		group: "non-dihydropyridine",
		route: "oral",
		regimens: [r("80 mg", tds)],
		mechanism: "blocks L-type calcium channels of heart and vessels",
		indications: ["atrial fibrillation", "angina"],
		contraindications: [
			"heart failure",
			"AV block",
			"bradycardia"
		],
		sideEffects: [
			"constipation",
			"bradycardia",
			"oedema"
		],
		maxDailyMg: 480,
		hepatic: reduced,
		pregnancy: p("C", "caution", carefully),
		cyp: {
			substrate: ["CYP3A4"],
			inhibits: { CYP3A4: "moderate" }
		},
		halfLifeHours: [3, 12],
		food: [grapefruit()],
		tags: ["P-gp inhibitor"]
	},
	{
		name: "diltiazem",
		class: "calcium channel blocker",
		group: "non-dihydropyridine",
		route: "oral",
		regimens: [r("60 mg", tds)],
		mechanism: "blocks L-type calcium channels of heart and vessels",
		indications: ["angina", "atrial fibrillation"],
		contraindications: [
			"heart failure",
			"AV block",
			"bradycardia"
		],
		sideEffects: [
			"bradycardia",
			"oedema",
			"headache"
		],
		maxDailyMg: 360,
		hepatic: watched,
		pregnancy: p("C", "caution", carefully),
		cyp: {
			substrate: ["CYP3A4"],
			inhibits: { CYP3A4: "moderate" }
		},
		halfLifeHours: [3, 4.5]
	},
	{
		name: "pravastatin",
		class: "statin",
		group: "statin not cleared by CYP",
		route: "oral",
		regimens: [r("40 mg", od), r("20 mg", od)],
		renal: [step(30, "40 mg", od), step(0, "10 mg", od)],
		mechanism: "inhibits HMG-CoA reductase",
		indications: ["high cholesterol"],
		contraindications: ["pregnancy", "cirrhosis"],
		sideEffects: ["muscle pain", "raised transaminases"],
		maxDailyMg: 80,
		hepatic: [
			caution,
			avoid,
			avoid
		],
		pregnancy: statinBaby,
		halfLifeHours: [1.5, 3]
	},
	{
		name: "rosuvastatin",
		class: "statin",
		group: "statin not cleared by CYP3A4",
		route: "oral",
		regimens: [r("10 mg", od), r("20 mg", od)],
		renal: [step(30, "10 mg", od), step(0, "5 mg", od)],
		mechanism: "inhibits HMG-CoA reductase",
		indications: ["high cholesterol"],
		contraindications: ["pregnancy", "cirrhosis"],
		sideEffects: ["muscle pain", "proteinuria"],
		maxDailyMg: 40,
		hepatic: [
			caution,
			avoid,
			avoid
		],
		pregnancy: statinBaby,
		cyp: { substrate: ["CYP2C9"] },
		halfLifeHours: [18, 20]
	},
	{
		name: "pantoprazole",
		class: "PPI",
		group: "PPI",
		route: "oral",
		regimens: [r("40 mg", od), r("20 mg", od)],
		mechanism: "blocks the gastric proton pump",
		indications: ["reflux disease", "peptic ulcer disease"],
		contraindications: [],
		sideEffects: ["headache", "low magnesium"],
		maxDailyMg: 240,
		hepatic: [
			usual,
			usual,
			reduce
		],
		pregnancy: p("B", "caution", "omeprazole is better studied"),
		cyp: { substrate: ["CYP2C19"] },
		halfLifeHours: [1, 1.5]
	},
	{
		name: "famotidine",
		class: "H2 blocker",
		group: "H2 blocker",
		route: "oral",
		regimens: [r("40 mg", od)],
		renal: [
			step(60, "40 mg", od),
			step(30, "20 mg", od),
			step(0, "10 mg", od)
		],
		mechanism: "blocks histamine H2 receptors",
		indications: ["reflux disease", "peptic ulcer disease"],
		contraindications: [],
		sideEffects: ["headache", "confusion in renal impairment"],
		maxDailyMg: 80,
		hepatic: always,
		pregnancy: p("B", "caution", "omeprazole is better studied"),
		halfLifeHours: [2.5, 3.5]
	},
	{
		name: "linagliptin",
		class: "antidiabetic",
		group: "DPP-4 inhibitor",
		route: "oral",
		regimens: [r("5 mg", od)],
		renal: [step(0, "5 mg", od)],
		mechanism: "prolongs the action of incretins",
		indications: ["type 2 diabetes"],
		contraindications: [],
		sideEffects: ["nasopharyngitis", "pancreatitis"],
		maxDailyMg: 5,
		hepatic: always,
		pregnancy: p("B", "caution", "little experience; insulin is preferred"),
		halfLifeHours: [10, 12]
	},
	{
		name: "gliclazide",
		class: "antidiabetic",
		group: "sulfonylurea",
		route: "oral",
		regimens: [r("80 mg", od), r("80 mg", bd)],
		renal: [step(30, "80 mg", od), stop],
		mechanism: "closes potassium channels of beta cells",
		indications: ["type 2 diabetes"],
		contraindications: ["type 1 diabetes"],
		sideEffects: ["hypoglycaemia", "weight gain"],
		maxDailyMg: 320,
		hepatic: [
			caution,
			caution,
			avoid
		],
		pregnancy: p(void 0, "avoid", "neonatal hypoglycaemia; insulin is preferred"),
		cyp: { substrate: ["CYP2C9"] },
		halfLifeHours: [10, 12],
		food: [f("alcohol", "hypoglycaemia", "limit alcohol and never without food")]
	},
	{
		name: "empagliflozin",
		class: "antidiabetic",
		group: "SGLT2 inhibitor",
		route: "oral",
		regimens: [r("10 mg", od)],
		renal: [step(20, "10 mg", od), stop],
		mechanism: "blocks glucose reabsorption in the kidney",
		indications: ["type 2 diabetes", "heart failure"],
		contraindications: ["type 1 diabetes", "diabetic ketoacidosis"],
		sideEffects: [
			"genital thrush",
			"ketoacidosis",
			"dehydration"
		],
		maxDailyMg: 25,
		hepatic: [
			usual,
			usual,
			caution
		],
		pregnancy: p(void 0, "avoid", "harms kidneys of young animals"),
		halfLifeHours: [11, 13]
	},
	{
		name: "venlafaxine",
		class: "SNRI",
		group: "SNRI",
		route: "oral",
		regimens: [r("75 mg", od), r("150 mg", od)],
		renal: [step(30, "75 mg", od), step(0, "37.5 mg", od)],
		mechanism: "blocks serotonin and noradrenaline reuptake",
		indications: ["depression", "anxiety"],
		contraindications: [],
		sideEffects: [
			"nausea",
			"hypertension",
			"discontinuation symptoms"
		],
		maxDailyMg: 375,
		hepatic: reduced,
		pregnancy: p("C", "caution", "neonatal adaptation"),
		cyp: { substrate: ["CYP2D6"] },
		halfLifeHours: [3, 7],
		tags: ["serotonergic"]
	},
	{
		name: "citalopram",
		class: "SSRI",
		group: "SSRI",
		route: "oral",
		regimens: [r("20 mg", od), r("10 mg", od)],
		mechanism: "blocks serotonin reuptake",
		indications: ["depression", "panic disorder"],
		contraindications: ["long QT syndrome"],
		sideEffects: [
			"nausea",
			"QT prolongation",
			"hyponatraemia"
		],
		maxDailyMg: 40,
		hepatic: reduced,
		pregnancy: p("C", "caution", "neonatal adaptation"),
		cyp: { substrate: ["CYP2C19", "CYP3A4"] },
		halfLifeHours: [33, 37],
		tags: ["serotonergic", "QT-prolonging"]
	},
	{
		name: "mirtazapine",
		class: "antidepressant",
		group: "noradrenergic and specific serotonergic",
		route: "oral",
		regimens: [r("15 mg", od), r("30 mg", od)],
		mechanism: "blocks alpha-2, 5-HT2, 5-HT3 and H1 receptors",
		indications: ["depression"],
		contraindications: [],
		sideEffects: ["sedation", "weight gain"],
		maxDailyMg: 45,
		hepatic: watched,
		pregnancy: p("C", "caution", "little experience"),
		cyp: { substrate: [
			"CYP1A2",
			"CYP2D6",
			"CYP3A4"
		] },
		halfLifeHours: [20, 40],
		food: [alcoholSedation],
		tags: ["serotonergic", "sedating"]
	},
	{
		name: "quetiapine",
		class: "antipsychotic",
		group: "second-generation antipsychotic",
		route: "oral",
		regimens: [r("150 mg", bd), r("50 mg", bd)],
		mechanism: "blocks dopamine D2 and serotonin 5-HT2 receptors",
		indications: ["schizophrenia", "bipolar disorder"],
		contraindications: ["long QT syndrome"],
		sideEffects: [
			"sedation",
			"weight gain",
			"orthostatic hypotension"
		],
		maxDailyMg: 800,
		hepatic: reduced,
		pregnancy: p("C", "caution", "neonatal withdrawal"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [6, 7],
		food: [alcoholSedation, grapefruit()],
		tags: ["sedating", "QT-prolonging"]
	},
	{
		name: "olanzapine",
		class: "antipsychotic",
		group: "second-generation antipsychotic",
		route: "oral",
		regimens: [r("10 mg", od), r("5 mg", od)],
		mechanism: "blocks dopamine D2 and serotonin 5-HT2 receptors",
		indications: ["schizophrenia", "mania"],
		contraindications: [],
		sideEffects: [
			"weight gain",
			"hyperglycaemia",
			"sedation"
		],
		maxDailyMg: 20,
		hepatic: [
			caution,
			reduce,
			reduce
		],
		pregnancy: p("C", "caution", "gestational diabetes; neonatal withdrawal"),
		cyp: { substrate: ["CYP1A2"] },
		halfLifeHours: [21, 54],
		food: [alcoholSedation],
		tags: ["sedating"]
	},
	{
		name: "haloperidol",
		class: "antipsychotic",
		group: "first-generation antipsychotic",
		route: "oral",
		regimens: [r("2 mg", bd), r("5 mg", od)],
		mechanism: "blocks dopamine D2 receptors",
		indications: ["schizophrenia", "delirium"],
		contraindications: ["Parkinson disease", "long QT syndrome"],
		sideEffects: [
			"parkinsonism",
			"QT prolongation",
			"dystonia"
		],
		maxDailyMg: 20,
		hepatic: reduced,
		pregnancy: p("C", "caution", "neonatal withdrawal"),
		cyp: { substrate: ["CYP2D6", "CYP3A4"] },
		halfLifeHours: [14, 37],
		food: [alcoholSedation],
		tags: ["sedating", "QT-prolonging"]
	},
	{
		name: "clozapine",
		class: "antipsychotic",
		group: "second-generation antipsychotic",
		route: "oral",
		regimens: [r("150 mg", bd), r("12.5 mg", od)],
		mechanism: "blocks dopamine D4 and serotonin 5-HT2 receptors",
		indications: ["treatment-resistant schizophrenia"],
		contraindications: ["bone marrow suppression", "paralytic ileus"],
		sideEffects: [
			"neutropenia",
			"myocarditis",
			"constipation"
		],
		maxDailyMg: 900,
		hepatic: [
			caution,
			caution,
			avoid
		],
		pregnancy: p("B", "caution", carefully),
		cyp: { substrate: ["CYP1A2"] },
		halfLifeHours: [4, 66],
		food: [f("caffeine", "raises the level", "keep caffeine steady"), alcoholSedation],
		monitoring: {
			measure: "clozapine",
			range: [350, 600],
			unit: "micrograms/L",
			sample: "trough, 12 hours after the dose",
			toxicity: "sedation, seizures"
		},
		tags: ["sedating", "QT-prolonging"]
	},
	{
		name: "lorazepam",
		class: "benzodiazepine",
		group: "benzodiazepine",
		route: "oral",
		regimens: [r("1 mg", bd)],
		mechanism: "enhances GABA-A receptors",
		indications: ["anxiety", "status epilepticus"],
		contraindications: [
			"myasthenia gravis",
			"sleep apnoea",
			"respiratory depression"
		],
		sideEffects: [
			"sedation",
			"dependence",
			"falls"
		],
		maxDailyMg: 10,
		hepatic: [
			caution,
			caution,
			avoid
		],
		pregnancy: p("D", "avoid", "floppy infant and withdrawal"),
		halfLifeHours: [10, 20],
		food: [alcoholSedation],
		tags: ["sedating"]
	},
	{
		name: "levetiracetam",
		class: "anticonvulsant",
		group: "SV2A ligand",
		route: "oral",
		regimens: [r("500 mg", bd), r("1 g", bd)],
		renal: [step(50, "500 mg", bd), step(0, "250 mg", bd)],
		mechanism: "binds synaptic vesicle protein 2A",
		indications: ["focal seizures", "generalised seizures"],
		contraindications: [],
		sideEffects: ["irritability", "sedation"],
		maxDailyMg: 3e3,
		hepatic: [
			usual,
			usual,
			caution
		],
		pregnancy: p("C", "compatible", "with lamotrigine the preferred anticonvulsant"),
		halfLifeHours: [6, 8]
	},
	{
		name: "lamotrigine",
		class: "anticonvulsant",
		group: "sodium channel blocker",
		route: "oral",
		regimens: [r("100 mg", bd), r("25 mg", od)],
		mechanism: "blocks voltage-gated sodium channels",
		indications: ["focal seizures", "bipolar disorder"],
		contraindications: [],
		sideEffects: [
			"rash",
			"Stevens-Johnson syndrome",
			"dizziness"
		],
		maxDailyMg: 500,
		hepatic: [
			usual,
			reduce,
			reduce
		],
		pregnancy: p("C", "compatible", "with levetiracetam the preferred anticonvulsant; levels fall"),
		halfLifeHours: [24, 35]
	},
	{
		name: "rifampicin",
		class: "rifamycin",
		group: "rifamycin",
		route: "oral",
		regimens: [r("600 mg", od)],
		mechanism: "inhibits bacterial RNA polymerase",
		indications: ["tuberculosis"],
		contraindications: ["jaundice"],
		sideEffects: ["hepatitis", "orange urine"],
		maxDailyMg: 600,
		hepatic: [
			caution,
			caution,
			avoid
		],
		pregnancy: p("C", "caution", "used in tuberculosis; vitamin K near term"),
		cyp: { induces: [
			"CYP3A4",
			"CYP2C9",
			"CYP2C19",
			"CYP1A2"
		] },
		halfLifeHours: [2, 5],
		food: [f("food", "reduces absorption", "take on an empty stomach")],
		tags: ["P-gp inducer"]
	},
	{
		name: "itraconazole",
		class: "antifungal",
		group: "triazole",
		route: "oral",
		regimens: [r("200 mg", od), r("100 mg", od)],
		mechanism: "inhibits fungal ergosterol synthesis",
		indications: ["aspergillosis", "onychomycosis"],
		contraindications: ["heart failure", "long QT syndrome"],
		sideEffects: [
			"nausea",
			"raised transaminases",
			"oedema"
		],
		maxDailyMg: 400,
		hepatic: watched,
		pregnancy: p("C", "avoid", "malformations in animals"),
		cyp: {
			substrate: ["CYP3A4"],
			inhibits: { CYP3A4: "strong" }
		},
		halfLifeHours: [16, 42],
		food: [f("food", "capsules need it for absorption", "take capsules with a full meal")],
		tags: ["P-gp inhibitor"]
	},
	{
		name: "linezolid",
		class: "oxazolidinone",
		group: "oxazolidinone",
		route: "oral",
		regimens: [r("600 mg", bd)],
		mechanism: "inhibits bacterial protein synthesis at 50S; weak MAO inhibitor",
		indications: ["MRSA infection", "VRE infection"],
		contraindications: ["phaeochromocytoma"],
		sideEffects: [
			"thrombocytopenia",
			"neuropathy",
			"lactic acidosis"
		],
		maxDailyMg: 1200,
		hepatic: [
			usual,
			usual,
			caution
		],
		pregnancy: p("C", "caution", carefully),
		halfLifeHours: [4, 6],
		food: [f("tyramine-rich food", "high blood pressure", "avoid large amounts of aged cheese and cured meat")],
		tags: ["serotonergic"]
	},
	{
		name: "vancomycin",
		class: "glycopeptide",
		group: "glycopeptide",
		route: "intravenous",
		regimens: [r("1 g", bd)],
		renal: [step(50, "1 g", bd), step(0, "15 mg/kg once", "then by level")],
		mechanism: "inhibits bacterial cell wall synthesis",
		indications: ["MRSA infection", "meningitis"],
		contraindications: [],
		sideEffects: [
			"kidney injury",
			"infusion reaction",
			"hearing loss"
		],
		maxDailyMg: 4e3,
		hepatic: always,
		pregnancy: p("C", "caution", "levels needed"),
		halfLifeHours: [4, 11],
		monitoring: {
			measure: "vancomycin",
			range: [10, 20],
			unit: "mg/L",
			sample: "trough, before the fourth dose (AUC 400-600 where it is measured)",
			toxicity: "kidney injury"
		},
		tags: ["nephrotoxic"]
	},
	{
		name: "gentamicin",
		class: "aminoglycoside",
		group: "aminoglycoside",
		route: "intravenous",
		regimens: [r("5 mg/kg", od)],
		renal: [
			step(60, "5 mg/kg", od),
			step(40, "5 mg/kg", "every 36 hours"),
			step(20, "5 mg/kg", "every 48 hours"),
			step(0, "5 mg/kg once", "then by level")
		],
		mechanism: "inhibits bacterial protein synthesis at 30S",
		indications: ["sepsis", "pyelonephritis"],
		contraindications: ["myasthenia gravis"],
		sideEffects: ["kidney injury", "hearing loss"],
		hepatic: always,
		pregnancy: p("D", "avoid", "hearing loss of the child"),
		halfLifeHours: [2, 3],
		monitoring: {
			measure: "gentamicin",
			range: [0, 1],
			unit: "mg/L",
			sample: "trough, 18-24 hours after a once-daily dose",
			toxicity: "kidney injury, hearing loss"
		},
		tags: ["nephrotoxic"]
	},
	{
		name: "piperacillin-tazobactam",
		class: "penicillin",
		group: "ureidopenicillin with inhibitor",
		route: "intravenous",
		regimens: [r("4.5 g", tds), r("4.5 g", qds)],
		renal: [step(20, "4.5 g", tds), step(0, "4.5 g", bd)],
		mechanism: "inhibits bacterial cell wall synthesis",
		indications: ["sepsis", "hospital-acquired pneumonia"],
		contraindications: [],
		sideEffects: [
			"diarrhoea",
			"rash",
			"hypokalaemia"
		],
		maxDailyMg: 18e3,
		hepatic: always,
		pregnancy: p("B", "compatible", "no evidence of harm"),
		halfLifeHours: [.7, 1.2]
	},
	{
		name: "meropenem",
		class: "carbapenem",
		group: "carbapenem",
		route: "intravenous",
		regimens: [r("1 g", tds), r("2 g", tds)],
		renal: [
			step(51, "1 g", tds),
			step(26, "1 g", bd),
			step(10, "500 mg", bd),
			step(0, "500 mg", od)
		],
		mechanism: "inhibits bacterial cell wall synthesis",
		indications: ["sepsis", "meningitis"],
		contraindications: [],
		sideEffects: [
			"diarrhoea",
			"headache",
			"seizures"
		],
		maxDailyMg: 6e3,
		hepatic: always,
		pregnancy: p("B", "caution", "little experience"),
		halfLifeHours: [.9, 1.2]
	},
	{
		name: "aztreonam",
		class: "monobactam",
		group: "monobactam",
		route: "intravenous",
		regimens: [r("1 g", tds), r("2 g", tds)],
		renal: [
			step(30, "1 g", tds),
			step(10, "500 mg", tds),
			step(0, "250 mg", tds)
		],
		mechanism: "inhibits cell wall synthesis of aerobic Gram-negatives",
		indications: ["Gram-negative sepsis", "pyelonephritis"],
		contraindications: [],
		sideEffects: ["rash", "raised transaminases"],
		maxDailyMg: 8e3,
		hepatic: always,
		pregnancy: p("B", "caution", "little experience"),
		halfLifeHours: [1.5, 2]
	},
	{
		name: "cefuroxime",
		class: "cephalosporin",
		group: "second-generation cephalosporin",
		route: "oral",
		regimens: [r("500 mg", bd), r("250 mg", bd)],
		renal: [
			step(30, "500 mg", bd),
			step(10, "500 mg", od),
			step(0, "500 mg", "every 48 hours")
		],
		mechanism: "inhibits bacterial cell wall synthesis",
		indications: ["pneumonia", "urinary tract infection"],
		contraindications: [],
		sideEffects: ["diarrhoea", "rash"],
		maxDailyMg: 1e3,
		hepatic: always,
		pregnancy: p("B", "compatible", "no evidence of harm"),
		halfLifeHours: [1, 2],
		food: [f("food", "improves absorption", "take with food")]
	},
	{
		name: "fosfomycin",
		class: "antibiotic",
		group: "phosphonic acid",
		route: "oral",
		regimens: [r("3 g", once$1)],
		renal: [step(10, "3 g", once$1), stop],
		mechanism: "inhibits an early step of cell wall synthesis",
		indications: ["lower urinary tract infection"],
		contraindications: [],
		sideEffects: ["diarrhoea", "nausea"],
		maxDailyMg: 3e3,
		hepatic: always,
		pregnancy: p("B", "compatible", "no evidence of harm"),
		halfLifeHours: [4, 8],
		food: [f("food", "slows absorption", "take on an empty stomach")]
	},
	{
		name: "labetalol",
		class: "beta blocker",
		group: "alpha and beta blocker",
		route: "oral",
		regimens: [r("200 mg", bd), r("100 mg", bd)],
		mechanism: "blocks alpha-1 and beta adrenoceptors",
		indications: ["hypertension", "hypertension in pregnancy"],
		contraindications: [
			"asthma",
			"AV block",
			"bradycardia"
		],
		sideEffects: [
			"dizziness",
			"fatigue",
			"liver injury"
		],
		maxDailyMg: 2400,
		hepatic: reduced,
		pregnancy: p("C", "compatible", "first choice for hypertension in pregnancy"),
		halfLifeHours: [6, 8]
	},
	{
		name: "methyldopa",
		class: "central antihypertensive",
		group: "central alpha-2 agonist",
		route: "oral",
		regimens: [r("250 mg", tds), r("500 mg", tds)],
		mechanism: "stimulates central alpha-2 receptors",
		indications: ["hypertension in pregnancy"],
		contraindications: ["cirrhosis", "depression"],
		sideEffects: [
			"sedation",
			"depression",
			"haemolytic anaemia"
		],
		maxDailyMg: 3e3,
		hepatic: never,
		pregnancy: p("B", "compatible", "long experience in pregnancy"),
		halfLifeHours: [1.5, 2]
	},
	{
		name: "nifedipine",
		class: "calcium channel blocker",
		group: "dihydropyridine",
		route: "oral",
		regimens: [r("30 mg", od), r("60 mg", od)],
		mechanism: "blocks L-type calcium channels of vessels",
		indications: [
			"hypertension",
			"angina",
			"hypertension in pregnancy"
		],
		contraindications: ["aortic stenosis", "cardiogenic shock"],
		sideEffects: [
			"flushing",
			"ankle oedema",
			"headache"
		],
		maxDailyMg: 90,
		hepatic: watched,
		pregnancy: p("C", "compatible", "modified release is used for hypertension in pregnancy"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [2, 5],
		food: [grapefruit()]
	},
	{
		name: "ondansetron",
		class: "antiemetic",
		group: "5-HT3 antagonist",
		route: "oral",
		regimens: [r("8 mg", bd), r("4 mg", tds)],
		mechanism: "blocks 5-HT3 receptors",
		indications: ["nausea and vomiting"],
		contraindications: ["long QT syndrome"],
		sideEffects: [
			"constipation",
			"headache",
			"QT prolongation"
		],
		maxDailyMg: 24,
		hepatic: [
			usual,
			usual,
			reduce
		],
		pregnancy: p("B", "caution", "small risk of oral clefts in the first trimester"),
		cyp: { substrate: ["CYP1A2", "CYP2D6"] },
		halfLifeHours: [3, 6],
		tags: ["QT-prolonging"]
	},
	{
		name: "metoclopramide",
		class: "antiemetic",
		group: "dopamine antagonist",
		route: "oral",
		regimens: [r("10 mg", tds)],
		renal: [
			step(60, "10 mg", tds),
			step(15, "5 mg", tds),
			step(0, "2.5 mg", tds)
		],
		mechanism: "blocks dopamine D2 receptors",
		indications: ["nausea and vomiting"],
		contraindications: [
			"Parkinson disease",
			"epilepsy",
			"bowel obstruction"
		],
		sideEffects: [
			"dystonia",
			"sedation",
			"tardive dyskinesia"
		],
		maxDailyMg: 30,
		hepatic: [
			usual,
			usual,
			reduce
		],
		pregnancy: p("B", "compatible", "large studies without harm"),
		cyp: { substrate: ["CYP2D6"] },
		halfLifeHours: [5, 6],
		food: [alcoholSedation]
	},
	{
		name: "tizanidine",
		class: "muscle relaxant",
		group: "central alpha-2 agonist",
		route: "oral",
		regimens: [r("4 mg", tds), r("2 mg", od)],
		renal: [step(25, "4 mg", tds), step(0, "2 mg", od)],
		mechanism: "stimulates spinal alpha-2 receptors",
		indications: ["spasticity"],
		contraindications: ["cirrhosis"],
		sideEffects: [
			"hypotension",
			"sedation",
			"dry mouth"
		],
		maxDailyMg: 36,
		hepatic: [
			caution,
			reduce,
			avoid
		],
		pregnancy: p("C", "caution", "little experience"),
		cyp: { substrate: ["CYP1A2"] },
		halfLifeHours: [2, 3],
		food: [alcoholSedation],
		tags: ["sedating"]
	},
	{
		name: "theophylline",
		class: "bronchodilator",
		group: "methylxanthine",
		route: "oral",
		regimens: [r("200 mg", bd), r("300 mg", bd)],
		mechanism: "inhibits phosphodiesterase and adenosine receptors",
		indications: ["asthma", "COPD"],
		contraindications: [],
		sideEffects: [
			"nausea",
			"tachycardia",
			"seizures"
		],
		maxDailyMg: 900,
		hepatic: reduced,
		pregnancy: p("C", "caution", "levels needed"),
		cyp: { substrate: ["CYP1A2"] },
		halfLifeHours: [6, 9],
		food: [f("caffeine", "adds to side effects", "limit caffeine")],
		monitoring: {
			measure: "theophylline",
			range: [10, 20],
			unit: "mg/L",
			sample: "4-6 hours after a modified-release dose",
			toxicity: "vomiting, arrhythmia, seizures"
		}
	},
	{
		name: "ciclosporin",
		class: "immunosuppressant",
		group: "calcineurin inhibitor",
		route: "oral",
		regimens: [r("100 mg", bd)],
		mechanism: "inhibits calcineurin",
		indications: ["transplantation", "psoriasis"],
		contraindications: ["uncontrolled hypertension"],
		sideEffects: [
			"kidney injury",
			"hypertension",
			"hyperkalaemia"
		],
		hepatic: [
			caution,
			caution,
			reduce
		],
		pregnancy: p("C", "caution", "continued after transplantation"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [5, 19],
		food: [grapefruit()],
		monitoring: {
			measure: "ciclosporin",
			range: [100, 300],
			unit: "micrograms/L",
			sample: "trough; the target depends on the transplant",
			toxicity: "kidney injury, tremor"
		},
		tags: [
			"nephrotoxic",
			"raises potassium",
			"P-gp inhibitor"
		]
	},
	{
		name: "tacrolimus",
		class: "immunosuppressant",
		group: "calcineurin inhibitor",
		route: "oral",
		regimens: [r("2 mg", bd)],
		mechanism: "inhibits calcineurin",
		indications: ["transplantation"],
		contraindications: [],
		sideEffects: [
			"kidney injury",
			"tremor",
			"hyperglycaemia"
		],
		hepatic: [
			usual,
			caution,
			reduce
		],
		pregnancy: p("C", "caution", "continued after transplantation"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [12, 35],
		food: [grapefruit()],
		monitoring: {
			measure: "tacrolimus",
			range: [5, 15],
			unit: "micrograms/L",
			sample: "trough; the target depends on the transplant",
			toxicity: "kidney injury, tremor"
		},
		tags: ["nephrotoxic", "raises potassium"]
	},
	{
		name: "azathioprine",
		class: "immunosuppressant",
		group: "thiopurine",
		route: "oral",
		regimens: [r("100 mg", od), r("50 mg", od)],
		mechanism: "blocks purine synthesis",
		indications: ["inflammatory bowel disease", "transplantation"],
		contraindications: ["TPMT deficiency"],
		sideEffects: [
			"bone marrow suppression",
			"nausea",
			"hepatitis"
		],
		maxDailyMg: 250,
		hepatic: watched,
		pregnancy: p("D", "caution", "continued where the disease needs it")
	},
	{
		name: "febuxostat",
		class: "gout drug",
		group: "xanthine oxidase inhibitor",
		route: "oral",
		regimens: [r("80 mg", od)],
		renal: [step(30, "80 mg", od), step(0, "40 mg", od)],
		mechanism: "inhibits xanthine oxidase",
		indications: ["gout"],
		contraindications: [],
		sideEffects: ["gout flare at the start", "raised transaminases"],
		maxDailyMg: 120,
		hepatic: [
			usual,
			usual,
			caution
		],
		pregnancy: p("C", "caution", "little experience"),
		halfLifeHours: [5, 8]
	},
	{
		name: "sumatriptan",
		class: "triptan",
		group: "triptan",
		route: "oral",
		regimens: [r("50 mg", "as needed")],
		mechanism: "stimulates 5-HT1B/1D receptors",
		indications: ["migraine"],
		contraindications: [
			"angina",
			"stroke",
			"uncontrolled hypertension"
		],
		sideEffects: ["chest tightness", "tingling"],
		maxDailyMg: 200,
		hepatic: [
			reduce,
			reduce,
			avoid
		],
		pregnancy: p("C", "caution", "registry data without harm"),
		halfLifeHours: [2, 2.5],
		tags: ["serotonergic"]
	},
	{
		name: "phenelzine",
		class: "MAOI",
		group: "irreversible MAO inhibitor",
		route: "oral",
		regimens: [r("15 mg", tds)],
		mechanism: "irreversibly inhibits monoamine oxidase A and B",
		indications: ["depression"],
		contraindications: ["phaeochromocytoma", "cirrhosis"],
		sideEffects: ["orthostatic hypotension", "hypertensive crisis"],
		maxDailyMg: 90,
		hepatic: never,
		pregnancy: p("C", "caution", "little experience"),
		halfLifeHours: [11, 12],
		food: [f("tyramine-rich food", "hypertensive crisis", "avoid aged cheese, cured meat and tap beer")],
		tags: ["serotonergic"]
	},
	{
		name: "St John's wort",
		class: "herbal",
		group: "herbal antidepressant",
		route: "oral",
		regimens: [r("300 mg", tds)],
		mechanism: "blocks monoamine reuptake; activates the pregnane X receptor",
		indications: ["mild depression"],
		contraindications: [],
		sideEffects: ["photosensitivity", "loss of effect of other drugs"],
		maxDailyMg: 900,
		hepatic: watched,
		pregnancy: p(void 0, "avoid", "no reliable data"),
		cyp: { induces: [
			"CYP3A4",
			"CYP2C19",
			"CYP2C9"
		] },
		tags: ["serotonergic", "P-gp inducer"]
	},
	{
		name: "potassium chloride",
		class: "electrolyte",
		group: "potassium supplement",
		route: "oral",
		regimens: [r("600 mg", bd), r("1.2 g", bd)],
		mechanism: "replaces potassium",
		indications: ["hypokalaemia"],
		contraindications: ["hyperkalaemia"],
		sideEffects: ["hyperkalaemia", "gastric irritation"],
		hepatic: always,
		pregnancy: p("C", "compatible", "replacement at physiological doses"),
		food: [f("food", "less irritation of the stomach", "take with food and water"), f("potassium salt substitutes", "raises potassium", "avoid salt substitutes")],
		tags: ["raises potassium"]
	},
	{
		name: "ferrous sulfate",
		class: "iron",
		group: "oral iron",
		route: "oral",
		regimens: [r("200 mg", od)],
		mechanism: "replaces iron",
		indications: ["iron deficiency anaemia"],
		contraindications: [],
		sideEffects: [
			"constipation",
			"black stools",
			"nausea"
		],
		maxDailyMg: 600,
		hepatic: always,
		pregnancy: p(void 0, "compatible", "used for anaemia of pregnancy"),
		food: [f("tea", "reduces absorption", "take 1 hour before tea or coffee")]
	},
	{
		name: "adrenaline",
		class: "sympathomimetic",
		group: "catecholamine",
		route: "intramuscular",
		regimens: [r("500 micrograms", once$1)],
		mechanism: "stimulates alpha and beta adrenoceptors",
		indications: ["anaphylaxis", "cardiac arrest"],
		contraindications: [],
		sideEffects: [
			"tachycardia",
			"tremor",
			"hypertension"
		],
		hepatic: always,
		pregnancy: p("C", "compatible", "must not be withheld in anaphylaxis"),
		halfLifeHours: [.03, .06]
	},
	{
		name: "alteplase",
		class: "thrombolytic",
		group: "tissue plasminogen activator",
		route: "intravenous",
		regimens: [r("0.9 mg/kg", once$1)],
		mechanism: "turns plasminogen into plasmin",
		indications: ["ischaemic stroke", "massive pulmonary embolism"],
		contraindications: ["active bleeding", "intracranial haemorrhage"],
		sideEffects: ["bleeding", "angioedema"],
		maxDailyMg: 100,
		hepatic: [
			caution,
			caution,
			avoid
		],
		pregnancy: p("C", "caution", "only if life is at risk"),
		halfLifeHours: [.06, .1]
	},
	{
		name: "insulin soluble",
		class: "antidiabetic",
		group: "short-acting insulin",
		route: "intravenous",
		regimens: [r("0.1 units/kg/hour", "infusion")],
		mechanism: "activates the insulin receptor",
		indications: ["diabetic ketoacidosis", "hyperkalaemia"],
		contraindications: ["hypoglycaemia"],
		sideEffects: ["hypoglycaemia", "hypokalaemia"],
		hepatic: [
			usual,
			caution,
			caution
		],
		pregnancy: p("B", "compatible", "used in pregnancy")
	},
	{
		name: "hydrocortisone",
		class: "corticosteroid",
		group: "glucocorticoid",
		route: "intravenous",
		regimens: [r("100 mg", qds)],
		mechanism: "activates the glucocorticoid receptor",
		indications: ["adrenal crisis", "severe asthma"],
		contraindications: ["untreated systemic infection"],
		sideEffects: ["hyperglycaemia", "hypertension"],
		maxDailyMg: 400,
		hepatic: [
			usual,
			caution,
			caution
		],
		pregnancy: p("C", "compatible", "inactivated by the placenta"),
		cyp: { substrate: ["CYP3A4"] },
		halfLifeHours: [1, 2]
	},
	{
		name: "glyceryl trinitrate",
		class: "nitrate",
		group: "short-acting nitrate",
		route: "sublingual",
		regimens: [r("400 micrograms", "as needed")],
		mechanism: "releases nitric oxide",
		indications: ["angina", "acute coronary syndrome"],
		contraindications: ["aortic stenosis"],
		sideEffects: ["headache", "hypotension"],
		hepatic: [
			usual,
			usual,
			caution
		],
		pregnancy: p("C", "caution", "little experience"),
		halfLifeHours: [.02, .07],
		food: [f("alcohol", "hypotension", "limit alcohol")]
	}
];
// src/gym/clinical/scores/score.ts
function calculator(definition) {
	const { name, title, source, parameters, rate } = definition;
	const schema = strictObject(parameters);
	return {
		name,
		title,
		source,
		parameters,
		compute(args) {
			const { breakdown, grade, score = sum(breakdown) } = rate(schema.parse(args));
			return {
				name,
				score,
				breakdown,
				...grade(score),
				source
			};
		}
	};
}
/** An item that is absent unless it is said to be there. */
const yes = (description) => boolean().default(false).describe(description);
/** µmol/L in a mg/dL of creatinine and of bilirubin. */
const creatinineUmolPerMgDl = 88.42;
const bilirubinUmolPerMgDl = 17.1;
/** The points of the first row whose threshold the value reaches; rows from high to low, the last one for all below. */
function band(value, rows, below) {
	return rows.find(([from]) => value >= from)?.[1] ?? below;
}
function sum(breakdown) {
	return Object.values(breakdown).reduce((total, points) => total + points, 0);
}
// src/gym/clinical/scores/atrial-fibrillation.ts
const cha2ds2Vasc = calculator({
	name: "CHA2DS2-VASc",
	title: "Risk of stroke in atrial fibrillation",
	source: "Lip GYH et al., Chest 2010;137:263; advice of the ESC guideline 2020",
	parameters: {
		heartFailure: yes("heart failure or left ventricular dysfunction"),
		hypertension: yes("known or treated"),
		age: number().min(0).describe("years"),
		diabetes: yes("known or treated"),
		strokeOrTia: yes("stroke, TIA or systemic embolism in the past"),
		vascularDisease: yes("myocardial infarction, peripheral artery disease or aortic plaque"),
		sex: _enum(["female", "male"])
	},
	rate: ({ heartFailure, hypertension, age, diabetes, strokeOrTia, vascularDisease, sex }) => ({
		breakdown: {
			"congestive heart failure": Number(heartFailure),
			hypertension: Number(hypertension),
			"age >= 75": age >= 75 ? 2 : 0,
			diabetes: Number(diabetes),
			"stroke or TIA": strokeOrTia ? 2 : 0,
			"vascular disease": Number(vascularDisease),
			"age 65-74": Number(age >= 65 && age < 75),
			"female sex": Number(sex === "female")
		},
		grade(score) {
			const others = score - Number(sex === "female");
			if (others === 0) return {
				risk: "low",
				recommendation: "no antithrombotic treatment"
			};
			if (others === 1) return {
				risk: "intermediate",
				recommendation: "consider anticoagulation, weighing the risk of bleeding"
			};
			return {
				risk: "high",
				recommendation: "oral anticoagulation, preferably a direct oral anticoagulant"
			};
		}
	})
});
const hasBled = calculator({
	name: "HAS-BLED",
	title: "Risk of major bleeding under anticoagulation",
	source: "Pisters R et al., Chest 2010;138:1093",
	parameters: {
		systolic: number().min(0).describe("mmHg"),
		abnormalRenal: yes("dialysis, transplant or creatinine >= 200 umol/L"),
		abnormalLiver: yes("cirrhosis, bilirubin > 2 x or transaminases > 3 x the upper limit"),
		stroke: yes("in the past"),
		bleeding: yes("major bleeding in the past, or a predisposition such as anaemia"),
		labileInr: yes("under warfarin, less than 60 % of time in range"),
		age: number().min(0).describe("years"),
		antiplateletOrNsaid: yes("takes one"),
		alcohol: yes("8 drinks a week or more")
	},
	rate: ({ systolic, abnormalRenal, abnormalLiver, stroke, bleeding, labileInr, age, antiplateletOrNsaid, alcohol }) => ({
		breakdown: {
			"systolic > 160 mmHg": Number(systolic > 160),
			"abnormal renal function": Number(abnormalRenal),
			"abnormal liver function": Number(abnormalLiver),
			stroke: Number(stroke),
			bleeding: Number(bleeding),
			"labile INR": Number(labileInr),
			"age > 65": Number(age > 65),
			"antiplatelet or NSAID": Number(antiplateletOrNsaid),
			alcohol: Number(alcohol)
		},
		grade: (score) => score >= 3 ? {
			risk: "high",
			recommendation: "correct what can be corrected and review often; no reason by itself to withhold"
		} : {
			risk: score === 2 ? "moderate" : "low",
			recommendation: "usual follow-up"
		}
	})
});
// src/data/clinical/patient.ts
/** Ids are P10000 … P99999. */
const patientCount = 9e4;
/** The n-th id of a seed: a permutation, so that no two of a seed are equal. */
function patientId$3(seed, n) {
	const offset = new Random(seed).split("patient ids").integer(patientCount);
	return `P${1e4 + (n * 54323 + offset) % patientCount}`;
}
/** 80/10/10 by the id alone: a patient of the test split is one under every seed, whatever it is asked for. */
function splitOf(id) {
	const bucket = new Random(0).split("split", Number(id.slice(1))).integer(10);
	return bucket < 8 ? "train" : bucket === 8 ? "validation" : "test";
}
/**
* CKD-EPI 2021, creatinine in µmol/L, result in mL/min/1.73 m² (Inker et al., NEJM 2021, doi:10.1056/NEJMoa2102953):
* 142 · min(Scr/κ,1)^α · max(Scr/κ,1)^-1.200 · 0.9938^age · 1.012 [female]; Scr in mg/dL; κ 0.7/0.9, α -0.241/-0.302.
*/
function egfr$1(creatinine, age, sex) {
	const [kappa, alpha, factor] = sex === "female" ? [
		.7,
		-.241,
		1.012
	] : [
		.9,
		-.302,
		1
	];
	const ratio = creatinine / 88.42 / kappa;
	return Math.round(142 * Math.min(ratio, 1) ** alpha * Math.max(ratio, 1) ** -1.2 * .9938 ** age * factor);
}
/** A uniform integer, both ends included. */
function between(random, low, high) {
	return low + random.integer(high - low + 1);
}
// src/gym/clinical/scores/body.ts
const stages = [
	"G5",
	"G4",
	"G3b",
	"G3a",
	"G2",
	"G1"
];
const bmi = calculator({
	name: "BMI",
	title: "Body mass index",
	source: "WHO Technical Report Series 894, 2000",
	parameters: {
		weightKg: number().positive().describe("kg"),
		heightCm: number().positive().describe("cm")
	},
	rate({ weightKg, heightCm }) {
		const value = Math.round(weightKg / (heightCm / 100) ** 2 * 10) / 10;
		const classes = [
			"underweight",
			"normal weight",
			"overweight",
			"obesity class I",
			"obesity class II",
			"obesity class III"
		];
		return {
			breakdown: {
				weightKg,
				heightCm
			},
			score: value,
			grade(score) {
				const step = band(score, [
					[40, 5],
					[35, 4],
					[30, 3],
					[25, 2],
					[18.5, 1]
				], 0);
				const advice = step === 0 ? "look for the cause; nutrition" : step === 1 ? "none" : "diet, exercise, risk factors";
				return {
					risk: classes[step],
					recommendation: advice
				};
			}
		};
	}
});
const kidneyItems = {
	creatinine: number().positive().describe("umol/L"),
	age: number().min(18).describe("years"),
	sex: _enum(["female", "male"])
};
function kidneyAdvice(score) {
	if (score < 15) return "kidney failure: nephrology, prepare replacement; adjust every drug";
	if (score < 30) return "refer to nephrology; adjust the doses of drugs cleared by the kidney";
	if (score < 60) return "adjust the doses of drugs cleared by the kidney; monitor";
	return "no adjustment for most drugs";
}
const egfr = calculator({
	name: "eGFR",
	title: "Glomerular filtration rate, CKD-EPI 2021, mL/min/1.73 m2",
	source: "Inker LA et al., N Engl J Med 2021;385:1737; stages of KDIGO 2024",
	parameters: kidneyItems,
	rate: ({ creatinine, age, sex }) => ({
		breakdown: {
			creatinine,
			age
		},
		score: egfr$1(creatinine, age, sex),
		grade: (score) => ({
			risk: `stage ${stages[band(score, [
				[90, 5],
				[60, 4],
				[45, 3],
				[30, 2],
				[15, 1]
			], 0)]}`,
			recommendation: kidneyAdvice(score)
		})
	})
});
const cockcroftGault = calculator({
	name: "Cockcroft-Gault",
	title: "Creatinine clearance, mL/min",
	source: "Cockcroft DW, Gault MH, Nephron 1976;16:31",
	parameters: {
		...kidneyItems,
		weightKg: number().positive().describe("kg, actual")
	},
	rate({ creatinine, age, sex, weightKg }) {
		const clearance = (140 - age) * weightKg / (72 * (creatinine / creatinineUmolPerMgDl));
		return {
			breakdown: {
				creatinine,
				age,
				weightKg
			},
			score: Math.round(clearance * (sex === "female" ? .85 : 1)),
			grade: (score) => ({
				risk: score < 30 ? "severely reduced" : score < 60 ? "moderately reduced" : score < 90 ? "mildly reduced" : "normal",
				recommendation: kidneyAdvice(score)
			})
		};
	}
});
// src/gym/clinical/scores/critical-care.ts
const qsofa = calculator({
	name: "qSOFA",
	title: "Risk of a poor outcome in suspected infection",
	source: "Seymour CW et al., JAMA 2016;315:762 (Sepsis-3)",
	parameters: {
		respiratoryRate: number().min(0).describe("per minute"),
		systolic: number().min(0).describe("mmHg"),
		alteredMentation: yes("Glasgow coma scale below 15")
	},
	rate: ({ respiratoryRate, systolic, alteredMentation }) => ({
		breakdown: {
			"respiratory rate >= 22": Number(respiratoryRate >= 22),
			"systolic <= 100 mmHg": Number(systolic <= 100),
			"altered mentation": Number(alteredMentation)
		},
		grade: (score) => score >= 2 ? {
			risk: "high",
			recommendation: "look for organ dysfunction: lactate, cultures, early antibiotics and fluids"
		} : {
			risk: "not high",
			recommendation: "keep watching; a low score does not rule sepsis out"
		}
	})
});
const glasgow = calculator({
	name: "Glasgow coma scale",
	title: "Level of consciousness",
	source: "Teasdale G, Jennett B, Lancet 1974;2:81; six motor grades of 1976",
	parameters: {
		eyes: int().min(1).max(4).describe("4 spontaneous, 3 to speech, 2 to pain, 1 none"),
		verbal: int().min(1).max(5).describe("5 oriented, 4 confused, 3 words, 2 sounds, 1 none"),
		motor: int().min(1).max(6).describe("6 obeys, 5 localises, 4 withdraws, 3 abnormal flexion, 2 extension, 1 none")
	},
	rate: ({ eyes, verbal, motor }) => ({
		breakdown: {
			eyes,
			verbal,
			motor
		},
		grade: (score) => score <= 8 ? {
			risk: "severe impairment",
			recommendation: "secure the airway; urgent imaging"
		} : score <= 12 ? {
			risk: "moderate impairment",
			recommendation: "close observation; imaging"
		} : {
			risk: score === 15 ? "none" : "mild impairment",
			recommendation: "observe and repeat"
		}
	})
});
const points = {
	temperature: (t) => band(t, [
		[41, 4],
		[39, 3],
		[38.5, 1],
		[36, 0],
		[34, 1],
		[32, 2],
		[30, 3]
	], 4),
	meanArterialPressure: (p) => band(p, [
		[160, 4],
		[130, 3],
		[110, 2],
		[70, 0],
		[50, 2]
	], 4),
	heartRate: (f) => band(f, [
		[180, 4],
		[140, 3],
		[110, 2],
		[70, 0],
		[55, 2],
		[40, 3]
	], 4),
	respiratoryRate: (f) => band(f, [
		[50, 4],
		[35, 3],
		[25, 1],
		[12, 0],
		[10, 1],
		[6, 2]
	], 4),
	aaGradient: (d) => band(d, [
		[500, 4],
		[350, 3],
		[200, 2]
	], 0),
	pao2: (p) => p > 70 ? 0 : p > 60 ? 1 : p >= 55 ? 3 : 4,
	arterialPh: (ph) => band(ph, [
		[7.7, 4],
		[7.6, 3],
		[7.5, 1],
		[7.33, 0],
		[7.25, 2],
		[7.15, 3]
	], 4),
	sodium: (na) => band(na, [
		[180, 4],
		[160, 3],
		[155, 2],
		[150, 1],
		[130, 0],
		[120, 2],
		[111, 3]
	], 4),
	potassium: (k) => band(k, [
		[7, 4],
		[6, 3],
		[5.5, 1],
		[3.5, 0],
		[3, 1],
		[2.5, 2]
	], 4),
	creatinineMgDl: (c) => band(c, [
		[3.5, 4],
		[2, 3],
		[1.5, 2],
		[.6, 0]
	], 2),
	haematocrit: (h) => band(h, [
		[60, 4],
		[50, 2],
		[46, 1],
		[30, 0],
		[20, 2]
	], 4),
	whiteCells: (w) => band(w, [
		[40, 4],
		[20, 2],
		[15, 1],
		[3, 0],
		[1, 2]
	], 4),
	age: (years) => band(years, [
		[75, 6],
		[65, 5],
		[55, 3],
		[45, 2]
	], 0)
};
/** Hospital mortality of non-operative patients by score, read off figure 3 of Knaus 1985 as usually tabulated. */
const apacheMortality = [
	[35, 85],
	[30, 75],
	[25, 55],
	[20, 40],
	[15, 25],
	[10, 15],
	[5, 8]
];
const apache2 = calculator({
	name: "APACHE II",
	title: "Severity of disease in intensive care",
	source: "Knaus WA et al., Crit Care Med 1985;13:818",
	parameters: {
		temperature: number().describe("degrees C, core"),
		meanArterialPressure: number().min(0).describe("mmHg"),
		heartRate: number().min(0).describe("per minute"),
		respiratoryRate: number().min(0).describe("per minute"),
		fio2: number().min(.21).max(1).describe("fraction of inspired oxygen"),
		pao2: number().min(0).describe("mmHg"),
		paco2: number().min(0).default(40).describe("mmHg; counts if fio2 is 0.5 or more"),
		arterialPh: number().describe("arterial pH"),
		sodium: number().min(0).describe("mmol/L"),
		potassium: number().min(0).describe("mmol/L"),
		creatinine: number().min(0).describe("umol/L"),
		acuteRenalFailure: yes("doubles the points of creatinine"),
		haematocrit: number().min(0).describe("%"),
		whiteCells: number().min(0).describe("10^9/L"),
		glasgow: int().min(3).max(15).describe("Glasgow coma scale"),
		age: number().min(0).describe("years"),
		chronicDisease: _enum([
			"none",
			"elective surgery",
			"no surgery or emergency surgery"
		]).default("none").describe("with severe organ insufficiency or immunosuppression: after elective surgery, or not")
	},
	rate(v) {
		const gradient = v.fio2 * 713 - v.paco2 / .8 - v.pao2;
		const mgDl = Math.round(v.creatinine / creatinineUmolPerMgDl * 10) / 10;
		return {
			breakdown: {
				temperature: points.temperature(v.temperature),
				meanArterialPressure: points.meanArterialPressure(v.meanArterialPressure),
				heartRate: points.heartRate(v.heartRate),
				respiratoryRate: points.respiratoryRate(v.respiratoryRate),
				oxygenation: v.fio2 >= .5 ? points.aaGradient(gradient) : points.pao2(v.pao2),
				arterialPh: points.arterialPh(v.arterialPh),
				sodium: points.sodium(v.sodium),
				potassium: points.potassium(v.potassium),
				creatinine: points.creatinineMgDl(mgDl) * (v.acuteRenalFailure ? 2 : 1),
				haematocrit: points.haematocrit(v.haematocrit),
				whiteCells: points.whiteCells(v.whiteCells),
				glasgow: 15 - v.glasgow,
				age: points.age(v.age),
				chronicDisease: {
					none: 0,
					"elective surgery": 2,
					"no surgery or emergency surgery": 5
				}[v.chronicDisease]
			},
			grade(score) {
				return {
					risk: `hospital mortality about ${band(score, apacheMortality, 4)} % (not operated)`,
					recommendation: score >= 15 ? "intensive care" : "intensive or intermediate care by the clinical picture"
				};
			}
		};
	}
});
// src/gym/clinical/scores/deterioration.ts
/** Saturation scale 1; scale 2 is for patients with hypercapnic failure and a prescribed target of 88 to 92 %. */
function saturationPoints(value, scale2, oxygen) {
	if (!scale2) return band(value, [
		[96, 0],
		[94, 1],
		[92, 2]
	], 3);
	if (value >= 93 && oxygen) return band(value, [[97, 3], [95, 2]], 1);
	return band(value, [
		[88, 0],
		[86, 1],
		[84, 2]
	], 3);
}
const news2 = calculator({
	name: "NEWS2",
	title: "Acute deterioration on a ward",
	source: "Royal College of Physicians, National Early Warning Score 2, 2017",
	parameters: {
		respiratoryRate: number().min(0).describe("per minute"),
		oxygenSaturation: number().min(0).max(100).describe("%"),
		hypercapnicFailure: yes("target saturation 88 to 92 %: scale 2"),
		supplementalOxygen: yes("breathes oxygen"),
		systolic: number().min(0).describe("mmHg"),
		heartRate: number().min(0).describe("per minute"),
		newConfusionOrLess: yes("new confusion, or reacts only to voice or pain, or not at all"),
		temperature: number().describe("degrees C")
	},
	rate(items) {
		const breakdown = {
			respiratoryRate: band(items.respiratoryRate, [
				[25, 3],
				[21, 2],
				[12, 0],
				[9, 1]
			], 3),
			oxygenSaturation: saturationPoints(items.oxygenSaturation, items.hypercapnicFailure, items.supplementalOxygen),
			supplementalOxygen: items.supplementalOxygen ? 2 : 0,
			systolic: band(items.systolic, [
				[220, 3],
				[111, 0],
				[101, 1],
				[91, 2]
			], 3),
			heartRate: band(items.heartRate, [
				[131, 3],
				[111, 2],
				[91, 1],
				[51, 0],
				[41, 1]
			], 3),
			consciousness: items.newConfusionOrLess ? 3 : 0,
			temperature: band(items.temperature, [
				[39.1, 2],
				[38.1, 1],
				[36.1, 0],
				[35.1, 1]
			], 3)
		};
		const single = Object.entries(breakdown).some(([item, points]) => points === 3 && item !== "supplementalOxygen");
		return {
			breakdown,
			grade(score) {
				if (score >= 7) return {
					risk: "high",
					recommendation: "emergency call: critical care team, monitor continuously"
				};
				if (score >= 5) return {
					risk: "medium",
					recommendation: "urgent review by the ward's doctor, observe hourly"
				};
				return single ? {
					risk: "low to medium",
					recommendation: "review by the ward's doctor, observe hourly"
				} : {
					risk: "low",
					recommendation: score === 0 ? "observe every 12 hours" : "observe every 4 to 6 hours"
				};
			}
		};
	}
});
// src/gym/clinical/scores/esi.ts
/** Limits of the danger zone by age in years, from old to young: above them level 2 is considered. */
const dangerZone = [
	{
		fromYears: 8,
		heartRate: 100,
		respiratoryRate: 20
	},
	{
		fromYears: 3,
		heartRate: 140,
		respiratoryRate: 30
	},
	{
		fromYears: .25,
		heartRate: 160,
		respiratoryRate: 40
	},
	{
		fromYears: 0,
		heartRate: 180,
		respiratoryRate: 50
	}
];
/** Decision points A to D. Two deviations: saturation below 92 % counts at any age; what is to be considered at point D is done. */
const esi = calculator({
	name: "ESI",
	title: "Emergency Severity Index: level 1 (at once) to 5 (no resource)",
	source: "Gilboy N et al., Emergency Severity Index, version 4, AHRQ 12-0014, 2011",
	parameters: {
		lifesavingIntervention: yes("A: needs one at once: airway, breathing, circulation, antidote"),
		highRiskSituation: yes("B: should not wait"),
		newConfusion: yes("B: newly confused, lethargic or disoriented"),
		severePainOrDistress: yes("B: 7 of 10 or more, as judged at the bedside"),
		resources: int().min(0).describe("C: how many kinds of resources will be needed"),
		ageYears: number().min(0),
		heartRate: number().min(0).describe("per minute"),
		respiratoryRate: number().min(0).describe("per minute"),
		oxygenSaturation: number().min(0).max(100).describe("%")
	},
	rate(items) {
		const limits = dangerZone.find(({ fromYears }) => items.ageYears >= fromYears);
		const inDanger = items.heartRate > limits.heartRate || items.respiratoryRate > limits.respiratoryRate || items.oxygenSaturation < 92;
		const isUrgent = items.highRiskSituation || items.newConfusion || items.severePainOrDistress;
		const byResources = band(items.resources, [[2, inDanger ? 2 : 3], [1, 4]], 5);
		const score = items.lifesavingIntervention ? 1 : isUrgent ? 2 : byResources;
		return {
			breakdown: {
				lifesavingIntervention: Number(items.lifesavingIntervention),
				urgent: Number(isUrgent),
				resources: items.resources,
				dangerZone: Number(inDanger)
			},
			score,
			grade: (level) => ({
				risk: [
					"resuscitation",
					"emergent",
					"urgent",
					"less urgent",
					"non-urgent"
				][level - 1],
				recommendation: [
					"a team at once",
					"a bed and a doctor within 10 minutes",
					"may wait, look again",
					"fast track",
					"fast track or waiting room"
				][level - 1]
			})
		};
	}
});
// src/gym/clinical/scores/liver.ts
const meldItems = {
	bilirubin: number().min(0).describe("umol/L"),
	inr: number().min(0).describe("INR"),
	creatinine: number().min(0).describe("umol/L"),
	dialysis: yes("twice or more in the last week: creatinine counts as 4 mg/dL")
};
/** Terms of 10·(0.378 ln bilirubin + 1.120 ln INR + 0.957 ln creatinine + 0.643), mg/dL, each at least 1, creatinine at most 4. */
function meldTerms({ bilirubin, inr, creatinine, dialysis }) {
	const mgDl = dialysis ? 4 : Math.min(4, Math.max(1, creatinine / creatinineUmolPerMgDl));
	return {
		bilirubin: 3.78 * Math.log(Math.max(1, bilirubin / bilirubinUmolPerMgDl)),
		INR: 11.2 * Math.log(Math.max(1, inr)),
		creatinine: 9.57 * Math.log(mgDl),
		constant: 6.43
	};
}
const total = (terms) => Math.round(Object.values(terms).reduce((sum, term) => sum + term, 0));
const rounded = (terms) => Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, Math.round(term * 100) / 100]));
/** Three-month mortality on the waiting list, Wiesner R et al., Gastroenterology 2003;124:91. */
function meldRisk(score) {
	return {
		risk: `${score >= 30 ? "very high" : score >= 20 ? "high" : score >= 10 ? "moderate" : "low"} (3-month mortality about ${score >= 40 ? 71.3 : score >= 30 ? 52.6 : score >= 20 ? 19.6 : score >= 10 ? 6 : 1.9} %)`,
		recommendation: score >= 15 ? "refer for assessment of liver transplantation" : "treat the cause and repeat at intervals"
	};
}
const meld = calculator({
	name: "MELD",
	title: "Severity of end-stage liver disease",
	source: "Kamath PS et al., Hepatology 2001;33:464, with the bounds of UNOS",
	parameters: meldItems,
	rate(items) {
		const terms = meldTerms(items);
		return {
			breakdown: rounded(terms),
			score: Math.min(40, Math.max(6, total(terms))),
			grade: meldRisk
		};
	}
});
const meldNa = calculator({
	name: "MELD-Na",
	title: "Severity of end-stage liver disease, with sodium",
	source: "Kim WR et al., N Engl J Med 2008;359:1018; formula of OPTN policy 2016",
	parameters: {
		...meldItems,
		sodium: number().min(0).describe("mmol/L")
	},
	rate({ sodium, ...items }) {
		const terms = meldTerms(items);
		const plain = total(terms);
		const deficit = 137 - Math.min(137, Math.max(125, sodium));
		const correction = plain > 11 ? 1.32 * deficit - .033 * plain * deficit : 0;
		return {
			breakdown: rounded({
				...terms,
				sodium: correction
			}),
			score: Math.min(40, Math.max(6, Math.round(plain + correction))),
			grade: meldRisk
		};
	}
});
const childPughClasses = [
	"A",
	"B",
	"C"
];
/** Limits in SI units as usually printed: bilirubin 34 and 50 µmol/L, albumin 35 and 28 g/L, INR 1.7 and 2.3. */
const childPugh = calculator({
	name: "Child-Pugh",
	title: "Severity of cirrhosis",
	source: "Pugh RNH et al., Br J Surg 1973;60:646, with INR for prothrombin time",
	parameters: {
		bilirubin: number().min(0).describe("umol/L"),
		albumin: number().min(0).describe("g/L"),
		inr: number().min(0).describe("INR"),
		ascites: _enum([
			"none",
			"mild",
			"moderate"
		]).describe("moderate: also severe or refractory"),
		encephalopathy: _enum([
			"none",
			"grade 1-2",
			"grade 3-4"
		])
	},
	rate: ({ bilirubin, albumin, inr, ascites, encephalopathy }) => ({
		breakdown: {
			bilirubin: bilirubin > 50 ? 3 : bilirubin >= 34 ? 2 : 1,
			albumin: albumin < 28 ? 3 : albumin <= 35 ? 2 : 1,
			INR: inr > 2.3 ? 3 : inr >= 1.7 ? 2 : 1,
			ascites: [
				"none",
				"mild",
				"moderate"
			].indexOf(ascites) + 1,
			encephalopathy: [
				"none",
				"grade 1-2",
				"grade 3-4"
			].indexOf(encephalopathy) + 1
		},
		grade(score) {
			const risk = `class ${childPughClass(score)}`;
			if (score <= 6) return {
				risk,
				recommendation: "compensated; surveillance, usual doses of most drugs"
			};
			if (score <= 9) return {
				risk,
				recommendation: "significant compromise; reduce drugs cleared by the liver"
			};
			return {
				risk,
				recommendation: "decompensated; consider transplantation, avoid drugs cleared by the liver"
			};
		}
	})
});
/** A 5-6, B 7-9, C 10-15 */
function childPughClass(score) {
	return score <= 6 ? "A" : score <= 9 ? "B" : "C";
}
// src/gym/clinical/scores/mood.ts
const answers = (count) => array(int().min(0).max(3)).length(count).describe("one number an item: 0 not at all, 1 several days, 2 more than half the days, 3 nearly every day");
const breakdown = (items) => Object.fromEntries(items.map((value, i) => [`item ${i + 1}`, value]));
const phq9 = calculator({
	name: "PHQ-9",
	title: "Severity of depression",
	source: "Kroenke K et al., J Gen Intern Med 2001;16:606",
	parameters: { items: answers(9) },
	rate: ({ items }) => ({
		breakdown: breakdown(items),
		grade(score) {
			const step = band(score, [
				[20, 4],
				[15, 3],
				[10, 2],
				[5, 1]
			], 0);
			const advice = [
				"none",
				"watch and repeat",
				"plan treatment",
				"treat: drug, psychotherapy or both",
				"treat at once; psychiatrist"
			];
			const suicide = items[8] > 0 ? "; item 9 is positive: assess the risk of suicide now" : "";
			return {
				risk: [
					"minimal",
					"mild",
					"moderate",
					"moderately severe",
					"severe"
				][step],
				recommendation: `${advice[step]}${suicide}`
			};
		}
	})
});
const gad7 = calculator({
	name: "GAD-7",
	title: "Severity of anxiety",
	source: "Spitzer RL et al., Arch Intern Med 2006;166:1092",
	parameters: { items: answers(7) },
	rate: ({ items }) => ({
		breakdown: breakdown(items),
		grade(score) {
			const step = band(score, [
				[15, 3],
				[10, 2],
				[5, 1]
			], 0);
			return {
				risk: [
					"minimal",
					"mild",
					"moderate",
					"severe"
				][step],
				recommendation: [
					"none",
					"watch and repeat",
					"evaluate further",
					"treat"
				][step]
			};
		}
	})
});
// src/gym/clinical/scores/pneumonia.ts
/** Thirty-day mortality in three groups, as Lim 2003 gives it: 1.5 %, 9.2 %, 22 %. */
const curb65 = calculator({
	name: "CURB-65",
	title: "Severity of community-acquired pneumonia",
	source: "Lim WS et al., Thorax 2003;58:377; BTS guideline 2009",
	parameters: {
		confusion: yes("new disorientation in person, place or time"),
		urea: number().min(0).describe("mmol/L"),
		respiratoryRate: number().min(0).describe("per minute"),
		systolic: number().min(0).describe("mmHg"),
		diastolic: number().min(0).describe("mmHg"),
		age: number().min(0).describe("years")
	},
	rate: ({ confusion, urea, respiratoryRate, systolic, diastolic, age }) => ({
		breakdown: {
			confusion: Number(confusion),
			"urea > 7 mmol/L": Number(urea > 7),
			"respiratory rate >= 30": Number(respiratoryRate >= 30),
			"systolic < 90 or diastolic <= 60 mmHg": Number(systolic < 90 || diastolic <= 60),
			"age >= 65": Number(age >= 65)
		},
		grade: (score) => score <= 1 ? {
			risk: "low (30-day mortality about 1.5 %)",
			recommendation: "treatment at home is usually suitable"
		} : score === 2 ? {
			risk: "intermediate (30-day mortality about 9 %)",
			recommendation: "short admission or supervised outpatient treatment"
		} : {
			risk: "high (30-day mortality about 22 %)",
			recommendation: `admit as severe pneumonia${score >= 4 ? "; assess for intensive care" : ""}`
		}
	})
});
// src/gym/clinical/scores/psychiatry.ts
/** Screens of psychiatry. Items are given as numbers; their wording is the instruments' own and is not copied. */
const list$1 = (count, most, what) => array(int().min(0).max(most)).length(count).describe(what);
const numbered = (items) => Object.fromEntries(items.map((value, i) => [`item ${i + 1}`, value]));
/** Screener of the last month with lifetime behaviour: level 0 to 6; higher answers win. */
const cSsrs = calculator({
	name: "C-SSRS",
	title: "Columbia suicide severity rating scale, screen version",
	source: "Posner K et al., Am J Psychiatry 2011;168:1266; triage of the Columbia Lighthouse Project 2016",
	parameters: {
		wishToBeDead: yes("1: wish to be dead"),
		suicidalThoughts: yes("2: thoughts of killing oneself"),
		thoughtsWithMethod: yes("3: with a method, without intent"),
		intent: yes("4: some intent to act"),
		intentWithPlan: yes("5: intent and a plan"),
		behaviourEver: yes("6: any attempt or preparation, in life"),
		behaviourLast3Months: yes("6: within three months")
	},
	rate(items) {
		const ideation = [
			items.wishToBeDead,
			items.suicidalThoughts,
			items.thoughtsWithMethod,
			items.intent,
			items.intentWithPlan
		];
		const high = items.intent || items.intentWithPlan || items.behaviourLast3Months;
		const moderate = items.thoughtsWithMethod || items.behaviourEver;
		return {
			breakdown: {
				ideation: ideation.lastIndexOf(true) + 1,
				behaviour: items.behaviourLast3Months ? 2 : Number(items.behaviourEver)
			},
			score: ideation.lastIndexOf(true) + 1,
			grade(score) {
				if (high) return {
					risk: "high",
					recommendation: "never alone; psychiatric evaluation at once; remove means"
				};
				if (moderate) return {
					risk: "moderate",
					recommendation: "evaluation the same day; safety plan; remove means"
				};
				return score > 0 ? {
					risk: "low",
					recommendation: "referral to mental health care; safety plan"
				} : {
					risk: "none",
					recommendation: "nothing further"
				};
			}
		};
	}
});
const audit = calculator({
	name: "AUDIT",
	title: "Alcohol use disorders identification test",
	source: "Saunders JB et al., Addiction 1993;88:791; zones of Babor TF et al., WHO 2001",
	parameters: {
		items: list$1(8, 4, "questions 1 to 8, each 0 to 4"),
		lateItems: array(union([
			literal(0),
			literal(2),
			literal(4)
		])).length(2).describe("questions 9 and 10: 0, 2 or 4")
	},
	rate: ({ items, lateItems }) => ({
		breakdown: numbered([...items, ...lateItems]),
		grade(score) {
			const zone = band(score, [
				[20, 3],
				[16, 2],
				[8, 1]
			], 0);
			return {
				risk: [
					"low",
					"hazardous",
					"harmful",
					"possible dependence"
				][zone],
				recommendation: [
					"education",
					"simple advice",
					"brief counselling and monitoring",
					"specialist: diagnosis and treatment"
				][zone]
			};
		}
	})
});
const dast10 = calculator({
	name: "DAST-10",
	title: "Drug abuse screening test",
	source: "Skinner HA, Addict Behav 1982;7:363; short form and steps: Yudko E et al., J Subst Abuse Treat 2007;32:189",
	parameters: { answers: array(boolean()).length(10).describe("yes or no to questions 1 to 10; for question 3 (able to stop) no counts") },
	rate: ({ answers }) => ({
		breakdown: numbered(answers.map((answer, i) => Number(i === 2 ? !answer : answer))),
		grade(score) {
			const step = band(score, [
				[9, 4],
				[6, 3],
				[3, 2],
				[1, 1]
			], 0);
			return {
				risk: [
					"none",
					"low",
					"moderate",
					"substantial",
					"severe"
				][step],
				recommendation: [
					"none",
					"watch and repeat",
					"further investigation",
					"intensive assessment",
					"intensive assessment"
				][step]
			};
		}
	})
});
const mmse = calculator({
	name: "MMSE",
	title: "Mini-mental state examination",
	source: "Folstein MF et al., J Psychiatr Res 1975;12:189; steps: NICE TA217 2011",
	parameters: {
		orientation: int().min(0).max(10).describe("time and place"),
		registration: int().min(0).max(3),
		attention: int().min(0).max(5),
		recall: int().min(0).max(3),
		language: int().min(0).max(8).describe("naming 2, repetition 1, command 3, reading 1, writing 1"),
		copying: int().min(0).max(1)
	},
	rate: (items) => ({
		breakdown: items,
		grade(score) {
			const step = band(score, [
				[27, 0],
				[21, 1],
				[10, 2]
			], 3);
			return {
				risk: [
					"no impairment",
					"mild impairment",
					"moderate impairment",
					"severe impairment"
				][step],
				recommendation: step === 0 ? "nothing further" : "full assessment; exclude delirium, depression, B12, thyroid"
			};
		}
	})
});
/** DSM-5 clusters: B 1–5, C 6–7, D 8–14, E 15–20; an item counts from 2 on. */
const pcl5 = calculator({
	name: "PCL-5",
	title: "Post-traumatic stress disorder checklist for DSM-5",
	source: "Blevins CA et al., J Trauma Stress 2015;28:489; limit 31 to 33: Bovin MJ et al., Psychol Assess 2016;28:1379",
	parameters: { items: list$1(20, 4, "20 answers: 0 not at all to 4 extremely") },
	rate({ items }) {
		const present = (from, to) => items.slice(from - 1, to).filter((value) => value >= 2).length;
		const clusters = present(1, 5) >= 1 && present(6, 7) >= 1 && present(8, 14) >= 2 && present(15, 20) >= 2;
		return {
			breakdown: numbered(items),
			grade: (score) => score >= 33 ? {
				risk: "probable PTSD",
				recommendation: `structured interview; trauma-focused therapy (clusters ${clusters ? "met" : "not met"})`
			} : {
				risk: "below the limit",
				recommendation: clusters ? "clusters met: structured interview" : "watch and repeat"
			}
		};
	}
});
const cage = calculator({
	name: "CAGE",
	title: "Four questions on alcohol",
	source: "Ewing JA, JAMA 1984;252:1905",
	parameters: {
		cutDown: yes("felt one should cut down"),
		annoyed: yes("annoyed by criticism"),
		guilty: yes("felt guilty"),
		eyeOpener: yes("a drink first thing in the morning")
	},
	rate: (items) => ({
		breakdown: Object.fromEntries(Object.entries(items).map(([item, said]) => [item, Number(said)])),
		grade: (score) => score >= 2 ? {
			risk: "positive",
			recommendation: "full assessment of drinking, e.g. AUDIT"
		} : {
			risk: "negative",
			recommendation: score === 1 ? "ask for amounts" : "nothing further"
		}
	})
});
const scoff = calculator({
	name: "SCOFF",
	title: "Five questions on eating",
	source: "Morgan JF et al., BMJ 1999;319:1467",
	parameters: {
		sick: yes("makes oneself sick because uncomfortably full"),
		control: yes("worries about loss of control over eating"),
		oneStone: yes("lost more than 6 kg within three months"),
		fat: yes("believes to be fat when others say too thin"),
		food: yes("food dominates life")
	},
	rate: (items) => ({
		breakdown: Object.fromEntries(Object.entries(items).map(([item, said]) => [item, Number(said)])),
		grade: (score) => score >= 2 ? {
			risk: "positive",
			recommendation: "assess for anorexia or bulimia: weight, electrolytes, ECG"
		} : {
			risk: "negative",
			recommendation: "nothing further"
		}
	})
});
// src/gym/clinical/scores/readmission.ts
/** Points of the comorbidity part, van Walraven 2010 (after Schneeweiss); the sum counts 5 from 4 on. */
const laceComorbidities = {
	"previous myocardial infarction": 1,
	"cerebrovascular disease": 1,
	"peripheral vascular disease": 1,
	"diabetes without complications": 1,
	"congestive heart failure": 2,
	"diabetes with end organ damage": 2,
	"chronic pulmonary disease": 2,
	"mild liver or renal disease": 2,
	"any tumour": 2,
	dementia: 3,
	"connective tissue disease": 3,
	AIDS: 4,
	"moderate or severe liver or renal disease": 4,
	"metastatic solid tumour": 6
};
const lace = calculator({
	name: "LACE",
	title: "Risk of death or unplanned readmission within 30 days of discharge",
	source: "van Walraven C et al., CMAJ 2010;182:551",
	parameters: {
		lengthOfStayDays: int().min(0).describe("days in hospital"),
		acuteAdmission: yes("admitted as an emergency"),
		comorbidities: array(_enum(Object.keys(laceComorbidities))).default([]),
		emergencyVisits: int().min(0).describe("in the six months before, this one not counted")
	},
	rate({ lengthOfStayDays, acuteAdmission, comorbidities, emergencyVisits }) {
		const charlson = [...new Set(comorbidities)].reduce((sum, name) => sum + laceComorbidities[name], 0);
		return {
			breakdown: {
				lengthOfStay: band(lengthOfStayDays, [
					[14, 7],
					[7, 5],
					[4, 4],
					[3, 3],
					[2, 2],
					[1, 1]
				], 0),
				acuteAdmission: acuteAdmission ? 3 : 0,
				comorbidity: charlson >= 4 ? 5 : charlson,
				emergencyVisits: Math.min(4, emergencyVisits)
			},
			grade: (score) => score >= 10 ? {
				risk: "high",
				recommendation: "plan the discharge with early follow-up, within 7 days"
			} : {
				risk: score >= 5 ? "moderate" : "low",
				recommendation: "usual follow-up"
			}
		};
	}
});
// src/gym/clinical/scores/thrombosis.ts
/** The version of 2003 with previous DVT as an item and two classes. */
const wellsDvt = calculator({
	name: "Wells DVT",
	title: "Probability of deep vein thrombosis",
	source: "Wells PS et al., N Engl J Med 2003;349:1227",
	parameters: {
		activeCancer: yes("treatment now, within 6 months, or palliative"),
		paralysisOrPlaster: yes("paralysis, paresis or recent plaster of the leg"),
		bedriddenOrSurgery: yes("in bed 3 days or more, or major surgery within 12 weeks"),
		localisedTenderness: yes("along the deep veins"),
		entireLegSwollen: yes("the whole leg is swollen"),
		calfSwelling: yes("calf more than 3 cm larger than the other, 10 cm below the tibial tuberosity"),
		pittingOedema: yes("confined to the symptomatic leg"),
		collateralVeins: yes("superficial, not varicose"),
		previousDvt: yes("documented"),
		alternativeAsLikely: yes("another diagnosis is at least as likely")
	},
	rate: ({ alternativeAsLikely, ...items }) => ({
		breakdown: {
			...Object.fromEntries(Object.entries(items).map(([item, present]) => [item, Number(present)])),
			alternativeAsLikely: alternativeAsLikely ? -2 : 0
		},
		grade: (score) => score >= 2 ? {
			risk: "DVT likely",
			recommendation: "compression ultrasound of the leg; anticoagulate if it must wait"
		} : {
			risk: "DVT unlikely",
			recommendation: "D-dimer; ultrasound only if it is raised"
		}
	})
});
const wellsPePoints = {
	signsOfDvt: 3,
	peMostLikely: 3,
	heartRateOver100: 1.5,
	immobilisationOrSurgery: 1.5,
	previousDvtOrPe: 1.5,
	haemoptysis: 1,
	malignancy: 1
};
const wellsPe = calculator({
	name: "Wells PE",
	title: "Probability of pulmonary embolism",
	source: "Wells PS et al., Thromb Haemost 2000;83:416; two classes as in van Belle A et al., JAMA 2006;295:172",
	parameters: {
		signsOfDvt: yes("leg swelling and pain on palpation of the deep veins"),
		peMostLikely: yes("another diagnosis is less likely than PE"),
		heartRate: number().min(0).describe("per minute"),
		immobilisationOrSurgery: yes("in bed 3 days or more, or surgery, within 4 weeks"),
		previousDvtOrPe: yes("documented"),
		haemoptysis: yes("coughing blood"),
		malignancy: yes("treated within 6 months or palliative")
	},
	rate({ heartRate, ...items }) {
		const present = {
			...items,
			heartRateOver100: heartRate > 100
		};
		const names = Object.keys(wellsPePoints);
		return {
			breakdown: Object.fromEntries(names.map((name) => [name, present[name] ? wellsPePoints[name] : 0])),
			grade: (score) => score > 4 ? {
				risk: "PE likely",
				recommendation: "CT pulmonary angiography; anticoagulate if it must wait"
			} : {
				risk: "PE unlikely",
				recommendation: "D-dimer; CT pulmonary angiography only if it is raised"
			}
		};
	}
});
// src/gym/clinical/scores/index.ts
/** Every score; `find` by name for tools that take one. */
const calculators = [
	curb65,
	wellsDvt,
	wellsPe,
	cha2ds2Vasc,
	hasBled,
	meld,
	meldNa,
	childPugh,
	apache2,
	qsofa,
	glasgow,
	lace,
	bmi,
	egfr,
	cockcroftGault,
	phq9,
	gad7,
	news2,
	esi,
	cSsrs,
	audit,
	dast10,
	mmse,
	pcl5,
	cage,
	scoff
];
/** By its name, in any case and with or without punctuation: "curb65", "CHA2DS2-VASc". */
function findCalculator(name) {
	const plain = (text) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
	return calculators.find((known) => plain(known.name) === plain(name));
}
// src/gym/clinical/drugs.ts
const drugs = [...drugs$1.map((drug) => ({
	...drugFacts[drug.name],
	...drug,
	renal: drug.renal ?? drugFacts[drug.name].renal
})), ...moreDrugs];
const byName$1 = new Map(drugs.map((drug) => [drug.name.toLowerCase(), drug]));
function findDrug(name) {
	return byName$1.get(name.trim().toLowerCase());
}
/** A drug that must be there: for our own tables. */
function drugNamed(name) {
	const drug = findDrug(name);
	if (!drug) throw new RangeError(`no drug ${name} in the tables`);
	return drug;
}
/** Everything that a rule may name it by: name, class, group, tags, "strong CYP3A4 inhibitor", "CYP3A4 inducer", "CYP3A4 substrate". */
function keysOf(drug) {
	const known = keys.get(drug);
	if (known) return known;
	const { substrate = [], inhibits = {}, induces = [] } = drug.cyp ?? {};
	const made = [
		drug.name,
		drug.class,
		drug.group,
		...drug.tags ?? [],
		...substrate.map((enzyme) => `${enzyme} substrate`),
		...Object.entries(inhibits).map(([enzyme, strength]) => `${strength} ${enzyme} inhibitor`),
		...induces.map((enzyme) => `${enzyme} inducer`)
	];
	keys.set(drug, made);
	return made;
}
const keys = /* @__PURE__ */ new Map();
/** Of a class, a group or with a property, in the order of the tables; in any case. */
function drugsOf(classOrGroup) {
	const wanted = classOrGroup.trim().toLowerCase();
	return drugs.filter((drug) => keysOf(drug).some((key) => key.toLowerCase() === wanted));
}
/** @param gfr mL/min/1.73 m² (eGFR) or mL/min (Cockcroft-Gault); the tables do not tell them apart */
function renalAdvice(drug, gfr) {
	const row = drug.renal?.find(({ from }) => gfr >= from);
	if (!row) {
		const { dose, frequency } = drug.regimens[0];
		return {
			advice: "no adjustment listed",
			dose,
			frequency
		};
	}
	return "avoid" in row ? { advice: "avoid" } : {
		advice: "give",
		dose: row.dose,
		frequency: row.frequency
	};
}
function hepaticAdvice(drug, childPugh) {
	return drug.hepatic[childPughClasses.indexOf(childPugh)];
}
const perDay = {
	"once daily": 1,
	"twice daily": 2,
	"three times daily": 3,
	"four times daily": 4,
	"five times daily": 5,
	"every 4 hours": 6,
	"every 36 hours": 24 / 36,
	"every 48 hours": 1 / 2,
	once: 1,
	"as needed": 1
};
const inMg = {
	g: 1e3,
	mg: 1,
	microgram: .001,
	micrograms: .001
};
/** Milligrams of a dose such as "500 mg" or "1 g"; undefined for units and doses by weight. */
function doseMg(dose) {
	const match = /^(\d+(?:\.\d+)?) ?(g|mg|micrograms?)$/.exec(dose.trim());
	return match ? Number(match[1]) * inMg[match[2]] : void 0;
}
/** Milligrams a day; weekly doses count as one dose. */
function dailyMg({ dose, frequency }) {
	const mg = doseMg(dose);
	const times = frequency === "once weekly" ? 1 : perDay[frequency];
	return mg === void 0 || times === void 0 ? void 0 : mg * times;
}
/** Enzymes that one of them changes and the other is cleared by. */
function sharedEnzymes(a, b) {
	const out = [];
	for (const [actor, victim] of [[a, b], [b, a]]) for (const enzyme of victim.cyp?.substrate ?? []) {
		if (actor.cyp?.inhibits?.[enzyme]) out.push({
			enzyme,
			by: actor.name,
			of: victim.name,
			change: "inhibits"
		});
		if (actor.cyp?.induces?.includes(enzyme)) out.push({
			enzyme,
			by: actor.name,
			of: victim.name,
			change: "induces"
		});
	}
	return out;
}
// src/gym/clinical/interactions.ts
/**
* Interactions of drugs. Sources: product labels (contraindications, "Interactions" section), BNF appendix 1, FDA table of CYP
* inhibitors and inducers, CredibleMeds for QT; single papers are named where one made the case. Simplified: never for care.
*/
const interactionSeverities = [
	"minor",
	"moderate",
	"major",
	"contraindicated"
];
const d = (mechanism, management, source, severity) => ({
	mechanism,
	management,
	source,
	evidence: "established",
	...severity ? { severity } : {}
});
const n = (a, b, severity, effect, mechanism, management, source, evidence = "established") => ({
	between: [a, b],
	severity,
	effect,
	mechanism,
	management,
	evidence,
	source
});
const inhibits3A4 = "inhibition of CYP3A4";
const qtLabels = "labels; CredibleMeds; Tisdale JE 2016";
/** What the rules of `data/clinical` leave out, by their pair. */
const details = {
	"anticoagulant + NSAID": d("impaired platelets and stomach lining under anticoagulation", "avoid the NSAID; use paracetamol", "labels; Davidson BL, JAMA Intern Med 2014"),
	"anticoagulant + antiplatelet": d("two steps of haemostasis blocked", "combine only with a clear indication and for a short time", "ESC guideline 2020 on atrial fibrillation"),
	"warfarin + amiodarone": d("inhibition of CYP2C9", "reduce warfarin by 30-50 % and measure the INR weekly", "labels"),
	"warfarin + fluconazole": d("inhibition of CYP2C9", "reduce warfarin and measure the INR often", "labels"),
	"warfarin + metronidazole": d("inhibition of CYP2C9", "choose another antibiotic or reduce warfarin and measure the INR", "labels"),
	"warfarin + co-trimoxazole": d("inhibition of CYP2C9", "choose another antibiotic or reduce warfarin and measure the INR", "labels"),
	"warfarin + clarithromycin": d(inhibits3A4, "measure the INR in 3-5 days", "labels"),
	"warfarin + ciprofloxacin": d("inhibition of CYP1A2; loss of gut flora", "measure the INR in 3-5 days", "labels"),
	"warfarin + carbamazepine": d("induction of CYP2C9 and CYP3A4", "measure the INR often; the dose of warfarin may have to rise", "labels"),
	"apixaban + carbamazepine": d("induction of CYP3A4 and P-gp", "avoid; use warfarin or another anticonvulsant", "FDA label of apixaban"),
	"SSRI + anticoagulant": d("less serotonin in platelets", "watch for bleeding; consider a PPI", "BNF"),
	"SSRI + NSAID": d("less serotonin in platelets and impaired stomach lining", "avoid the NSAID or add a PPI", "BNF"),
	"SSRI + tramadol": d("both raise serotonin; strong CYP2D6 inhibitors also weaken tramadol", "choose another analgesic", "FDA label of tramadol"),
	"amitriptyline + tramadol": d("both raise serotonin and lower the seizure threshold", "choose another analgesic", "FDA label of tramadol"),
	"simvastatin + clarithromycin": d(inhibits3A4, "stop simvastatin for the course or use azithromycin", "FDA label of simvastatin", "contraindicated"),
	"atorvastatin + clarithromycin": d(inhibits3A4, "at most 20 mg atorvastatin, or use azithromycin", "FDA label of atorvastatin"),
	"simvastatin + amiodarone": d(inhibits3A4, "at most 20 mg simvastatin, or use pravastatin", "FDA label of simvastatin"),
	"simvastatin + fluconazole": d(inhibits3A4, "stop simvastatin for the course or use pravastatin", "BNF"),
	"simvastatin + amlodipine": d(inhibits3A4, "at most 20 mg simvastatin", "FDA label of simvastatin"),
	"ACE inhibitor + potassium-sparing diuretic": d("both lower the excretion of potassium", "measure potassium and creatinine after 1 and 4 weeks", "labels; Juurlink DN, N Engl J Med 2004"),
	"ARB + potassium-sparing diuretic": d("both lower the excretion of potassium", "measure potassium and creatinine after 1 and 4 weeks", "labels"),
	"ACE inhibitor + co-trimoxazole": d("trimethoprim blocks sodium channels of the collecting duct", "choose another antibiotic or measure potassium", "Antoniou T, Arch Intern Med 2010"),
	"ARB + co-trimoxazole": d("trimethoprim blocks sodium channels of the collecting duct", "choose another antibiotic or measure potassium", "Antoniou T, Arch Intern Med 2010"),
	"potassium-sparing diuretic + co-trimoxazole": d("trimethoprim blocks sodium channels of the collecting duct", "choose another antibiotic", "Antoniou T, BMJ 2011"),
	"ACE inhibitor + NSAID": d("less prostaglandin in the kidney, weaker effect on pressure", "avoid, above all with a diuretic; measure creatinine", "BNF"),
	"ARB + NSAID": d("less prostaglandin in the kidney, weaker effect on pressure", "avoid, above all with a diuretic; measure creatinine", "BNF"),
	"lithium + NSAID": d("less renal clearance of lithium", "use paracetamol; else measure lithium after 5-7 days", "labels"),
	"lithium + ACE inhibitor": d("less renal clearance of lithium", "choose another drug, or reduce lithium and measure it weekly", "Juurlink DN, J Am Geriatr Soc 2004"),
	"lithium + hydrochlorothiazide": d("more reabsorption of lithium with sodium", "choose another drug, or reduce lithium by 25-50 % and measure it", "labels"),
	"digoxin + amiodarone": d("inhibition of P-gp", "halve digoxin and measure its level", "labels"),
	"digoxin + clarithromycin": d("inhibition of P-gp", "choose another antibiotic or measure digoxin", "labels; Juurlink DN, JAMA 2003"),
	"digoxin + furosemide": d("low potassium and magnesium sensitise the heart", "keep potassium above 4 mmol/L", "labels"),
	"methotrexate + co-trimoxazole": d("two folate antagonists; less renal clearance of methotrexate", "avoid; choose another antibiotic", "labels; BNF"),
	"methotrexate + NSAID": d("less renal clearance of methotrexate", "avoid, or watch blood count and creatinine at low doses", "labels"),
	"colchicine + clarithromycin": d("inhibition of CYP3A4 and P-gp", "never together in renal or hepatic impairment; else reduce colchicine", "FDA label of colchicine"),
	"sildenafil + isosorbide mononitrate": d("both raise cyclic GMP in vessels", "never together; no nitrate within 24 hours of sildenafil", "labels", "contraindicated"),
	"clopidogrel + omeprazole": d("inhibition of CYP2C19: less active metabolite", "use pantoprazole", "FDA label of clopidogrel"),
	"phenytoin + fluconazole": d("inhibition of CYP2C9", "reduce phenytoin and measure its level", "labels"),
	"carbamazepine + clarithromycin": d(inhibits3A4, "use azithromycin, or reduce carbamazepine and measure its level", "labels"),
	"corticosteroid + NSAID": d("both harm the stomach lining", "avoid the NSAID or add a PPI", "BNF"),
	"beta blocker + amiodarone": d("both slow sinus and AV node", "watch heart rate and ECG", "labels"),
	"beta blocker + digoxin": d("both slow the AV node", "watch the heart rate", "labels")
};
const more = [
	n("anticoagulant", "anticoagulant", "major", "bleeding", "two anticoagulants at once", "never two, except while changing from one to the other", "labels"),
	n("thrombolytic", "anticoagulant", "contraindicated", "bleeding", "lysis of clots under anticoagulation", "no thrombolysis within the limits of the stroke guideline", "AHA/ASA guideline 2019"),
	n("anticoagulant", "St John's wort", "major", "loss of effect", "induction of CYP3A4, CYP2C9 and P-gp", "avoid St John's wort", "labels"),
	n("anticoagulant", "rifampicin", "major", "loss of effect", "induction of CYP3A4, CYP2C9 and P-gp", "avoid with direct anticoagulants; with warfarin measure the INR often", "labels"),
	n("enoxaparin", "rifampicin", "minor", "no important effect", "not cleared by CYP", "no action", "labels", "theoretical"),
	n("enoxaparin", "St John's wort", "minor", "no important effect", "not cleared by CYP", "no action", "labels", "theoretical"),
	n("heparin", "rifampicin", "minor", "no important effect", "not cleared by CYP", "no action", "labels", "theoretical"),
	n("heparin", "St John's wort", "minor", "no important effect", "not cleared by CYP", "no action", "labels", "theoretical"),
	n("apixaban", "itraconazole", "major", "bleeding", "inhibition of CYP3A4 and P-gp", "halve apixaban or avoid", "FDA label of apixaban"),
	n("rivaroxaban", "itraconazole", "major", "bleeding", "inhibition of CYP3A4 and P-gp", "avoid", "FDA label of rivaroxaban"),
	n("dabigatran", "itraconazole", "contraindicated", "bleeding", "inhibition of P-gp", "never together", "EMA label of dabigatran"),
	n("dabigatran", "verapamil", "moderate", "bleeding", "inhibition of P-gp", "110 mg twice daily, taken at the same time", "EMA label of dabigatran"),
	n("dabigatran", "amiodarone", "moderate", "bleeding", "inhibition of P-gp", "watch for bleeding and renal function", "EMA label of dabigatran"),
	n("rivaroxaban", "carbamazepine", "major", "loss of effect", "induction of CYP3A4 and P-gp", "avoid", "FDA label of rivaroxaban"),
	n("apixaban", "phenytoin", "major", "loss of effect", "induction of CYP3A4 and P-gp", "avoid", "FDA label of apixaban"),
	n("rivaroxaban", "phenytoin", "major", "loss of effect", "induction of CYP3A4 and P-gp", "avoid", "FDA label of rivaroxaban"),
	n("dabigatran", "carbamazepine", "major", "loss of effect", "induction of P-gp", "avoid", "EMA label of dabigatran"),
	n("dabigatran", "phenytoin", "major", "loss of effect", "induction of P-gp", "avoid", "EMA label of dabigatran"),
	n("warfarin", "itraconazole", "major", "high INR", inhibits3A4, "measure the INR often", "labels"),
	n("warfarin", "paracetamol", "minor", "high INR", "a metabolite hinders the cycle of vitamin K", "measure the INR if more than 2 g a day is taken for days", "Hylek EM, JAMA 1998"),
	n("warfarin", "levothyroxine", "moderate", "high INR", "faster breakdown of clotting factors", "measure the INR when levothyroxine is started or changed", "labels"),
	n("antiplatelet", "antiplatelet", "moderate", "bleeding", "two ways of platelet activation blocked", "combine for a limited time after a coronary event; consider a PPI", "ESC guideline 2023 on acute coronary syndromes"),
	n("antiplatelet", "NSAID", "major", "bleeding", "platelets and stomach lining; ibuprofen also blocks the action of aspirin", "avoid the NSAID; use paracetamol", "FDA notice 2006"),
	n("SSRI", "antiplatelet", "moderate", "bleeding", "less serotonin in platelets", "watch for bleeding; consider a PPI", "BNF"),
	n("NSAID", "NSAID", "major", "stomach ulcer", "the same action twice", "never two NSAIDs", "labels"),
	n("ticagrelor", "clarithromycin", "contraindicated", "bleeding", inhibits3A4, "use azithromycin", "EMA label of ticagrelor"),
	n("ticagrelor", "itraconazole", "contraindicated", "bleeding", inhibits3A4, "choose another antifungal", "EMA label of ticagrelor"),
	n("ticagrelor", "rifampicin", "major", "loss of effect", "induction of CYP3A4", "avoid", "FDA label of ticagrelor"),
	n("ticagrelor", "simvastatin", "moderate", "muscle damage", inhibits3A4, "at most 40 mg simvastatin", "FDA label of ticagrelor"),
	n("simvastatin", "itraconazole", "contraindicated", "muscle damage", inhibits3A4, "stop simvastatin for the course", "FDA label of simvastatin"),
	n("atorvastatin", "itraconazole", "major", "muscle damage", inhibits3A4, "at most 20 mg atorvastatin, or stop it for the course", "FDA label of atorvastatin"),
	n("simvastatin", "ciclosporin", "contraindicated", "muscle damage", "inhibition of CYP3A4 and of uptake into the liver", "never together", "FDA label of simvastatin"),
	n("atorvastatin", "ciclosporin", "major", "muscle damage", "inhibition of uptake into the liver and of CYP3A4", "avoid", "FDA label of atorvastatin"),
	n("rosuvastatin", "ciclosporin", "contraindicated", "muscle damage", "inhibition of uptake into the liver", "never together (EMA); at most 5 mg (FDA)", "EMA label of rosuvastatin"),
	n("simvastatin", "verapamil", "major", "muscle damage", inhibits3A4, "at most 10 mg simvastatin, or use pravastatin", "FDA label of simvastatin"),
	n("simvastatin", "diltiazem", "major", "muscle damage", inhibits3A4, "at most 10 mg simvastatin, or use pravastatin", "FDA label of simvastatin"),
	n("statin", "colchicine", "moderate", "muscle damage", "both harm muscle", "ask for muscle pain", "labels", "probable"),
	n("ACE inhibitor", "ARB", "major", "kidney injury", "double block of the renin-angiotensin system", "do not combine", "ONTARGET, N Engl J Med 2008"),
	n("ACE inhibitor", "potassium supplement", "major", "high potassium", "less excretion and more intake of potassium", "measure potassium; stop the supplement when it is normal", "labels"),
	n("ARB", "potassium supplement", "major", "high potassium", "less excretion and more intake of potassium", "measure potassium; stop the supplement when it is normal", "labels"),
	n("potassium-sparing diuretic", "potassium supplement", "major", "high potassium", "less excretion and more intake of potassium", "avoid unless potassium is low and measured", "labels"),
	n("calcineurin inhibitor", "potassium-sparing diuretic", "major", "high potassium", "both lower the excretion of potassium", "avoid", "labels"),
	n("calcineurin inhibitor", "NSAID", "major", "kidney injury", "both constrict vessels of the kidney", "avoid the NSAID", "labels"),
	n("aminoglycoside", "glycopeptide", "major", "kidney injury", "both harm the tubules", "measure levels and creatinine every day, or choose another", "labels"),
	n("aminoglycoside", "loop diuretic", "major", "hearing loss", "both harm the inner ear", "avoid high doses together; measure levels", "labels"),
	n("aminoglycoside", "NSAID", "major", "kidney injury", "less blood flow of the kidney and harm to tubules", "avoid the NSAID", "labels"),
	n("glycopeptide", "piperacillin-tazobactam", "moderate", "kidney injury", "creatinine rises more often than with either alone", "measure creatinine every day", "Luther MK, Crit Care Med 2018"),
	n("metformin", "empagliflozin", "minor", "low glucose", "two drugs that lower glucose", "usual combination; no action", "ADA standards 2024", "theoretical"),
	n("sulfonylurea", "fluconazole", "major", "low glucose", "inhibition of CYP2C9", "measure glucose often; reduce the sulfonylurea", "labels"),
	n("sulfonylurea", "co-trimoxazole", "moderate", "low glucose", "inhibition of CYP2C9", "measure glucose often", "Juurlink DN, JAMA 2003"),
	n("lithium", "ARB", "major", "lithium toxicity", "less renal clearance of lithium", "choose another drug, or reduce lithium and measure it weekly", "labels"),
	n("lithium", "loop diuretic", "moderate", "lithium toxicity", "loss of sodium raises reabsorption of lithium", "measure lithium after the start", "Juurlink DN, J Am Geriatr Soc 2004"),
	n("lithium", "serotonergic", "moderate", "serotonin syndrome", "both raise serotonin", "watch for tremor and agitation", "labels", "probable"),
	n("digoxin", "verapamil", "major", "digoxin toxicity", "inhibition of P-gp; both slow the AV node", "reduce digoxin by a third to a half and measure it", "labels"),
	n("digoxin", "itraconazole", "major", "digoxin toxicity", "inhibition of P-gp", "measure digoxin and reduce it", "labels"),
	n("digoxin", "hydrochlorothiazide", "moderate", "digoxin toxicity", "low potassium and magnesium sensitise the heart", "keep potassium above 4 mmol/L", "labels"),
	n("digoxin", "St John's wort", "moderate", "loss of effect", "induction of P-gp", "avoid St John's wort", "labels"),
	n("beta blocker", "non-dihydropyridine", "major", "slow heart rate", "both slow sinus and AV node and weaken the heart", "avoid together", "labels"),
	n("non-dihydropyridine", "amiodarone", "major", "slow heart rate", "both slow sinus and AV node", "watch heart rate and ECG", "labels"),
	n("beta blocker", "short-acting beta-2 agonist", "major", "wheeze", "opposite action on the bronchi", "use a beta-1 selective blocker, and only with care", "labels"),
	n("metoprolol", "fluoxetine", "moderate", "slow heart rate", "inhibition of CYP2D6", "watch heart rate; bisoprolol is an alternative", "labels"),
	n("nitrate", "PDE5 inhibitor", "contraindicated", "low blood pressure", "both raise cyclic GMP in vessels", "never together; no nitrate within 24 hours of sildenafil", "labels"),
	n("sildenafil", "strong CYP3A4 inhibitor", "major", "low blood pressure", inhibits3A4, "25 mg sildenafil at most, or avoid", "FDA label of sildenafil"),
	n("SSRI", "MAOI", "contraindicated", "serotonin syndrome", "reuptake and breakdown of serotonin blocked", "never together; 14 days between (5 weeks after fluoxetine)", "labels"),
	n("SNRI", "MAOI", "contraindicated", "serotonin syndrome", "reuptake and breakdown of serotonin blocked", "never together; 14 days between", "labels"),
	n("tricyclic", "MAOI", "contraindicated", "serotonin syndrome", "reuptake and breakdown of serotonin blocked", "never together; 14 days between", "labels"),
	n("tramadol", "MAOI", "contraindicated", "serotonin syndrome", "reuptake and breakdown of serotonin blocked", "never together; 14 days between", "labels"),
	n("triptan", "MAOI", "contraindicated", "serotonin syndrome", "sumatriptan is cleared by MAO-A", "never together; 14 days between", "FDA label of sumatriptan"),
	n("SSRI", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "choose another antibiotic, or stop the SSRI and watch for 2 weeks", "FDA notice 2011"),
	n("SNRI", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "choose another antibiotic, or stop the SNRI and watch for 2 weeks", "FDA notice 2011"),
	n("tricyclic", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "choose another antibiotic", "FDA notice 2011"),
	n("mirtazapine", "MAOI", "contraindicated", "serotonin syndrome", "breakdown of serotonin blocked", "never together; 14 days between", "labels"),
	n("St John's wort", "MAOI", "contraindicated", "serotonin syndrome", "reuptake and breakdown of serotonin blocked", "never together; 14 days between", "labels"),
	n("mirtazapine", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "choose another antibiotic", "FDA notice 2011"),
	n("tramadol", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "choose another analgesic", "labels"),
	n("triptan", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "avoid together", "FDA label of linezolid"),
	n("St John's wort", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "stop St John's wort", "labels"),
	n("tramadol", "St John's wort", "major", "serotonin syndrome", "both raise serotonin", "avoid St John's wort", "labels"),
	n("MAOI", "linezolid", "contraindicated", "hypertensive crisis", "two MAO inhibitors", "never together; 14 days between", "FDA label of linezolid"),
	n("SNRI", "tramadol", "major", "serotonin syndrome", "both raise serotonin", "choose another analgesic", "FDA label of tramadol"),
	n("SSRI", "St John's wort", "major", "serotonin syndrome", "both block reuptake of serotonin", "avoid St John's wort", "labels"),
	n("SSRI", "triptan", "moderate", "serotonin syndrome", "both raise serotonergic tone", "may be combined; tell the patient the signs", "FDA notice 2006", "theoretical"),
	n("SNRI", "triptan", "moderate", "serotonin syndrome", "both raise serotonergic tone", "may be combined; tell the patient the signs", "FDA notice 2006", "theoretical"),
	n("serotonergic", "serotonergic", "moderate", "serotonin syndrome", "both raise serotonin", "watch for tremor, sweating and agitation", "labels", "probable"),
	n("codeine", "fluoxetine", "moderate", "loss of effect", "inhibition of CYP2D6: no morphine is made", "choose another analgesic", "CPIC guideline 2021"),
	n("opioid", "benzodiazepine", "major", "sedation and respiratory depression", "both depress breathing", "avoid, or use the lowest doses and watch", "FDA boxed warning 2016"),
	n("opioid", "gabapentin", "major", "sedation and respiratory depression", "both depress breathing", "reduce the doses and watch", "FDA notice 2019; Gomes T, PLoS Med 2017"),
	n("opioid", "opioid", "major", "sedation and respiratory depression", "the same action twice", "one opioid at a time", "labels"),
	n("clozapine", "benzodiazepine", "major", "sedation and respiratory depression", "collapse and arrest of breathing were seen", "avoid when clozapine is started", "EMA label of clozapine"),
	n("sedating", "sedating", "moderate", "sedation", "both depress the brain", "warn of driving and falls; reduce the doses", "labels"),
	n("QT-prolonging", "QT-prolonging", "major", "QT prolongation", "both block the hERG potassium channel", "choose another drug, or ECG and normal potassium and magnesium", qtLabels),
	n("tizanidine", "ciprofloxacin", "contraindicated", "low blood pressure", "inhibition of CYP1A2", "never together; use another antibiotic", "FDA label of tizanidine; Granfors MT 2004"),
	n("theophylline", "ciprofloxacin", "major", "theophylline toxicity", "inhibition of CYP1A2", "use another antibiotic, or halve theophylline and measure it", "labels"),
	n("theophylline", "clarithromycin", "moderate", "theophylline toxicity", "inhibition of its metabolism", "measure theophylline", "labels"),
	n("theophylline", "rifampicin", "moderate", "loss of effect", "induction of CYP1A2 and CYP3A4", "measure theophylline; the dose may have to rise", "labels"),
	n("clozapine", "ciprofloxacin", "major", "clozapine toxicity", "inhibition of CYP1A2", "reduce clozapine to a third, or use another antibiotic", "FDA label of clozapine"),
	n("clozapine", "carbamazepine", "contraindicated", "bone marrow failure", "both suppress the bone marrow; carbamazepine also lowers the level", "never together", "EMA label of clozapine"),
	n("olanzapine", "carbamazepine", "moderate", "loss of effect", "induction of CYP1A2", "the dose of olanzapine may have to rise", "labels"),
	n("quetiapine", "clarithromycin", "contraindicated", "quetiapine toxicity", inhibits3A4, "never together", "EMA label of quetiapine"),
	n("quetiapine", "itraconazole", "contraindicated", "quetiapine toxicity", inhibits3A4, "never together", "EMA label of quetiapine"),
	n("quetiapine", "carbamazepine", "major", "loss of effect", "induction of CYP3A4", "choose another drug", "labels"),
	n("citalopram", "omeprazole", "moderate", "QT prolongation", "inhibition of CYP2C19", "at most 20 mg citalopram, or use pantoprazole", "FDA notice 2012"),
	n("clopidogrel", "fluoxetine", "moderate", "loss of effect", "inhibition of CYP2C19: less active metabolite", "choose another antidepressant", "FDA label of clopidogrel", "probable"),
	n("ciclosporin", "clarithromycin", "major", "ciclosporin toxicity", inhibits3A4, "use azithromycin, or reduce ciclosporin and measure it", "labels"),
	n("tacrolimus", "clarithromycin", "major", "tacrolimus toxicity", inhibits3A4, "use azithromycin, or reduce tacrolimus and measure it", "labels"),
	n("tacrolimus", "fluconazole", "major", "tacrolimus toxicity", inhibits3A4, "reduce tacrolimus by 40 % or so and measure it", "labels"),
	n("ciclosporin", "fluconazole", "major", "ciclosporin toxicity", inhibits3A4, "reduce ciclosporin and measure it", "labels"),
	n("tacrolimus", "diltiazem", "moderate", "tacrolimus toxicity", inhibits3A4, "measure tacrolimus", "labels"),
	n("ciclosporin", "diltiazem", "moderate", "ciclosporin toxicity", inhibits3A4, "measure ciclosporin", "labels"),
	n("calcineurin inhibitor", "rifampicin", "major", "loss of effect", "induction of CYP3A4", "avoid, or raise the dose several times and measure", "labels"),
	n("ciclosporin", "St John's wort", "contraindicated", "loss of effect", "induction of CYP3A4 and P-gp: rejection of transplants", "never together", "EMA label of ciclosporin; Ruschitzka F, Lancet 2000"),
	n("tacrolimus", "St John's wort", "major", "loss of effect", "induction of CYP3A4 and P-gp: rejection of transplants", "avoid", "labels"),
	n("SSRI", "SSRI", "major", "serotonin syndrome", "the same action twice", "one at a time, except while changing", "labels"),
	n("SSRI", "SNRI", "major", "serotonin syndrome", "both block reuptake of serotonin", "one at a time, except while changing", "labels"),
	n("SNRI", "NSAID", "moderate", "bleeding", "less serotonin in platelets and impaired stomach lining", "avoid the NSAID or add a PPI", "BNF"),
	n("SNRI", "anticoagulant", "moderate", "bleeding", "less serotonin in platelets", "watch for bleeding", "BNF"),
	n("SNRI", "antiplatelet", "moderate", "bleeding", "less serotonin in platelets", "watch for bleeding", "BNF"),
	n("calcineurin inhibitor", "calcineurin inhibitor", "contraindicated", "kidney injury", "the same action twice", "never together; 24 hours between", "FDA label of tacrolimus"),
	n("azathioprine", "allopurinol", "major", "bone marrow failure", "xanthine oxidase clears mercaptopurine", "reduce azathioprine to a quarter, or choose another drug", "labels"),
	n("azathioprine", "febuxostat", "contraindicated", "bone marrow failure", "xanthine oxidase clears mercaptopurine", "never together", "FDA label of febuxostat"),
	n("methotrexate", "penicillin", "moderate", "methotrexate toxicity", "less renal secretion of methotrexate", "watch blood count; choose another antibiotic at high doses", "labels", "probable"),
	n("methotrexate", "PPI", "moderate", "methotrexate toxicity", "less renal clearance of methotrexate", "stop the PPI around high-dose methotrexate", "FDA label of omeprazole", "probable"),
	n("colchicine", "ciclosporin", "major", "colchicine toxicity", "inhibition of P-gp and CYP3A4", "reduce colchicine; never in renal or hepatic impairment", "FDA label of colchicine"),
	n("colchicine", "itraconazole", "major", "colchicine toxicity", "inhibition of CYP3A4 and P-gp", "reduce colchicine; never in renal or hepatic impairment", "FDA label of colchicine"),
	n("colchicine", "verapamil", "moderate", "colchicine toxicity", "inhibition of CYP3A4 and P-gp", "reduce colchicine", "FDA label of colchicine"),
	n("valproate", "carbapenem", "major", "seizures", "valproate falls by more than half within a day", "use another antibiotic", "labels"),
	n("valproate", "lamotrigine", "major", "severe rash", "inhibition of glucuronidation of lamotrigine", "halve lamotrigine and raise it slowly", "FDA label of lamotrigine"),
	n("lamotrigine", "carbamazepine", "moderate", "loss of effect", "induction of glucuronidation of lamotrigine", "the dose of lamotrigine may have to rise", "FDA label of lamotrigine"),
	n("valproate", "aspirin", "moderate", "valproate toxicity", "displacement from albumin and slower metabolism", "watch for drowsiness; avoid high doses of aspirin", "labels"),
	n("carbamazepine", "verapamil", "moderate", "carbamazepine toxicity", inhibits3A4, "measure carbamazepine", "labels"),
	n("carbamazepine", "diltiazem", "moderate", "carbamazepine toxicity", inhibits3A4, "measure carbamazepine", "labels"),
	n("carbamazepine", "MAOI", "contraindicated", "hypertensive crisis", "tricyclic structure with MAO inhibition", "never together; 14 days between", "labels", "theoretical"),
	n("phenytoin", "rifampicin", "major", "loss of effect", "induction of CYP2C9 and CYP2C19", "measure phenytoin", "labels"),
	n("phenytoin", "amiodarone", "major", "phenytoin toxicity", "inhibition of CYP2C9", "reduce phenytoin and measure it", "labels"),
	n("itraconazole", "PPI", "major", "loss of effect", "capsules need acid to dissolve", "avoid, or use the solution", "labels"),
	n("itraconazole", "H2 blocker", "moderate", "loss of effect", "capsules need acid to dissolve", "2 hours apart, or use the solution", "labels"),
	n("itraconazole", "rifampicin", "major", "loss of effect", "induction of CYP3A4", "avoid", "labels"),
	n("levothyroxine", "oral iron", "moderate", "loss of effect", "iron binds levothyroxine in the gut", "take 4 hours apart", "labels"),
	n("fluoroquinolone", "oral iron", "moderate", "loss of effect", "iron binds the quinolone in the gut", "take the quinolone 2 hours before or 6 hours after", "labels"),
	n("tetracycline", "oral iron", "moderate", "loss of effect", "iron binds the tetracycline in the gut", "take 2-3 hours apart", "labels"),
	n("levothyroxine", "PPI", "minor", "loss of effect", "less acid, less absorption", "measure TSH after 6-8 weeks", "labels", "probable"),
	n("nifedipine", "clarithromycin", "major", "low blood pressure", inhibits3A4, "use azithromycin", "Wright AJ, CMAJ 2011"),
	n("amlodipine", "clarithromycin", "moderate", "low blood pressure", inhibits3A4, "use azithromycin, or watch blood pressure", "Gandhi S, JAMA 2013"),
	n("nifedipine", "rifampicin", "contraindicated", "loss of effect", "induction of CYP3A4", "choose another drug", "FDA label of nifedipine"),
	n("corticosteroid", "rifampicin", "major", "loss of effect", "induction of CYP3A4", "raise the dose of the corticosteroid", "labels"),
	n("corticosteroid", "fluoroquinolone", "moderate", "tendon rupture", "both weaken tendons", "stop at the first tendon pain", "FDA boxed warning 2008"),
	n("fluoroquinolone", "NSAID", "moderate", "seizures", "both lower the seizure threshold", "avoid in epilepsy", "labels", "probable"),
	n("metoclopramide", "antipsychotic", "major", "parkinsonism", "both block dopamine", "choose another antiemetic", "FDA label of metoclopramide"),
	n("corticosteroid", "loop diuretic", "moderate", "low potassium", "both lose potassium", "measure potassium", "labels"),
	n("salbutamol", "theophylline", "moderate", "low potassium", "both shift potassium into cells", "measure potassium in severe asthma", "labels"),
	n("beta blocker", "adrenaline", "moderate", "weak response to adrenaline", "beta receptors are blocked", "give adrenaline all the same; glucagon if it fails", "Simons FER, World Allergy Organ J 2011"),
	n("flucloxacillin", "paracetamol", "minor", "metabolic acidosis", "accumulation of pyroglutamic acid over weeks", "watch in malnutrition and renal impairment", "MHRA notice 2023", "probable"),
	n("CYP3A4 inducer", "CYP3A4 substrate", "moderate", "loss of effect", "induction of CYP3A4", "watch for loss of effect; the dose may have to rise", "FDA table of inducers", "probable"),
	n("strong CYP3A4 inhibitor", "CYP3A4 substrate", "moderate", "higher level", inhibits3A4, "watch for side effects; the dose may have to fall", "FDA table of inhibitors", "probable"),
	n("CYP3A4 inducer", "levothyroxine", "moderate", "loss of effect", "faster clearance of thyroxine", "measure TSH after 6-8 weeks", "labels"),
	n("raises potassium", "raises potassium", "moderate", "high potassium", "both raise potassium", "measure potassium", "labels"),
	n("nephrotoxic", "nephrotoxic", "moderate", "kidney injury", "both harm the kidney", "measure creatinine", "labels"),
	n("aminoglycoside", "calcineurin inhibitor", "major", "kidney injury", "both harm the kidney", "choose another antibiotic", "labels"),
	n("calcineurin inhibitor", "carbamazepine", "major", "loss of effect", "induction of CYP3A4", "choose another anticonvulsant, or measure levels often", "labels"),
	n("calcineurin inhibitor", "phenytoin", "major", "loss of effect", "induction of CYP3A4", "choose another anticonvulsant, or measure levels often", "labels"),
	n("ciclosporin", "itraconazole", "major", "ciclosporin toxicity", inhibits3A4, "reduce ciclosporin and measure it", "labels"),
	n("tacrolimus", "itraconazole", "major", "tacrolimus toxicity", inhibits3A4, "reduce tacrolimus and measure it", "labels"),
	n("ciclosporin", "verapamil", "moderate", "ciclosporin toxicity", inhibits3A4, "measure ciclosporin", "labels"),
	n("tacrolimus", "verapamil", "moderate", "tacrolimus toxicity", inhibits3A4, "measure tacrolimus", "labels"),
	n("ciclosporin", "amiodarone", "moderate", "ciclosporin toxicity", "inhibition of CYP3A4 and P-gp", "measure ciclosporin", "labels"),
	n("pravastatin", "ciclosporin", "major", "muscle damage", "inhibition of uptake into the liver", "at most 20 mg pravastatin", "FDA label of pravastatin"),
	n("atorvastatin", "diltiazem", "moderate", "muscle damage", inhibits3A4, "watch for muscle pain", "labels"),
	n("atorvastatin", "verapamil", "moderate", "muscle damage", inhibits3A4, "watch for muscle pain", "labels"),
	n("atorvastatin", "fluconazole", "moderate", "muscle damage", inhibits3A4, "watch for muscle pain", "labels"),
	n("carbamazepine", "fluconazole", "moderate", "carbamazepine toxicity", inhibits3A4, "measure carbamazepine", "labels"),
	n("clopidogrel", "fluconazole", "moderate", "loss of effect", "inhibition of CYP2C19: less active metabolite", "choose another antifungal where it suits", "FDA label of clopidogrel", "probable"),
	n("fluoxetine", "amitriptyline", "major", "amitriptyline toxicity", "inhibition of CYP2D6", "choose another antidepressant, or reduce amitriptyline", "labels"),
	n("fluoxetine", "haloperidol", "moderate", "haloperidol toxicity", "inhibition of CYP2D6", "watch for parkinsonism and the ECG", "labels"),
	n("warfarin", "phenytoin", "moderate", "low INR", "induction of CYP2C9 and CYP3A4 after an early rise", "measure the INR often", "labels"),
	n("warfarin", "levofloxacin", "moderate", "high INR", "loss of gut flora", "measure the INR in 3-5 days", "labels"),
	n("warfarin", "azithromycin", "moderate", "high INR", "loss of gut flora", "measure the INR in 3-5 days", "labels", "probable"),
	n("warfarin", "tetracycline", "moderate", "high INR", "loss of gut flora", "measure the INR in 3-5 days", "labels", "probable"),
	n("warfarin", "penicillin", "moderate", "high INR", "loss of gut flora", "measure the INR in 3-5 days", "BNF", "probable"),
	n("warfarin", "cephalosporin", "moderate", "high INR", "loss of gut flora", "measure the INR in 3-5 days", "BNF", "probable"),
	n("warfarin", "tramadol", "moderate", "high INR", "not known", "measure the INR in 3-5 days", "labels"),
	n("warfarin", "corticosteroid", "moderate", "high INR", "not known", "measure the INR in 3-7 days", "BNF"),
	n("warfarin", "azathioprine", "moderate", "low INR", "not known", "measure the INR when azathioprine is changed", "labels"),
	n("warfarin", "rosuvastatin", "moderate", "high INR", "not known", "measure the INR at the start", "FDA label of rosuvastatin"),
	n("warfarin", "allopurinol", "minor", "high INR", "not known", "measure the INR at the start", "BNF", "probable"),
	n("NSAID", "diuretic", "moderate", "kidney injury", "less prostaglandin in the kidney, weaker effect of the diuretic", "avoid, above all with an ACE inhibitor or ARB", "BNF"),
	n("NSAID", "potassium-sparing diuretic", "moderate", "high potassium", "less prostaglandin in the kidney", "measure potassium and creatinine", "labels"),
	n("NSAID", "beta blocker", "minor", "higher blood pressure", "less prostaglandin in the kidney", "measure blood pressure", "labels"),
	n("corticosteroid", "antidiabetic", "moderate", "high glucose", "resistance to insulin", "measure glucose", "labels"),
	n("corticosteroid", "thiazide", "moderate", "low potassium", "both lose potassium", "measure potassium", "labels"),
	n("thiazide", "antidiabetic", "minor", "high glucose", "resistance to insulin with low potassium", "measure glucose", "labels"),
	n("fluoroquinolone", "antidiabetic", "moderate", "low or high glucose", "release of insulin", "measure glucose", "FDA notice 2018"),
	n("beta blocker", "long-acting insulin", "moderate", "low glucose unnoticed", "palpitations as a warning are masked", "measure glucose; prefer beta-1 selective", "labels"),
	n("beta blocker", "sulfonylurea", "moderate", "low glucose unnoticed", "palpitations as a warning are masked", "measure glucose; prefer beta-1 selective", "labels"),
	n("ACE inhibitor", "long-acting insulin", "minor", "low glucose", "better action of insulin", "measure glucose at the start", "labels", "probable"),
	n("ACE inhibitor", "sulfonylurea", "minor", "low glucose", "better action of insulin", "measure glucose at the start", "labels", "probable"),
	n("SSRI", "thiazide", "moderate", "low sodium", "release of vasopressin with loss of sodium", "measure sodium", "labels"),
	n("carbamazepine", "thiazide", "moderate", "low sodium", "release of vasopressin with loss of sodium", "measure sodium", "labels"),
	n("amiodarone", "diuretic", "moderate", "QT prolongation", "low potassium", "keep potassium above 4 mmol/L", "labels"),
	n("lithium", "antipsychotic", "moderate", "neurotoxicity", "not known", "watch for rigidity and confusion", "labels", "probable"),
	n("lithium", "potassium-sparing diuretic", "moderate", "lithium toxicity", "less renal clearance of lithium", "measure lithium", "labels"),
	n("lithium", "verapamil", "moderate", "neurotoxicity", "not known", "watch for ataxia and tremor", "labels", "probable"),
	n("lithium", "metronidazole", "moderate", "lithium toxicity", "less renal clearance of lithium", "measure lithium", "labels", "probable"),
	n("digoxin", "potassium-sparing diuretic", "moderate", "digoxin toxicity", "less renal clearance; some assays read wrongly", "measure digoxin", "labels"),
	n("digoxin", "ciclosporin", "moderate", "digoxin toxicity", "inhibition of P-gp", "measure digoxin", "labels"),
	n("ACE inhibitor", "allopurinol", "moderate", "severe rash", "not known", "stop at the first sign of allergy", "BNF", "probable"),
	n("ACE inhibitor", "azathioprine", "moderate", "bone marrow failure", "not known", "watch the blood count", "BNF", "probable"),
	n("methotrexate", "ciprofloxacin", "moderate", "methotrexate toxicity", "less renal secretion of methotrexate", "watch the blood count", "labels"),
	n("colchicine", "diltiazem", "moderate", "colchicine toxicity", "inhibition of CYP3A4 and P-gp", "reduce colchicine", "FDA label of colchicine"),
	n("valproate", "phenytoin", "moderate", "phenytoin toxicity", "displacement from albumin and inhibition of CYP2C9", "measure free phenytoin", "labels"),
	n("valproate", "carbamazepine", "moderate", "carbamazepine toxicity", "the epoxide of carbamazepine is cleared more slowly", "watch for ataxia; measure both", "labels"),
	n("valproate", "lorazepam", "moderate", "sedation", "inhibition of glucuronidation of lorazepam", "halve lorazepam", "FDA label of lorazepam"),
	n("tizanidine", "ACE inhibitor", "moderate", "low blood pressure", "both lower pressure", "measure blood pressure at the start", "labels"),
	n("levofloxacin", "theophylline", "minor", "theophylline toxicity", "little inhibition of CYP1A2", "watch in older patients", "labels", "theoretical")
];
/** Every rule: those of `data/clinical` with what is known beyond, then the gym's own. */
const interactions = [...interactionRules.map((rule) => {
	const known = details[rule.between.join(" + ")];
	if (!known) throw new RangeError(`interactions: nothing is said of ${rule.between.join(" + ")}`);
	return {
		...rule,
		...known,
		severity: known.severity ?? rule.severity
	};
}), ...more];
/** 2: both by name, 1: one by name, 0: classes only. */
const specificity = (rule) => rule.between.filter((key) => findDrug(key)).length;
const byKeys = /* @__PURE__ */ new Map();
for (const rule of interactions) {
	const [a, b] = rule.between;
	for (const key of /* @__PURE__ */ new Set([`${a}|${b}`, `${b}|${a}`])) byKeys.set(key, [...byKeys.get(key) ?? [], rule]);
}
/**
* What is known between two drugs, or undefined. A rule of two names goes before a rule of a name and a class, that before two
* classes; among equals the most severe.
*/
function findInteraction(a, b) {
	const pair = `${a.name}|${b.name}`;
	if (!found.has(pair)) found.set(pair, searchInteraction(a, b));
	return found.get(pair);
}
const found = /* @__PURE__ */ new Map();
function searchInteraction(a, b) {
	if (a.name === b.name) return void 0;
	let best;
	for (const x of keysOf(a)) for (const y of keysOf(b)) for (const rule of byKeys.get(`${x}|${y}`) ?? []) if (!best || compare(rule, best) > 0) best = rule;
	return best;
}
function compare(a, b) {
	return specificity(a) - specificity(b) || rank(a.severity) - rank(b.severity);
}
/** 0 minor … 3 contraindicated */
function rank(severity) {
	return interactionSeverities.indexOf(severity);
}
/** 0 for none, 1-2 minor, 4-5 moderate, 7-8 major, 9-10 contraindicated; the lower number if the evidence is not established. */
function severityScore(interaction) {
	if (!interaction) return 0;
	return [
		2,
		5,
		8,
		10
	][rank(interaction.severity)] - Number(interaction.evidence !== "established");
}
// src/gym/clinical/labs.ts
/** Lab tests and vital signs with their limits; SI units. Usual adult reference intervals; women's where they differ. */
const labCategories = [
	"chemistry",
	"haematology",
	"liver",
	"cardiac",
	"inflammation",
	"coagulation",
	"endocrine",
	"gas",
	"urine",
	"fluid"
];
const known = {
	sodium: {
		category: "chemistry",
		critical: [120, 160]
	},
	potassium: {
		category: "chemistry",
		critical: [2.5, 6.5]
	},
	chloride: { category: "chemistry" },
	bicarbonate: {
		category: "chemistry",
		critical: [10, 40]
	},
	urea: {
		category: "chemistry",
		critical: [0, 36]
	},
	calcium: {
		category: "chemistry",
		critical: [1.6, 3.5]
	},
	magnesium: {
		category: "chemistry",
		critical: [.4, 2]
	},
	glucose: {
		category: "chemistry",
		critical: [2.5, 25]
	},
	HbA1c: { category: "endocrine" },
	haemoglobin: {
		category: "haematology",
		critical: [70, 200]
	},
	platelets: {
		category: "haematology",
		critical: [20, 1e3]
	},
	"white cells": {
		category: "haematology",
		critical: [1, 50]
	},
	CRP: { category: "inflammation" },
	albumin: { category: "liver" },
	bilirubin: { category: "liver" },
	ALT: { category: "liver" },
	TSH: { category: "endocrine" },
	INR: {
		category: "coagulation",
		critical: [0, 5]
	},
	troponin: {
		category: "cardiac",
		critical: [0, 52]
	},
	lactate: {
		category: "gas",
		critical: [0, 4]
	}
};
const t = (name, unit, range, extremes, decimals, category, critical) => ({
	name,
	unit,
	range,
	extremes,
	decimals,
	category,
	...critical ? { critical } : {}
});
const labTests = [
	...labTests$1.map((test) => ({
		...test,
		...known[test.name]
	})),
	t("creatinine", "umol/L", [45, 104], [30, 900], 0, "chemistry", [0, 500]),
	t("haematocrit", "%", [37, 50], [15, 62], 0, "haematology"),
	t("AST", "U/L", [8, 40], [5, 2500], 0, "liver"),
	t("ALP", "U/L", [30, 130], [20, 900], 0, "liver"),
	t("lipase", "U/L", [10, 60], [5, 4e3], 0, "liver"),
	t("amylase", "U/L", [28, 100], [10, 3e3], 0, "liver"),
	t("BNP", "ng/L", [0, 100], [0, 4500], 0, "cardiac"),
	t("D-dimer", "ng/mL FEU", [0, 500], [50, 12e3], 0, "coagulation"),
	t("ESR", "mm/h", [1, 20], [1, 120], 0, "inflammation"),
	t("procalcitonin", "ng/mL", [0, .25], [0, 60], 2, "inflammation"),
	t("free T4", "pmol/L", [10, 22], [2, 75], 1, "endocrine"),
	t("cortisol", "nmol/L", [140, 690], [10, 1500], 0, "endocrine"),
	t("ketones", "mmol/L", [0, .6], [0, 9], 1, "chemistry", [0, 3]),
	t("ferritin", "ug/L", [20, 300], [2, 2500], 0, "haematology"),
	t("MCV", "fL", [80, 100], [58, 125], 0, "haematology"),
	t("urate", "umol/L", [200, 430], [90, 800], 0, "chemistry"),
	t("creatine kinase", "U/L", [30, 200], [10, 6e4], 0, "chemistry"),
	t("pH", "", [7.35, 7.45], [6.8, 7.7], 2, "gas", [7.2, 7.6]),
	t("pO2", "mmHg", [75, 100], [35, 120], 0, "gas", [50, 500]),
	t("pCO2", "mmHg", [35, 45], [12, 110], 0, "gas", [20, 70]),
	t("hCG", "IU/L", [0, 5], [0, 2e5], 0, "endocrine"),
	t("urine leucocytes", "/uL", [0, 10], [0, 500], 0, "urine"),
	t("urine nitrite", "0 or 1", [0, 0], [0, 1], 0, "urine"),
	t("CSF white cells", "/uL", [0, 5], [0, 1e4], 0, "fluid"),
	t("CSF glucose", "mmol/L", [2.5, 4.4], [.2, 5], 1, "fluid"),
	t("CSF protein", "g/L", [.15, .45], [.1, 8], 2, "fluid")
];
const byName = new Map(labTests.map((test) => [test.name.toLowerCase(), test]));
function findLabTest(name) {
	return byName.get(name.trim().toLowerCase());
}
/** The reference interval counts as normal, both ends. */
function labFlag({ range: [low, high], critical }, value) {
	if (critical && value < critical[0]) return "critical low";
	if (critical && value > critical[1]) return "critical high";
	return value < low ? "low" : value > high ? "high" : "normal";
}
/** Adults at rest. */
const vitalSigns = [
	{
		name: "temperature",
		unit: "degrees C",
		range: [36, 38]
	},
	{
		name: "heartRate",
		unit: "per minute",
		range: [51, 100]
	},
	{
		name: "systolic",
		unit: "mmHg",
		range: [100, 160]
	},
	{
		name: "diastolic",
		unit: "mmHg",
		range: [50, 95]
	},
	{
		name: "respiratoryRate",
		unit: "per minute",
		range: [12, 20]
	},
	{
		name: "oxygenSaturation",
		unit: "%",
		range: [94, 100]
	}
];
// src/gym/clinical/patient.ts
/** The same patient for the same options, whoever else is made. */
function generatePatient(options) {
	const { id, seed } = options;
	const random = new Random(seed).split("gym patient", Number(id.slice(1)));
	const named = options.conditions?.map(conditionNamed);
	const pregnant = options.pregnantWeeks !== void 0;
	const sex = pregnant ? "female" : options.sex ?? named?.find(({ sex: only }) => only)?.sex ?? random.choice(["female", "male"]);
	const [youngest, oldest] = options.age ?? (pregnant ? [18, 44] : [18, 92]);
	const age = Math.max(between(random, youngest, oldest), ...(named ?? []).map(({ fromAge }) => fromAge));
	const illnesses = named ?? drawConditions(random, sex, age);
	const heightCm = Math.round(random.normal(sex === "female" ? 164 : 177, 7));
	const weightKg = Math.round(Math.max(18, random.normal(26.5, 4)) * (heightCm / 100) ** 2);
	const today = day(2026, between(random, 0, 364));
	const has = (name) => illnesses.some((illness) => illness.name === name);
	const target = options.egfr ?? (has("chronic kidney disease") ? [12, 55] : [62, Math.max(64, Math.min(112, 140 - age))]);
	const creatinine = creatinineFor(random.uniform() * (target[1] - target[0]) + target[0], age, sex);
	const renal = {
		creatinine,
		egfr: egfr$1(creatinine, age, sex),
		creatinineClearance: cockcroftGault.compute({
			creatinine,
			age,
			sex,
			weightKg
		}).score
	};
	const liver = has("cirrhosis") ? drawLiver(random, options.childPugh) : void 0;
	const allergies = [...options.allergies ?? drawAllergies$1(random)];
	const fit = {
		renal,
		allergies,
		illnesses,
		pregnant,
		childPugh: liver?.hepatic.childPugh
	};
	const medications = (options.medications ?? drawDrugs$1(random, fit)).map((name) => prescribed(random, drugNamed(name), renal.egfr, today));
	const labRanges = {
		...Object.assign({}, ...illnesses.map(({ labs }) => labs)),
		...liver?.labs,
		creatinine: [creatinine, creatinine],
		...options.labs
	};
	const vitalRanges = {
		...Object.assign({}, ...illnesses.map((illness) => illness.vitals)),
		...options.vitals
	};
	return {
		id,
		name: `${random.choice(givenNames[sex])} ${random.choice(familyNames)}`,
		sex,
		age,
		weightKg,
		heightCm,
		chiefComplaint: options.chiefComplaint ?? random.choice(illnesses[0]?.complaints ?? ["check-up"]),
		allergies,
		medications,
		conditions: illnesses.map(({ name, icd10 }) => ({
			name,
			icd10,
			status: "active",
			since: before$1(today, between(random, 200, 4e3))
		})),
		vitals: vitalSeries(random, today, vitalRanges, Object.assign({}, ...illnesses.map((illness) => illness.vitals))),
		labs: drawLabs(random, today, labRanges, Object.keys(options.labs ?? {})),
		notes: [],
		immunizations: drawImmunizations(random, age, today),
		social: {
			smoking: has("COPD") ? random.choice(["former", "current"]) : random.choice([
				"never",
				"never",
				"former",
				"current"
			]),
			alcohol: has("cirrhosis") ? random.choice(["none", "heavy"]) : random.choice([
				"none",
				"moderate",
				"moderate"
			])
		},
		renal,
		...liver ? { hepatic: liver.hepatic } : {},
		...pregnant ? { pregnancy: { weeks: options.pregnantWeeks } } : {},
		today
	};
}
/** Why a drug must not be given to the patient, or undefined: allergy, contraindication, kidney, liver, pregnancy. Interactions are apart. */
function unfit(drug, patient) {
	const allergy = allergyConflict(drug, patient.allergies);
	if (allergy) return `allergy to ${allergy.allergy.allergen}`;
	const condition = patient.conditions.find(({ name, status }) => status === "active" && drug.contraindications.includes(name));
	if (condition) return `contraindicated in ${condition.name}`;
	if (patient.pregnancy && drug.pregnancy.safety === "avoid") return "pregnancy";
	if (renalAdvice(drug, patient.renal.egfr).advice === "avoid") return `eGFR ${patient.renal.egfr}`;
	if (patient.hepatic && hepaticAdvice(drug, patient.hepatic.childPugh) === "avoid") return `Child-Pugh ${patient.hepatic.childPugh}`;
}
/** A result of a test: a value within the range, in whole steps of its last decimal, with its flag. */
function labResult$1(random, test, [low, high], date) {
	const unit = 10 ** -test.decimals;
	return labValue(test, between(random, Math.round(low / unit), Math.max(Math.round(low / unit), Math.round(high / unit))) * unit, date);
}
function labValue(test, value, date) {
	const rounded = Number(value.toFixed(test.decimals));
	return {
		test: test.name,
		value: rounded,
		unit: test.unit,
		range: test.range,
		flag: labFlag(test, rounded),
		date
	};
}
/** `count` days earlier. */
function before$1(date, count) {
	return (/* @__PURE__ */ new Date(Date.parse(`${date}T00:00:00Z`) - count * 864e5)).toISOString().slice(0, 10);
}
function day(year, ofYear) {
	return new Date(Date.UTC(year, 0, 1 + ofYear)).toISOString().slice(0, 10);
}
function conditionNamed(name) {
	const found = findCondition(name);
	if (!found) throw new RangeError(`no condition ${name} in the tables`);
	return found;
}
const exclusive$1 = [["type 1 diabetes", "type 2 diabetes"], ["asthma", "COPD"]];
function drawConditions(random, sex, age) {
	const possible = conditions.filter((condition) => condition.fromAge <= age && (condition.sex ?? sex) === sex);
	const drawn = random.sample(possible, random.choice([
		1,
		2,
		2,
		3
	]));
	return drawn.filter((one, i) => !exclusive$1.some((pair) => pair.includes(one.name) && drawn.slice(0, i).some(({ name }) => name !== one.name && pair.includes(name))));
}
function drawAllergies$1(random) {
	return random.sample(allergens, random.choice([
		0,
		1,
		1,
		2
	])).map((allergen) => ({
		allergen,
		...random.choice(reactions)
	}));
}
/** The inverse of CKD-EPI 2021, to whole µmol/L. */
function creatinineFor(target, age, sex) {
	const [kappa, alpha, factor] = sex === "female" ? [
		.7,
		-.241,
		1.012
	] : [
		.9,
		-.302,
		1
	];
	const relative = target / (142 * .9938 ** age * factor);
	const ratio = relative <= 1 ? relative ** (-1 / 1.2) : relative ** (1 / alpha);
	return Math.max(20, Math.round(ratio * kappa * 88.42));
}
/** Items of Child-Pugh for a class, and the results that go with them. */
const liverItems = {
	A: {
		bilirubin: [14, 30],
		albumin: [36, 42],
		INR: [1, 1.4],
		ascites: "none"
	},
	B: {
		bilirubin: [34, 48],
		albumin: [29, 34],
		INR: [1.4, 1.6],
		ascites: "mild"
	},
	C: {
		bilirubin: [60, 160],
		albumin: [19, 27],
		INR: [1.8, 2.2],
		ascites: "moderate"
	}
};
function drawLiver(random, wanted) {
	const { ascites, ...ranges } = liverItems[wanted ?? random.choice([
		"A",
		"B",
		"C"
	])];
	const bilirubin = between(random, ranges.bilirubin[0], ranges.bilirubin[1]);
	const albumin = between(random, ranges.albumin[0], ranges.albumin[1]);
	const inr = between(random, ranges.INR[0] * 10, ranges.INR[1] * 10) / 10;
	const { score } = childPugh.compute({
		bilirubin,
		albumin,
		inr,
		ascites,
		encephalopathy: "none"
	});
	const labs = {
		bilirubin: [bilirubin, bilirubin],
		albumin: [albumin, albumin],
		INR: [inr, inr]
	};
	return {
		hepatic: {
			childPugh: childPughClass(score),
			score,
			ascites
		},
		labs
	};
}
/** Up to two drugs for each illness, that suit the patient and each other: no major interaction, no class twice. */
function drawDrugs$1(random, { renal, allergies, illnesses, pregnant, childPugh: liverClass }) {
	const patient = {
		allergies,
		renal,
		conditions: illnesses.map(({ name, icd10 }) => ({
			name,
			icd10,
			status: "active",
			since: ""
		})),
		...pregnant ? { pregnancy: { weeks: 20 } } : {},
		...liverClass ? { hepatic: {
			childPugh: liverClass,
			score: 0,
			ascites: "none"
		} } : {}
	};
	const taken = [];
	for (const illness of illnesses) {
		const wanted = random.choice([
			1,
			1,
			2
		]);
		let added = 0;
		for (const i of random.permutation(illness.drugs.length)) {
			const drug = findDrug(illness.drugs[i]);
			if (added === wanted || !drug || unfit(drug, patient)) continue;
			if (taken.some((other) => {
				const interaction = findInteraction(drug, other);
				return other.class === drug.class || interaction && rank(interaction.severity) >= 2;
			})) continue;
			taken.push(drug);
			added++;
		}
	}
	return taken.map(({ name }) => name);
}
function prescribed(random, drug, gfr, today) {
	const advice = renalAdvice(drug, gfr);
	const regimen = advice.advice === "give" ? advice : random.choice(drug.regimens);
	const start = before$1(today, between(random, 30, 1500));
	return {
		name: drug.name,
		dose: regimen.dose,
		frequency: regimen.frequency,
		route: drug.route,
		start
	};
}
/** Healthy adults at rest, as drawn. */
const calm = {
	temperature: [36.3, 37.2],
	heartRate: [58, 88],
	systolic: [108, 134],
	diastolic: [62, 82],
	respiratoryRate: [12, 18],
	oxygenSaturation: [96, 99]
};
/** Three to five earlier readings under the chronic ranges, then today's. */
function vitalSeries(random, today, now, usual) {
	const readings = between(random, 3, 5);
	return [...Array.from({ length: readings }, (_, i) => before$1(today, (readings - i) * between(random, 25, 60))).sort().map((date) => reading(random, date, usual)), reading(random, today, now)];
}
function reading(random, date, ranges) {
	const values = vitalSigns.map(({ name }) => {
		const [low, high] = ranges[name] ?? calm[name];
		const decimals = name === "temperature" ? 10 : 1;
		return [name, between(random, Math.round(low * decimals), Math.round(high * decimals)) / decimals];
	});
	const { systolic, diastolic, ...rest } = Object.fromEntries(values);
	return {
		date,
		...rest,
		systolic,
		diastolic: Math.min(diastolic, systolic - 20)
	};
}
const routine = [
	"sodium",
	"potassium",
	"urea",
	"creatinine",
	"glucose",
	"haemoglobin",
	"white cells",
	"platelets",
	"CRP",
	"ALT"
];
/** One earlier routine panel, and today's: routine, what the conditions change, and what was asked for. */
function drawLabs(random, today, ranges, asked) {
	const tests = labTests.filter(({ name }) => routine.includes(name) || name in ranges || asked.includes(name));
	const earlier = before$1(today, between(random, 60, 200));
	const panel = (date, names, usual) => names.map((test) => labResult$1(random, test, (usual && !asked.includes(test.name) ? ranges[test.name] : usual ? void 0 : ranges[test.name]) ?? inner(test), date));
	return [...panel(earlier, tests.filter(({ name }) => routine.includes(name) || !asked.includes(name)), true), ...panel(today, tests, false)];
}
/** Well inside the reference interval. */
function inner({ range: [low, high], name }) {
	if (name === "creatinine") return [60, 95];
	const margin = (high - low) * .15;
	return [low + margin, high - margin];
}
function drawImmunizations(random, age, today) {
	const tetanus = {
		vaccine: "tetanus, diphtheria",
		date: before$1(today, between(random, 300, 3400))
	};
	const influenza = random.boolean(age >= 60 ? .7 : .25) ? [{
		vaccine: "influenza",
		date: before$1(today, between(random, 40, 300))
	}] : [];
	const pneumococcus = age >= 60 && random.boolean(.5) ? [{
		vaccine: "pneumococcal",
		date: before$1(today, between(random, 200, 1800))
	}] : [];
	return [
		tetanus,
		...influenza,
		...pneumococcus
	];
}
/** The latest result of a test. */
function latestLab(patient, test) {
	const name = findLabTest(test)?.name;
	return patient.labs.findLast((lab) => lab.test === name);
}
// src/gym/clinical/presentations.ts
const once = (dose) => ({
	dose,
	frequency: "once"
});
const anticoagulated = ["mechanical heart valve", "atrial fibrillation"];
const noVessels = [
	"old myocardial infarction",
	"angina",
	"stroke",
	"peripheral artery disease",
	...anticoagulated
];
const presentations = [
	{
		name: "community-acquired pneumonia",
		icd10: "J18.9",
		system: "respiratory",
		complaint: "cough and fever",
		days: [2, 7],
		age: [35, 90],
		without: ["COPD", "asthma"],
		symptoms: [
			"productive cough",
			"fever",
			"shortness of breath",
			"pleuritic chest pain"
		],
		signs: ["crackles at the right base", "bronchial breathing"],
		items: { confusion: {
			says: "newly confused about time and place",
			share: .25
		} },
		vitals: {
			temperature: [38.1, 39.6],
			heartRate: [92, 118],
			respiratoryRate: [20, 34],
			oxygenSaturation: [88, 94],
			systolic: [86, 138],
			diastolic: [54, 80]
		},
		labs: {
			"white cells": [12.5, 21],
			CRP: [85, 290],
			urea: [4.2, 12.5]
		},
		confirm: {
			test: "chest X-ray",
			result: "consolidation of the right lower lobe"
		},
		score: "CURB-65",
		treatment: [{ drugs: [
			"amoxicillin",
			"doxycycline",
			"clarithromycin"
		] }, {
			from: 3,
			drugs: ["ceftriaxone", "levofloxacin"]
		}],
		advice: "Severity by CURB-65. Mild or moderate: oral amoxicillin, else doxycycline or clarithromycin. From 3 points: admit, intravenous ceftriaxone (with a macrolide where it suits), else levofloxacin.",
		source: "BTS 2009; NICE NG138 2019; ATS/IDSA 2019"
	},
	{
		name: "pulmonary embolism",
		icd10: "I26.9",
		system: "cardiovascular",
		complaint: "sudden shortness of breath",
		days: [1, 2],
		age: [30, 85],
		without: [
			"COPD",
			"asthma",
			"heart failure",
			"chronic kidney disease",
			...anticoagulated
		],
		symptoms: [
			"shortness of breath",
			"pleuritic chest pain",
			"palpitations"
		],
		signs: ["lungs are clear", "no other diagnosis is more likely"],
		items: {
			peMostLikely: {
				says: "no other diagnosis is more likely",
				share: 1
			},
			signsOfDvt: {
				says: "left calf is swollen and tender",
				share: .5
			},
			immobilisationOrSurgery: {
				says: "knee replacement three weeks ago",
				share: .5
			},
			previousDvtOrPe: {
				says: "a thrombosis some years ago",
				share: .25
			},
			haemoptysis: {
				says: "coughed up blood",
				share: .25
			},
			malignancy: {
				says: "chemotherapy for lymphoma",
				share: .15
			}
		},
		vitals: {
			heartRate: [102, 128],
			respiratoryRate: [22, 30],
			oxygenSaturation: [86, 93],
			temperature: [36.8, 37.8]
		},
		labs: {
			"D-dimer": [1800, 7800],
			troponin: [8, 48]
		},
		egfr: [55, 100],
		confirm: {
			test: "CT pulmonary angiography",
			result: "filling defects in the arteries of both lower lobes"
		},
		score: "Wells PE",
		treatment: [{ drugs: [
			"apixaban",
			"rivaroxaban",
			"enoxaparin"
		] }],
		dose: {
			apixaban: {
				dose: "10 mg",
				frequency: "twice daily"
			},
			rivaroxaban: {
				dose: "15 mg",
				frequency: "twice daily"
			}
		},
		emergency: true,
		transfer: "internal medicine",
		advice: "Wells above 4: CT pulmonary angiography. Stable patients: apixaban or rivaroxaban, else low molecular weight heparin; admit.",
		source: "ESC 2019"
	},
	{
		name: "deep vein thrombosis",
		icd10: "I80.2",
		system: "cardiovascular",
		complaint: "a swollen leg",
		days: [2, 7],
		age: [30, 85],
		without: ["chronic kidney disease", ...anticoagulated],
		symptoms: [
			"calf pain",
			"swollen leg",
			"heaviness of the leg"
		],
		signs: ["calf is 4 cm larger than the other", "pitting oedema of that leg only"],
		items: {
			calfSwelling: {
				says: "calf is 4 cm larger than the other",
				share: 1
			},
			pittingOedema: {
				says: "pitting oedema of that leg only",
				share: 1
			},
			localisedTenderness: {
				says: "tender along the deep veins",
				share: .6
			},
			bedriddenOrSurgery: {
				says: "hip surgery five weeks ago",
				share: .4
			},
			activeCancer: {
				says: "chemotherapy for lymphoma",
				share: .2
			},
			previousDvt: {
				says: "a thrombosis some years ago",
				share: .25
			},
			collateralVeins: {
				says: "collateral superficial veins",
				share: .2
			}
		},
		labs: { "D-dimer": [1200, 6500] },
		egfr: [55, 100],
		confirm: {
			test: "leg ultrasound",
			result: "the popliteal vein cannot be compressed"
		},
		score: "Wells DVT",
		treatment: [{ drugs: [
			"apixaban",
			"rivaroxaban",
			"enoxaparin"
		] }],
		dose: {
			apixaban: {
				dose: "10 mg",
				frequency: "twice daily"
			},
			rivaroxaban: {
				dose: "15 mg",
				frequency: "twice daily"
			}
		},
		advice: "Wells 2 or more: ultrasound of the leg. Apixaban or rivaroxaban, else low molecular weight heparin.",
		source: "NICE NG158 2020"
	},
	{
		name: "acute myocardial infarction",
		icd10: "I21.9",
		system: "cardiovascular",
		complaint: "crushing chest pain",
		days: [1, 1],
		age: [45, 88],
		without: [...noVessels, "peptic ulcer disease"],
		symptoms: [
			"central chest pain",
			"sweating",
			"nausea",
			"pain in the left arm"
		],
		signs: ["pale and clammy"],
		vitals: {
			heartRate: [66, 112],
			systolic: [102, 156],
			diastolic: [62, 92]
		},
		labs: { troponin: [180, 2100] },
		confirm: {
			test: "ECG",
			result: "ST elevation in II, III and aVF"
		},
		treatment: [{ drugs: [
			"aspirin",
			"ticagrelor",
			"clopidogrel"
		] }],
		dose: {
			aspirin: once("300 mg"),
			ticagrelor: once("180 mg"),
			clopidogrel: once("300 mg")
		},
		transfer: "cardiology",
		emergency: true,
		harmful: ["NSAID"],
		advice: "Aspirin 300 mg at once, or a P2Y12 inhibitor if it cannot be given; cardiology at once for angiography.",
		source: "ESC 2023"
	},
	{
		name: "atrial fibrillation",
		icd10: "I48.9",
		system: "cardiovascular",
		complaint: "palpitations",
		days: [3, 14],
		age: [66, 79],
		needs: ["hypertension"],
		without: [...noVessels.filter((name) => name !== "stroke"), "asthma"],
		symptoms: [
			"palpitations",
			"tiredness",
			"shortness of breath on stairs"
		],
		signs: ["pulse is irregular"],
		vitals: {
			heartRate: [112, 148],
			systolic: [112, 154]
		},
		labs: { TSH: [.8, 3.2] },
		confirm: {
			test: "ECG",
			result: "irregular narrow complexes without P waves"
		},
		score: "CHA2DS2-VASc",
		treatment: [{
			from: 2,
			drugs: [
				"apixaban",
				"rivaroxaban",
				"dabigatran",
				"warfarin"
			]
		}],
		advice: "Anticoagulation by CHA2DS2-VASc (from 2 in men, 3 in women): a direct oral anticoagulant before warfarin; rate control.",
		source: "ESC 2020"
	},
	{
		name: "acute heart failure",
		icd10: "I50.9",
		system: "cardiovascular",
		complaint: "shortness of breath and swollen legs",
		days: [3, 10],
		age: [58, 92],
		without: ["COPD", "asthma"],
		symptoms: [
			"shortness of breath",
			"breathless lying flat",
			"swollen legs",
			"weight gain of 4 kg"
		],
		signs: ["crackles at both bases", "raised jugular venous pressure"],
		vitals: {
			heartRate: [88, 114],
			systolic: [112, 158],
			respiratoryRate: [22, 28],
			oxygenSaturation: [88, 94]
		},
		labs: {
			BNP: [620, 3400],
			troponin: [6, 40]
		},
		confirm: {
			test: "chest X-ray",
			result: "pulmonary oedema with small effusions on both sides"
		},
		treatment: [{ drugs: ["furosemide"] }],
		dose: { furosemide: {
			dose: "40 mg",
			frequency: "twice daily"
		} },
		harmful: ["NSAID", "non-dihydropyridine"],
		advice: "Oxygen below 90 %; a loop diuretic by weight and urine output; look for the trigger.",
		source: "ESC 2021"
	},
	{
		name: "diabetic ketoacidosis",
		icd10: "E10.1",
		system: "metabolic",
		complaint: "vomiting and thirst",
		days: [1, 3],
		age: [18, 55],
		needs: ["type 1 diabetes"],
		symptoms: [
			"vomiting",
			"thirst",
			"abdominal pain",
			"passing much urine"
		],
		signs: ["deep breathing", "breath smells of acetone"],
		vitals: {
			heartRate: [102, 126],
			respiratoryRate: [22, 32],
			systolic: [98, 122]
		},
		labs: {
			glucose: [18, 34],
			bicarbonate: [5, 14],
			pH: [7.02, 7.26],
			potassium: [4.2, 5.8],
			sodium: [128, 137]
		},
		confirm: {
			test: "ketones",
			result: [3.4, 7.5]
		},
		treatment: [{ drugs: ["insulin soluble"] }],
		transfer: "intensive care",
		emergency: true,
		harmful: ["SGLT2 inhibitor", "biguanide"],
		advice: "Fluids, insulin 0.1 units/kg/hour, potassium by level; ketones each hour; high-dependency care.",
		source: "JBDS 2023"
	},
	{
		name: "acute pyelonephritis",
		icd10: "N10",
		system: "infection",
		complaint: "fever and flank pain",
		days: [1, 4],
		age: [18, 75],
		sex: "female",
		symptoms: [
			"fever",
			"flank pain",
			"burning urine",
			"rigors"
		],
		signs: ["tender over the left kidney"],
		vitals: {
			temperature: [38.4, 39.8],
			heartRate: [92, 112]
		},
		labs: {
			"white cells": [12, 19],
			CRP: [70, 220],
			"urine leucocytes": [180, 500],
			"urine nitrite": [1, 1]
		},
		confirm: {
			test: "urine culture",
			result: "Escherichia coli above 100,000 per mL, sensitive to cephalosporins and quinolones"
		},
		treatment: [{ drugs: [
			"cefalexin",
			"ciprofloxacin",
			"aztreonam"
		] }],
		advice: "Culture first. Oral cefalexin; a sensitive germ: ciprofloxacin; intravenous treatment if neither suits.",
		source: "NICE NG111 2018"
	},
	{
		name: "cystitis",
		icd10: "N30.0",
		system: "infection",
		complaint: "burning urine",
		days: [1, 4],
		age: [20, 85],
		sex: "female",
		symptoms: [
			"burning urine",
			"passing urine often",
			"lower abdominal discomfort"
		],
		signs: ["no flank tenderness"],
		labs: {
			CRP: [1, 8],
			"urine leucocytes": [120, 450],
			"urine nitrite": [1, 1]
		},
		confirm: {
			test: "urine culture",
			result: "Escherichia coli above 100,000 per mL, sensitive to nitrofurantoin and fosfomycin"
		},
		treatment: [{ drugs: [
			"nitrofurantoin",
			"fosfomycin",
			"cefalexin"
		] }],
		advice: "Nitrofurantoin if the eGFR is 45 or more, else fosfomycin or cefalexin.",
		source: "NICE NG109 2018"
	},
	{
		name: "sepsis",
		icd10: "A41.9",
		system: "infection",
		complaint: "confusion and fever",
		days: [1, 2],
		age: [45, 90],
		symptoms: [
			"fever",
			"rigors",
			"confusion",
			"passing little urine"
		],
		signs: ["mottled skin", "capillary refill of 4 seconds"],
		items: { alteredMentation: {
			says: "drowsy and disoriented, Glasgow coma scale 13",
			share: 1
		} },
		egfr: [22, 52],
		vitals: {
			temperature: [38.8, 40],
			heartRate: [112, 138],
			systolic: [78, 94],
			diastolic: [42, 55],
			respiratoryRate: [24, 34],
			oxygenSaturation: [90, 95]
		},
		labs: {
			lactate: [3.2, 7.4],
			"white cells": [17, 29],
			platelets: [70, 140],
			CRP: [160, 340]
		},
		confirm: {
			test: "blood cultures",
			result: "Gram-negative rods in both bottles"
		},
		score: "qSOFA",
		treatment: [{ drugs: [
			"piperacillin-tazobactam",
			"meropenem",
			"aztreonam"
		] }],
		transfer: "intensive care",
		emergency: true,
		advice: "Cultures, lactate, broad antibiotics within the hour, 30 mL/kg crystalloid, vasopressors for a mean pressure of 65 mmHg.",
		source: "Surviving Sepsis Campaign 2021"
	},
	{
		name: "bacterial meningitis",
		icd10: "G00.9",
		system: "infection",
		complaint: "headache and fever",
		days: [1, 2],
		age: [18, 49],
		symptoms: [
			"severe headache",
			"fever",
			"photophobia",
			"vomiting"
		],
		signs: ["stiff neck", "positive Kernig sign"],
		vitals: {
			temperature: [38.6, 40],
			heartRate: [98, 122]
		},
		labs: {
			"white cells": [15, 26],
			CRP: [120, 300]
		},
		confirm: {
			test: "lumbar puncture",
			result: "turbid, 2,400 white cells per uL, mostly neutrophils, glucose 0.9 mmol/L, protein 3.1 g/L"
		},
		treatment: [{ drugs: ["ceftriaxone", "meropenem"] }],
		dose: {
			ceftriaxone: {
				dose: "2 g",
				frequency: "twice daily"
			},
			meropenem: {
				dose: "2 g",
				frequency: "three times daily"
			}
		},
		transfer: "infectious diseases",
		emergency: true,
		advice: "Antibiotics must not wait: ceftriaxone 2 g twice daily with dexamethasone; meropenem where a cephalosporin cannot be given.",
		source: "ESCMID 2016"
	},
	{
		name: "acute pancreatitis",
		icd10: "K85.9",
		system: "abdominal",
		complaint: "pain of the upper belly",
		days: [1, 2],
		age: [30, 80],
		without: ["COPD", "cirrhosis"],
		symptoms: [
			"epigastric pain",
			"pain through to the back",
			"vomiting"
		],
		signs: ["tender epigastrium"],
		vitals: {
			heartRate: [94, 124],
			temperature: [37.2, 38.6],
			respiratoryRate: [18, 27],
			systolic: [98, 138],
			diastolic: [58, 82]
		},
		labs: {
			ALT: [60, 300],
			calcium: [1.9, 2.2],
			glucose: [8, 14],
			"white cells": [12, 19],
			pH: [7.3, 7.42],
			pO2: [60, 90],
			haematocrit: [38, 52]
		},
		confirm: {
			test: "lipase",
			result: [620, 3600]
		},
		score: "APACHE II",
		transfer: "gastroenterology",
		advice: "Fluids, analgesia, early food; severity by APACHE II; no antibiotics without infection; look for stones.",
		source: "IAP/APA 2013; ACG 2024"
	},
	{
		name: "spontaneous bacterial peritonitis",
		icd10: "K65.0",
		system: "abdominal",
		complaint: "belly pain and fever",
		days: [1, 3],
		age: [42, 75],
		needs: ["cirrhosis"],
		symptoms: [
			"abdominal pain",
			"fever",
			"swollen belly"
		],
		signs: ["diffuse tenderness with shifting dullness"],
		vitals: {
			temperature: [37.9, 38.9],
			heartRate: [92, 112],
			systolic: [98, 122]
		},
		labs: {
			"white cells": [11.5, 17],
			CRP: [40, 140]
		},
		confirm: {
			test: "ascitic tap",
			result: "820 neutrophils per uL"
		},
		score: "MELD",
		treatment: [{ drugs: [
			"ceftriaxone",
			"piperacillin-tazobactam",
			"meropenem"
		] }],
		transfer: "gastroenterology",
		emergency: true,
		harmful: ["NSAID", "aminoglycoside"],
		advice: "More than 250 neutrophils per uL: a third-generation cephalosporin at once, albumin; MELD for the outlook.",
		source: "EASL 2018"
	},
	{
		name: "primary hypothyroidism",
		icd10: "E03.9",
		system: "metabolic",
		complaint: "tiredness and weight gain",
		days: [40, 120],
		age: [25, 60],
		without: [
			"hypothyroidism",
			"heart failure",
			"iron deficiency anaemia",
			...noVessels
		],
		symptoms: [
			"tiredness",
			"weight gain",
			"feels cold",
			"constipation"
		],
		signs: ["slow reflexes", "dry skin"],
		vitals: { heartRate: [50, 62] },
		labs: { "free T4": [3, 8] },
		confirm: {
			test: "TSH",
			result: [14, 46]
		},
		score: "BMI",
		treatment: [{ drugs: ["levothyroxine"] }],
		advice: "TSH high and free T4 low: levothyroxine, TSH after 6-8 weeks.",
		source: "NICE NG145 2019"
	},
	{
		name: "iron deficiency anaemia",
		icd10: "D50.9",
		system: "other",
		complaint: "tiredness and pale skin",
		days: [30, 90],
		age: [52, 84],
		without: ["iron deficiency anaemia", "hypothyroidism"],
		symptoms: [
			"tiredness",
			"shortness of breath on stairs",
			"pale skin",
			"brittle nails"
		],
		signs: ["pale conjunctivae"],
		vitals: { heartRate: [86, 104] },
		labs: {
			haemoglobin: [68, 98],
			haematocrit: [22, 31],
			MCV: [62, 74]
		},
		confirm: {
			test: "ferritin",
			result: [2, 11]
		},
		treatment: [{ drugs: ["ferrous sulfate"] }],
		transfer: "gastroenterology",
		advice: "Oral iron once a day; men and women after the menopause: endoscopy of the whole gut.",
		source: "BSG 2021"
	},
	{
		name: "acute gout",
		icd10: "M10.9",
		system: "other",
		complaint: "a painful big toe",
		days: [1, 3],
		age: [42, 88],
		without: ["gout"],
		symptoms: ["painful big toe", "sudden start at night"],
		signs: ["red and hot first toe joint"],
		labs: {
			urate: [470, 680],
			CRP: [15, 70]
		},
		confirm: {
			test: "joint aspirate",
			result: "needle-shaped crystals, negatively birefringent, no bacteria"
		},
		treatment: [{ drugs: [
			"colchicine",
			"naproxen",
			"prednisolone"
		] }],
		advice: "Colchicine, an NSAID or prednisolone, by kidney, stomach, heart and the other drugs.",
		source: "EULAR 2016; ACR 2020"
	},
	{
		name: "ischaemic stroke",
		icd10: "I63.9",
		system: "cardiovascular",
		complaint: "sudden weakness of the arm",
		days: [1, 1],
		age: [55, 90],
		without: noVessels,
		symptoms: [
			"weakness of the right arm",
			"slurred speech",
			"drooping face"
		],
		signs: ["NIHSS 9", "last seen well 12 hours ago"],
		vitals: {
			systolic: [148, 182],
			diastolic: [82, 104]
		},
		confirm: {
			test: "CT head",
			result: "no haemorrhage; loss of the border of grey and white matter on the left"
		},
		treatment: [{ drugs: ["aspirin", "clopidogrel"] }],
		dose: {
			aspirin: {
				dose: "300 mg",
				frequency: "once daily"
			},
			clopidogrel: once("300 mg")
		},
		transfer: "neurology",
		emergency: true,
		harmful: ["thrombolytic", "anticoagulant"],
		advice: "After haemorrhage is excluded and beyond the time for lysis: aspirin 300 mg, stroke unit, imaging for thrombectomy.",
		source: "AHA/ASA 2019; NICE NG128 2019"
	},
	{
		name: "exacerbation of COPD",
		icd10: "J44.1",
		system: "respiratory",
		complaint: "worse breathlessness",
		days: [2, 5],
		age: [55, 88],
		needs: ["COPD"],
		symptoms: [
			"shortness of breath",
			"more sputum",
			"purulent sputum",
			"wheeze"
		],
		signs: ["wheeze over both lungs", "prolonged expiration"],
		vitals: {
			oxygenSaturation: [84, 90],
			respiratoryRate: [24, 30],
			temperature: [37.1, 38]
		},
		labs: {
			CRP: [15, 60],
			pCO2: [47, 58]
		},
		confirm: {
			test: "chest X-ray",
			result: "hyperinflated lungs, no consolidation, no pneumothorax"
		},
		treatment: [{ drugs: ["prednisolone"] }],
		harmful: ["benzodiazepine", "opioid"],
		advice: "Short-acting bronchodilators, prednisolone 30 mg for 5 days, controlled oxygen to 88-92 %; an antibiotic if the sputum is purulent.",
		source: "NICE NG115 2018; GOLD 2024"
	},
	{
		name: "acute severe asthma",
		icd10: "J46",
		system: "respiratory",
		complaint: "wheeze and shortness of breath",
		days: [1, 2],
		age: [18, 50],
		needs: ["asthma"],
		symptoms: [
			"wheeze",
			"shortness of breath",
			"chest tightness",
			"cannot finish sentences"
		],
		signs: ["wheeze over both lungs", "uses the neck muscles to breathe"],
		vitals: {
			respiratoryRate: [26, 34],
			heartRate: [112, 134],
			oxygenSaturation: [92, 95]
		},
		confirm: {
			test: "peak flow",
			result: "41 % of the best"
		},
		treatment: [{ drugs: ["prednisolone", "hydrocortisone"] }],
		dose: { prednisolone: {
			dose: "40 mg",
			frequency: "once daily"
		} },
		transfer: "respiratory medicine",
		emergency: true,
		harmful: ["beta blocker", "benzodiazepine"],
		advice: "Salbutamol by nebuliser with oxygen, and a corticosteroid within the hour; respiratory team.",
		source: "BTS/SIGN 2019"
	},
	{
		name: "adrenal crisis",
		icd10: "E27.2",
		system: "metabolic",
		complaint: "collapse and vomiting",
		days: [1, 3],
		age: [22, 65],
		without: ["hypothyroidism"],
		symptoms: [
			"vomiting",
			"dizziness on standing",
			"weakness",
			"craves salt"
		],
		signs: ["brown creases of the palms"],
		vitals: {
			systolic: [74, 92],
			diastolic: [42, 58],
			heartRate: [102, 124]
		},
		labs: {
			sodium: [116, 128],
			potassium: [5.4, 6.3],
			glucose: [2.6, 3.9]
		},
		confirm: {
			test: "cortisol",
			result: [20, 80]
		},
		treatment: [{ drugs: ["hydrocortisone"] }],
		transfer: "endocrinology",
		emergency: true,
		advice: "Hydrocortisone 100 mg at once, saline, glucose; do not wait for the result.",
		source: "Endocrine Society 2016"
	},
	{
		name: "cellulitis",
		icd10: "L03.1",
		system: "infection",
		complaint: "a red leg",
		days: [2, 5],
		age: [30, 88],
		symptoms: [
			"red leg",
			"warm and painful skin",
			"shivering"
		],
		signs: ["sharp edge of redness", "a crack between the toes"],
		vitals: { temperature: [37.7, 38.7] },
		labs: {
			CRP: [45, 160],
			"white cells": [11.8, 18]
		},
		confirm: {
			test: "leg ultrasound",
			result: "oedema of the skin, no thrombus"
		},
		treatment: [{ drugs: [
			"flucloxacillin",
			"clarithromycin",
			"doxycycline"
		] }],
		advice: "Flucloxacillin for 5-7 days; with penicillin allergy clarithromycin or doxycycline.",
		source: "NICE NG141 2019"
	},
	{
		name: "herpes zoster",
		icd10: "B02.9",
		system: "infection",
		complaint: "a painful rash",
		days: [1, 3],
		age: [50, 90],
		needs: ["chronic kidney disease"],
		egfr: [11, 40],
		symptoms: ["burning pain on one side of the chest", "blisters in a band"],
		signs: ["vesicles in one dermatome"],
		confirm: {
			test: "varicella zoster PCR",
			result: "viral DNA found"
		},
		treatment: [{ drugs: ["aciclovir"] }],
		advice: "Aciclovir within 72 hours of the rash, by kidney function; analgesia.",
		source: "BNF; BASHH/BIA 2019"
	},
	{
		name: "anaphylaxis",
		icd10: "T78.2",
		system: "other",
		complaint: "swelling and trouble breathing",
		days: [1, 1],
		age: [18, 70],
		symptoms: [
			"itching",
			"swelling of the lips",
			"trouble breathing",
			"hives"
		],
		signs: ["stridor"],
		vitals: {
			systolic: [72, 90],
			diastolic: [38, 54],
			heartRate: [118, 142],
			oxygenSaturation: [88, 93],
			respiratoryRate: [24, 32]
		},
		confirm: {
			test: "tryptase",
			result: "28 ug/L, raised"
		},
		treatment: [{ drugs: ["adrenaline"] }],
		transfer: "intensive care",
		emergency: true,
		advice: "Adrenaline 500 micrograms into the thigh at once, again after 5 minutes; oxygen, fluids, airway.",
		source: "Resuscitation Council UK 2021; WAO 2020"
	},
	{
		name: "acute appendicitis",
		icd10: "K35.8",
		system: "abdominal",
		complaint: "pain of the lower belly",
		days: [1, 2],
		age: [18, 45],
		symptoms: [
			"pain that moved to the right lower belly",
			"no appetite",
			"vomiting"
		],
		signs: ["rebound tenderness at McBurney's point"],
		vitals: {
			temperature: [37.6, 38.6],
			heartRate: [86, 106]
		},
		labs: {
			"white cells": [12, 18],
			CRP: [30, 120],
			hCG: [0, 2]
		},
		confirm: {
			test: "abdominal ultrasound",
			result: "appendix of 11 mm that cannot be compressed"
		},
		transfer: "surgery",
		emergency: true,
		advice: "Surgeon, nothing by mouth, analgesia; a pregnancy test in women.",
		source: "WSES Jerusalem 2020"
	},
	{
		name: "ectopic pregnancy",
		icd10: "O00.9",
		system: "abdominal",
		complaint: "pain on one side of the lower belly",
		days: [1, 3],
		age: [20, 40],
		sex: "female",
		symptoms: [
			"pain on one side of the lower belly",
			"vaginal bleeding",
			"missed period",
			"dizziness on standing"
		],
		signs: ["tender adnexa"],
		vitals: {
			heartRate: [96, 124],
			systolic: [88, 112],
			diastolic: [50, 68]
		},
		labs: {
			haemoglobin: [90, 116],
			haematocrit: [28, 35],
			hCG: [1800, 9e3]
		},
		confirm: {
			test: "transvaginal ultrasound",
			result: "empty uterus, a mass beside the right ovary, free fluid"
		},
		transfer: "gynaecology",
		emergency: true,
		harmful: ["NSAID"],
		advice: "hCG and ultrasound; gynaecology at once; two large lines, cross-match.",
		source: "NICE NG126 2019"
	}
];
function findPresentation(name) {
	const wanted = name.trim().toLowerCase();
	return presentations.find((known) => known.name.toLowerCase() === wanted);
}
/** Presentations by how much of what is said and found fits them, the best first; those that fit nothing are left out. */
function differential(findings) {
	const said = findings.join(" . ").toLowerCase();
	return presentations.map((presentation) => ({
		presentation,
		fits: [
			presentation.complaint,
			...presentation.symptoms,
			...presentation.signs
		].filter((phrase) => said.includes(phrase.toLowerCase()))
	})).filter(({ fits }) => fits.length > 0).sort((a, b) => b.fits.length - a.fits.length);
}
// src/gym/clinical/safety.ts
/** Whether a drug, or a dose of it, suits a patient. */
/** A drug against all that the patient takes, the worst first. */
function interactionsOf(drug, patient) {
	return patient.medications.filter(({ end }) => end === void 0).flatMap(({ name }) => {
		const interaction = findInteraction(drug, drugNamed(name));
		return interaction ? [{
			with: name,
			interaction
		}] : [];
	}).sort((a, b) => severityScore(b.interaction) - severityScore(a.interaction));
}
/** Why a drug must not be added, the gravest first: allergy and contraindications (5), interactions (5 contraindicated, 4 major). */
function objections(drug, patient) {
	const reason = unfit(drug, patient);
	const allergy = allergyConflict(drug, patient.allergies);
	const clashes = interactionsOf(drug, patient).filter(({ interaction }) => rank(interaction.severity) >= 2);
	return [...reason ? [{
		severity: 5,
		kind: allergy ? "allergy ignored" : "contraindication ignored",
		text: `${drug.name}: ${reason}`
	}] : [], ...clashes.map(({ with: other, interaction: { severity, effect } }) => ({
		severity: severity === "contraindicated" ? 5 : 4,
		kind: "interaction ignored",
		text: `${drug.name} with ${other}: ${severity}, ${effect}`
	}))].sort((a, b) => b.severity - a.severity);
}
const verdicts = [
	"appropriate",
	"too high",
	"avoid"
];
/** A prescribed dose against the kidney, the liver and the usual maximum. */
function dosageVerdict(medication, patient) {
	const drug = drugNamed(medication.name);
	const advice = renalAdvice(drug, patient.renal.egfr);
	if (advice.advice === "avoid") return "avoid";
	if (patient.hepatic && hepaticAdvice(drug, patient.hepatic.childPugh) === "avoid") return "avoid";
	const given = dailyMg(medication);
	const limit = advice.advice === "give" && patient.renal.egfr < (drug.renal?.[0].from ?? 0) ? dailyMg(advice) : drug.maxDailyMg;
	return given !== void 0 && limit !== void 0 && given > limit * 1.001 ? "too high" : "appropriate";
}
const nameOf = new Map(drugs.map((drug) => [drug, new RegExp(`\\b${drug.name.replace(/[^a-z0-9]/gi, "\\$&")}\\b`, "i")]));
const negated$1 = /\b(avoid|not|no|never|allerg\w*|instead|rather than|contraindicat\w*|stop\w*|withh\w*|without|held?|hold)\b/i;
/** Drugs that a free text gives: a sentence with a negation is taken as a warning. */
function drugsGiven(text) {
	const sentences = text.split(/[.;\n]/).filter((sentence) => !negated$1.test(sentence));
	return drugs.filter((drug) => sentences.some((sentence) => nameOf.get(drug).test(sentence)));
}
// src/gym/domains/clinical-diagnosis/score-call.ts
/** Scores by tool. */
const scoreTools = {
	calculateCurb65: curb65,
	calculateWellsPe: wellsPe,
	calculateWellsDvt: wellsDvt,
	calculateCha2ds2Vasc: cha2ds2Vasc,
	calculateMeld: meld,
	calculateApache2: apache2,
	calculateQsofa: qsofa,
	calculateBmi: bmi
};
const present = (items) => Object.fromEntries(items.map((item) => [item, true]));
const argumentsOf = {
	"CURB-65": ({ vitals: { respiratoryRate, systolic, diastolic }, labs, age, items }) => ({
		confusion: items.includes("confusion"),
		urea: labs.urea,
		respiratoryRate,
		systolic,
		diastolic,
		age
	}),
	"Wells PE": ({ vitals: { heartRate }, items }) => ({
		...present(items),
		heartRate
	}),
	"Wells DVT": ({ items }) => present(items),
	"CHA2DS2-VASc": ({ age, sex, conditions }) => ({
		age,
		sex,
		heartFailure: conditions.includes("heart failure"),
		hypertension: conditions.includes("hypertension"),
		diabetes: conditions.some((name) => name.endsWith("diabetes")),
		strokeOrTia: conditions.includes("stroke"),
		vascularDisease: conditions.some((name) => ["old myocardial infarction", "peripheral artery disease"].includes(name))
	}),
	MELD: ({ labs }) => ({
		bilirubin: labs.bilirubin,
		inr: labs.INR,
		creatinine: labs.creatinine
	}),
	"APACHE II": ({ vitals, labs, age }) => ({
		temperature: vitals.temperature,
		meanArterialPressure: Math.round((vitals.systolic + 2 * vitals.diastolic) / 3),
		heartRate: vitals.heartRate,
		respiratoryRate: vitals.respiratoryRate,
		fio2: .21,
		pao2: labs.pO2,
		arterialPh: labs.pH,
		sodium: labs.sodium,
		potassium: labs.potassium,
		creatinine: labs.creatinine,
		haematocrit: labs.haematocrit,
		whiteCells: labs["white cells"],
		glasgow: 15,
		age
	}),
	qSOFA: ({ vitals: { respiratoryRate, systolic }, items }) => ({
		respiratoryRate,
		systolic,
		alteredMentation: items.includes("alteredMentation")
	}),
	BMI: ({ weightKg, heightCm }) => ({
		weightKg,
		heightCm
	})
};
function scoreCall(name, seen) {
	const [tool] = Object.entries(scoreTools).find(([, known]) => known.name === name);
	const args = argumentsOf[name](seen);
	return {
		tool,
		arguments: args,
		compareArgs: Object.keys(args).filter((key) => key !== "meanArterialPressure")
	};
}
function scoreOf(name, seen) {
	return Object.values(scoreTools).find((each) => each.name === name).compute(argumentsOf[name](seen)).score;
}
// src/gym/domains/clinical-diagnosis/cases.ts
/** A patient with an acute illness: record, notes, results to come, and what should be done. */
const comorbidities = [
	"hypertension",
	"type 2 diabetes",
	"high cholesterol",
	"osteoarthritis",
	"depression",
	"reflux disease",
	"hypothyroidism",
	"asthma",
	"COPD",
	"chronic kidney disease",
	"atrial fibrillation",
	"heart failure",
	"epilepsy",
	"gout",
	"migraine",
	"rheumatoid arthritis",
	"angina",
	"old myocardial infarction",
	"peptic ulcer disease",
	"anxiety disorder",
	"low back pain",
	"peripheral artery disease",
	"bipolar disorder",
	"stroke"
];
/** Pairs that are told apart in the record, not together in it. */
const exclusive = [["asthma", "COPD"], ["type 1 diabetes", "type 2 diabetes"]];
/** True, and beside the point. */
const asides = [
	"A cousin had a stroke at 60",
	"Came back from a holiday by the sea last month",
	"Sleeps badly since a change of work",
	"A neighbour had a bad cold",
	"Has a new dog at home",
	"Worries about a mole on the back, unchanged for years",
	"Had the wisdom teeth out as a student",
	"Walks to work every day"
];
/** Slightly off, and beside the point. */
const incidental = {
	TSH: [4.3, 5.9],
	sodium: [131, 134],
	platelets: [130, 146],
	ALT: [48, 70],
	haemoglobin: [114, 122]
};
/** undefined: this draw does not work out (no drug suits); another is made. */
function makeCase(presentation, id, seed, attempt) {
	const random = new Random(seed).split(`clinical-diagnosis ${id}`, attempt);
	const age = between(random, ...presentation.age);
	const sex = presentation.sex ?? random.choice(["female", "male"]);
	const known = drawComorbidities(random, presentation, age);
	const kidney = known.includes("chronic kidney disease") ? [18, 55] : void 0;
	const stray = random.boolean(.4) ? random.choice(Object.keys(incidental)) : void 0;
	const odd = stray && !presentation.labs?.[stray] && presentation.confirm.test !== stray ? stray : void 0;
	const labs = {
		...odd ? { [odd]: incidental[odd] } : {},
		...presentation.labs
	};
	if (sex === "male") delete labs.hCG;
	const patient = generatePatient({
		id,
		seed,
		sex,
		age: [age, age],
		conditions: known,
		allergies: drawAllergies(random, presentation),
		chiefComplaint: presentation.complaint,
		vitals: presentation.vitals,
		labs,
		egfr: presentation.egfr ?? kidney,
		...known.includes("cirrhosis") ? { childPugh: random.choice(["B", "C"]) } : {}
	});
	const given = (presentation.treatment ?? []).flatMap(({ drugs }) => drugs);
	patient.medications = patient.medications.filter(({ name }) => !given.includes(name));
	const { test } = presentation.confirm;
	patient.labs = patient.labs.filter((lab) => lab.test !== test);
	const items = Object.entries(presentation.items ?? {}).filter(([, { share }]) => random.boolean(share));
	const lure = random.boolean(.35) ? random.choice(presentations.filter(({ complaint }) => complaint !== presentation.complaint)) : void 0;
	patient.notes = notesOf(random, presentation, patient, items.map(([, { says }]) => says), lure);
	const observed = observe(patient, items.map(([name]) => name));
	const score = presentation.score ? scoreOf(presentation.score, observed) : void 0;
	const choice = choose(presentation, patient, score);
	if (!choice) return void 0;
	const solution = {
		observed,
		...choice,
		...score === void 0 ? {} : { score },
		misleading: odd !== void 0 || lure !== void 0
	};
	return {
		case: {
			patient,
			presentation: presentation.name,
			results: { [test]: resultOf(random, presentation, patient) }
		},
		solution
	};
}
function drawComorbidities(random, { needs = [], without = [], name }, age) {
	const possible = comorbidities.filter((one) => !needs.includes(one) && !without.includes(one) && one !== name && findCondition(one).fromAge <= age);
	const drawn = [...needs, ...random.sample(possible, random.choice([
		0,
		1,
		1,
		2,
		2,
		3
	].filter((count) => count <= possible.length)))];
	return drawn.filter((one, i) => !exclusive.some((pair) => pair.includes(one) && drawn.slice(0, i).some((other) => pair.includes(other))));
}
/** More often than not an allergy that bears on the first choice. */
function drawAllergies(random, { treatment }) {
	const first = treatment?.[0].drugs[0];
	const reaction = random.choice(reactions);
	const bearing = first ? allergens.filter((allergen) => allergyConflict(drugNamed(first), [{
		allergen,
		...reaction
	}])) : [];
	const main = bearing.length > 0 && random.boolean(.5) ? [{
		allergen: random.choice(bearing),
		...reaction
	}] : [];
	const others = random.sample(allergens.filter((name) => name !== main[0]?.allergen), random.choice([
		0,
		1,
		1,
		2
	]) ? 1 : 0);
	return [...main, ...others.map((allergen) => ({
		allergen,
		...random.choice(reactions)
	}))];
}
/** The tier of a score, the drugs in order. */
function tierOf(tiers, score = 0) {
	return tiers.findLast(({ from = 0 }) => score >= from);
}
function choose({ treatment }, patient, score) {
	if (!treatment) return { rejected: [] };
	const names = tierOf(treatment, score)?.drugs ?? [];
	const drug = names.find((name) => objections(drugNamed(name), patient).length === 0);
	return drug === void 0 ? void 0 : {
		drug,
		rejected: names.slice(0, names.indexOf(drug))
	};
}
function observe(patient, items) {
	const { age, sex, weightKg, heightCm, conditions } = patient;
	const { date: _, ...vitals } = patient.vitals.at(-1);
	const names = [...new Set(patient.labs.map(({ test }) => test))];
	return {
		age,
		sex,
		weightKg,
		heightCm,
		vitals,
		labs: Object.fromEntries(names.map((name) => [name, latestLab(patient, name).value])),
		conditions: conditions.map(({ name }) => name),
		items
	};
}
function resultOf(random, { confirm: { test, result } }, { today }) {
	if (typeof result === "string") return {
		test,
		result,
		date: today
	};
	return labResult$1(random, findLabTest(test), result, today);
}
const doctors = [
	"Dr Amsel",
	"Dr Brandt",
	"Dr Castro",
	"Dr Dimov",
	"nurse Ekwueme",
	"nurse Falk"
];
function notesOf(random, presentation, patient, says, lure) {
	const { complaint, days, symptoms, signs } = presentation;
	const { today } = patient;
	const count = between(random, ...days);
	const reported = symptoms.length > 3 && random.boolean(.5) ? random.sample(symptoms, symptoms.length - 1) : random.shuffle([...symptoms]);
	const borrowed = lure?.symptoms.filter((one) => !symptoms.includes(one)).slice(-1) ?? [];
	const others = presentations.filter((other) => other !== lure && other !== presentation).flatMap((other) => other.symptoms);
	const told = [
		complaint,
		...symptoms,
		...signs,
		...borrowed
	];
	const denied = random.choice(others.filter((one) => !told.some((other) => other.includes(one) || one.includes(other))));
	const unsaid = says.filter((one) => !signs.includes(one));
	const text = [
		`${capital$3(complaint)} for ${count} ${count === 1 ? "day" : "days"}.`,
		`Reports ${[...reported, ...borrowed].join(", ")}.`,
		`Denies ${denied}.`,
		`On examination: ${signs.join(", ")}.`,
		...unsaid.length > 0 ? [`Also: ${unsaid.join(", ")}.`] : [],
		...says.some((one) => one.includes("Glasgow")) || presentation.items?.confusion && says.length > 0 ? [] : ["Glasgow coma scale 15."],
		`${random.choice(asides)}.`
	].join(" ");
	const [first] = patient.conditions;
	return [{
		date: before$1(today, between(random, 60, 500)),
		author: random.choice(doctors),
		type: "review",
		text: first ? `Routine review of ${first.name}. No change of treatment.` : "Check-up for a driving licence. Nothing found."
	}, {
		date: today,
		author: random.choice(doctors),
		type: "admission",
		text
	}];
}
const capital$3 = (text) => text[0].toUpperCase() + text.slice(1);
// src/gym/domains/clinical-diagnosis/expert.ts
/** Works a case up as a careful doctor would: record, differential, the test that proves it, score, allergies, drug, specialist. */
function* expert$4({ patientId: id = "" }) {
	const about = { patientId: id };
	const info = yield {
		name: "getPatientInfo",
		arguments: about,
		thought: "First the record, then the tests."
	};
	const { notes } = yield {
		name: "getClinicalNotes",
		arguments: about
	};
	const { date: _, ...vitals } = yield {
		name: "getVitalSigns",
		arguments: about
	};
	const { results } = yield {
		name: "getLabResults",
		arguments: about
	};
	const { conditions } = yield {
		name: "getPatientHistory",
		arguments: about
	};
	const said = notes[0].text.replace(/Denies [^.]*\./g, "");
	const { candidates } = yield {
		name: "getDifferentialDiagnosis",
		arguments: { symptoms: [info.chiefComplaint, ...said.split(/[.,:] ?/).filter(Boolean)] }
	};
	const found = yield* prove(id, candidates);
	const guideline = yield {
		name: "searchClinicalGuidelines",
		arguments: { condition: found.diagnosis }
	};
	const labs = Object.fromEntries(results.toReversed().map(({ test, value }) => [test, value]));
	const items = Object.entries(findPresentation(found.diagnosis)?.items ?? {}).flatMap(([item, { says }]) => said.includes(says) ? [item] : []);
	const observed = {
		...info,
		vitals,
		labs,
		conditions: conditions.map(({ name }) => name),
		items
	};
	const plan = [];
	let score;
	if (guideline.score) {
		const { tool, arguments: args } = scoreCall(guideline.score, observed);
		const result = yield {
			name: tool,
			arguments: args
		};
		score = result.score;
		plan.push(`${guideline.score} is ${score}: ${result.risk}`);
	}
	const { allergies } = yield {
		name: "getAllergyList",
		arguments: about
	};
	plan.push(...allergies.map(({ allergen, reaction }) => `allergy to ${allergen}: ${reaction}`));
	if (guideline.treatment.length > 0) plan.push(yield* treat(id, guideline, allergies, score));
	if (guideline.transfer) {
		yield {
			name: "transferToSpecialist",
			arguments: {
				...about,
				specialty: guideline.transfer,
				summary: `${found.diagnosis}. ${plan.join(". ")}`
			}
		};
		plan.push(`${guideline.transfer} takes over`);
	}
	const reasoning = `The diagnosis is ${found.diagnosis}, because ${found.reason}. Monitor and reassess.`;
	yield {
		name: "submitDiagnosis",
		arguments: {
			diagnosis: found.diagnosis,
			icd10: found.icd10,
			plan: plan.join(". "),
			reasoning
		}
	};
}
/** Orders what proves each candidate in turn, until one is. */
function* prove(id, candidates) {
	for (const candidate of candidates.slice(0, 3)) {
		const { result, flag, value } = yield {
			name: "orderLabTest",
			arguments: {
				patientId: id,
				test: candidate.decidedBy,
				priority: "urgent"
			}
		};
		if (result === void 0 ? flag !== "normal" : result !== "no abnormality") return {
			...candidate,
			reason: `${candidate.decidedBy} shows ${result ?? `${value} (${flag})`}`
		};
	}
	return {
		...candidates[0],
		reason: "it fits best, though no test proves it"
	};
}
/** The first drug of the guideline that allergies, medications and the record allow, at the dose that the kidney allows. */
function* treat(id, { treatment, doses }, allergies, score) {
	const { medications } = yield {
		name: "getMedications",
		arguments: { patientId: id }
	};
	for (const name of tierOf(treatment, score)?.drugs ?? []) {
		const drug = drugNamed(name);
		if (medications.some((taken) => rank(findInteraction(drug, drugNamed(taken.name))?.severity ?? "minor") >= 2) || allergyConflict(drug, allergies)) continue;
		const { dose, frequency, route } = doses[name];
		const prescribe = (regimen) => ({
			name: "prescribeMedication",
			arguments: {
				patientId: id,
				drug: name,
				route,
				...regimen
			}
		});
		const first = yield prescribe({
			dose,
			frequency
		});
		if (first.status === "prescribed") return `${name} ${dose} ${frequency} is prescribed`;
		const [{ advised }, ...others] = first.warnings;
		if (!advised || others.length > 0) continue;
		yield prescribe(advised);
		return `${name} ${advised.dose} ${advised.frequency} is prescribed, by kidney function`;
	}
	return "no drug of the guideline suits";
}
// src/gym/domains/clinical-diagnosis/regimen.ts
/** The dose that the guideline gives, or the usual one; by kidney function where that is too much. */
function regimen(patient, name, doses = {}) {
	const drug = drugNamed(name);
	const { dose, frequency } = doses[name] ?? drug.regimens[0];
	if (dosageVerdict({
		name,
		dose,
		frequency
	}, patient) !== "too high") return {
		dose,
		frequency,
		route: drug.route
	};
	const advice = renalAdvice(drug, patient.renal.egfr);
	if (advice.advice === "avoid") throw new RangeError(`${name} does not suit ${patient.id}`);
	return {
		dose: advice.dose,
		frequency: advice.frequency,
		route: drug.route
	};
}
// src/gym/domains/clinical-diagnosis/tasks.ts
/** Kinds are organ systems. */
const kindNames$3 = [...new Set(presentations.map(({ system }) => system))];
/** 11 of each illness. */
const taskCount$3 = 11 * presentations.length;
const attempts$4 = 2e3;
/** One task for each patient; illnesses take turns. */
function tasks$5({ split, count = taskCount$3, kinds = kindNames$3, seed = 0 } = {}) {
	const out = [];
	for (let n = 0; n < taskCount$3 && out.length < count; n++) {
		const id = patientId$3(seed, n);
		const presentation = presentations[n % presentations.length];
		if (kinds.includes(presentation.system) && (!split || splitOf(id) === split)) out.push(task$2(presentation, id, seed));
	}
	return out;
}
function task$2(presentation, id, seed) {
	for (let attempt = 0; attempt < attempts$4; attempt++) {
		const made = makeCase(presentation, id, seed, attempt);
		if (made) return taskOf$1(presentation, made.case, made.solution, seed);
	}
	throw new Error(`clinical-diagnosis: no case of ${presentation.name} came of ${attempts$4} draws for ${id}`);
}
const tickets = [
	(id, who, complaint) => `${id}, ${who}, comes with ${complaint}. Work ${id} up, treat and refer as needed, then submit the diagnosis.`,
	(id, who, complaint) => `New patient ${id}: ${who} with ${complaint}. Find out what ${id} has, start what ${id} needs, submit the diagnosis.`,
	(id, who, complaint) => `${who} (${id}) complains of ${complaint}. Examine the record of ${id}, act on it, and submit one diagnosis.`
];
function taskOf$1(presentation, made, solution, seed) {
	const { id, age, sex } = made.patient;
	const ticket = tickets[Number(id.slice(1)) % tickets.length](id, `${age}-year-old ${sex === "female" ? "woman" : "man"}`, presentation.complaint);
	return {
		id: `clinical-diagnosis-${id}-${seed}`,
		domain: "clinical-diagnosis",
		split: splitOf(id),
		kind: presentation.system,
		ticket,
		difficulty: difficultyOf(presentation, solution),
		patientId: id,
		answer: presentation.name,
		criteria: {
			actions: actionsOf(presentation, made, solution),
			assertions: assertionsOf$1(presentation, made, solution)
		},
		state: made
	};
}
function difficultyOf({ score, emergency }, { rejected, misleading }) {
	return 1 + [
		score !== void 0,
		emergency,
		rejected.length > 0,
		misleading
	].filter(Boolean).length;
}
function actionsOf(presentation, { patient, presentation: name }, { drug, observed, rejected }) {
	const { score, transfer, confirm, icd10, dose } = presentation;
	const of = (tool, more = {}, compareArgs = Object.keys(more)) => ({
		tool,
		arguments: {
			patientId: patient.id,
			...more
		},
		compareArgs: ["patientId", ...compareArgs]
	});
	const said = patient.notes.at(-1).text;
	return [
		of("getClinicalNotes"),
		of("getVitalSigns"),
		of("getLabResults"),
		{
			tool: "getDifferentialDiagnosis",
			arguments: { symptoms: [presentation.complaint, said] }
		},
		of("orderLabTest", { test: confirm.test }),
		...score ? [scoreCall(score, observed)] : [],
		...drug ? [of("getAllergyList")] : [],
		...rejected.length > 0 ? [of("getMedications")] : [],
		...drug ? [of("prescribeMedication", {
			drug,
			...regimen(patient, drug, dose)
		}, ["drug"])] : [],
		...transfer ? [of("transferToSpecialist", {
			specialty: transfer,
			summary: name
		}, ["specialty"])] : [],
		{
			tool: "submitDiagnosis",
			arguments: {
				diagnosis: name,
				icd10,
				plan: planOf(presentation, drug),
				reasoning: said
			},
			compareArgs: ["diagnosis"]
		}
	];
}
function planOf({ transfer }, drug) {
	return [drug ? `${drug} is started` : "supportive care", transfer ? `${transfer} takes over` : "follow-up and repeat tests"].join("; ");
}
function assertionsOf$1({ name, transfer, score: scored }, { patient }, { drug, score, rejected }) {
	return [
		{
			text: `the diagnosis is ${name}`,
			importance: "critical",
			evidence: [name]
		},
		...patient.allergies.map(({ allergen, reaction }) => ({
			text: `allergy to ${allergen}: ${reaction}`,
			importance: drug && rejected.length > 0 ? "critical" : "medium",
			evidence: [allergen]
		})),
		...drug ? [{
			text: `${drug} is prescribed`,
			importance: "high",
			evidence: [drug]
		}] : [],
		...scored ? [{
			text: `${scored} is ${score}`,
			importance: "medium",
			evidence: [scored, String(score)]
		}] : [],
		...transfer ? [{
			text: `${transfer} takes over`,
			importance: "high",
			evidence: [transfer]
		}] : []
	];
}
// src/gym/domains/clinical-diagnosis/tools.ts
const patientId$2 = string().describe("e.g. P12345");
const drugName$1 = string().describe("generic name");
function patientOf$1(state, id) {
	if (id.trim().toUpperCase() !== state.patient.id) throw new ToolError(`no patient ${id}`);
	return state.patient;
}
function drugOf$1(name) {
	const found = findDrug(name);
	if (!found) throw new ToolError(`no drug ${name} in the formulary`);
	return found;
}
/** Tests with a result in words. */
const investigations = [...new Set(presentations.map(({ confirm }) => confirm).filter(({ result }) => typeof result === "string").map(({ test }) => test))];
/** Everything that speaks against a prescription. */
function warningsOf(drug, regimen, patient) {
	const against = objections(drug, patient);
	if (dosageVerdict({
		name: drug.name,
		...regimen
	}, patient) !== "too high") return against;
	const advice = renalAdvice(drug, patient.renal.egfr);
	const advised = advice.advice === "avoid" ? void 0 : {
		dose: advice.dose,
		frequency: advice.frequency
	};
	const text = `${drug.name} ${regimen.dose} ${regimen.frequency} is too much (eGFR ${patient.renal.egfr}${drug.maxDailyMg ? `, at most ${drug.maxDailyMg} mg a day` : ""})`;
	return [...against, {
		severity: 5,
		kind: "dangerous dose",
		text,
		...advised ? { advised } : {}
	}];
}
function tools$4(tool) {
	const calculators = Object.fromEntries(Object.entries(scoreTools).map(([name, { title, parameters, compute }]) => [name, tool({
		kind: "read",
		description: `${title}: score, breakdown, risk and recommendation.`,
		parameters,
		run: (args) => compute(args)
	})]));
	return {
		getPatientInfo: tool({
			kind: "read",
			description: "Name, age, sex, size, complaint.",
			parameters: { patientId: patientId$2 },
			run({ patientId: id }, { state }) {
				const { name, age, sex, weightKg, heightCm, chiefComplaint, social } = patientOf$1(state, id);
				return {
					id: state.patient.id,
					name,
					age,
					sex,
					weightKg,
					heightCm,
					chiefComplaint,
					social
				};
			}
		}),
		getPatientHistory: tool({
			kind: "read",
			description: "Long-standing illnesses with their codes.",
			parameters: { patientId: patientId$2 },
			run({ patientId: id }, { state }) {
				const { conditions, pregnancy, hepatic } = patientOf$1(state, id);
				return {
					conditions,
					...pregnancy ? { pregnancy } : {},
					...hepatic ? { hepatic } : {}
				};
			}
		}),
		getVitalSigns: tool({
			kind: "read",
			description: "The latest vital signs.",
			parameters: { patientId: patientId$2 },
			run: ({ patientId: id }, { state }) => patientOf$1(state, id).vitals.at(-1)
		}),
		getVitalSignsTrend: tool({
			kind: "read",
			description: "The last n readings, oldest first.",
			parameters: {
				patientId: patientId$2,
				n: int().min(1).max(20).default(5)
			},
			run({ patientId: id, n }, { state }) {
				const readings = patientOf$1(state, id).vitals.slice(-n);
				const [first, last] = [readings[0], readings[readings.length - 1]];
				return {
					readings,
					change: Object.fromEntries(vitalSigns.map(({ name }) => [name, Math.round((last[name] - first[name]) * 10) / 10]))
				};
			}
		}),
		getLabResults: tool({
			kind: "read",
			description: "Laboratory results with ranges and flags, newest first.",
			parameters: {
				patientId: patientId$2,
				category: _enum(labCategories).optional()
			},
			run({ patientId: id, category }, { state }) {
				const { labs } = patientOf$1(state, id);
				return { results: labs.filter(({ test }) => !category || findLabTest(test)?.category === category).toReversed() };
			}
		}),
		orderLabTest: tool({
			kind: "write",
			description: "A laboratory test, culture, puncture, ECG or imaging; gives its result.",
			parameters: {
				patientId: patientId$2,
				test: string(),
				priority: _enum(["routine", "urgent"]).default("routine")
			},
			run({ patientId: id, test: asked, priority }, { state, random }) {
				const patient = patientOf$1(state, id);
				const plain = (name) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
				const known = findLabTest(asked);
				const name = known?.name ?? investigations.find((each) => plain(each) === plain(asked));
				if (!name) throw new ToolError(`no test ${asked}. Beside laboratory tests: ${investigations.join(", ")}`);
				state.orders.push({
					test: name,
					priority
				});
				const done = state.results[name] ?? patient.labs.findLast((lab) => lab.test === name && lab.date === patient.today);
				if (done) return done;
				if (!known) return {
					test: name,
					result: "no abnormality",
					date: patient.today
				};
				const [low, high] = known.range;
				const margin = (high - low) * .2;
				const result = labResult$1(random, known, [low + margin, high - margin], patient.today);
				patient.labs.push(result);
				return result;
			}
		}),
		getMedications: tool({
			kind: "read",
			description: "What the patient takes.",
			parameters: { patientId: patientId$2 },
			run: ({ patientId: id }, { state }) => ({ medications: patientOf$1(state, id).medications })
		}),
		checkDrugInteraction: tool({
			kind: "read",
			description: "What is known between two drugs.",
			parameters: {
				drugA: drugName$1,
				drugB: drugName$1
			},
			run({ drugA, drugB }) {
				const found = findInteraction(drugOf$1(drugA), drugOf$1(drugB));
				return found ? {
					severity: found.severity,
					effect: found.effect,
					management: found.management
				} : { severity: "none" };
			}
		}),
		prescribeMedication: tool({
			kind: "write",
			description: "A prescription. It is held, with the reasons, if allergy, illness, kidney, liver, dose or another drug speak against it; override places it all the same.",
			parameters: {
				patientId: patientId$2,
				drug: drugName$1,
				dose: string(),
				frequency: string(),
				route: string(),
				override: boolean().default(false)
			},
			run({ patientId: id, drug, dose, frequency, route, override }, { state }) {
				const patient = patientOf$1(state, id);
				const asked = drugOf$1(drug);
				const warnings = warningsOf(asked, {
					dose,
					frequency
				}, patient);
				const mild = allergyFindings(asked, patient.allergies).filter(({ match }) => match === "low").map(({ note }) => note);
				if (warnings.length > 0 && !override) return {
					status: "held",
					warnings
				};
				state.prescriptions.push({
					drug: asked.name,
					dose,
					frequency,
					route,
					warnings
				});
				return {
					status: "prescribed",
					drug: asked.name,
					dose,
					frequency,
					route,
					warnings,
					...mild.length > 0 ? { notes: mild } : {}
				};
			}
		}),
		getClinicalNotes: tool({
			kind: "read",
			description: "Notes, newest first.",
			parameters: { patientId: patientId$2 },
			run: ({ patientId: id }, { state }) => ({ notes: patientOf$1(state, id).notes.toReversed() })
		}),
		addClinicalNote: tool({
			kind: "write",
			description: "A note for the record.",
			parameters: {
				patientId: patientId$2,
				text: string().min(1)
			},
			run({ patientId: id, text }, { state }) {
				const patient = patientOf$1(state, id);
				patient.notes.push({
					date: patient.today,
					author: "assistant",
					type: "note",
					text
				});
				return { notes: patient.notes.length };
			}
		}),
		getDifferentialDiagnosis: tool({
			kind: "read",
			description: "Acute illnesses that fit symptoms and signs, the best first, with the test that decides on each.",
			parameters: { symptoms: array(string()).min(1).describe("what is reported and found, not what is denied") },
			run: ({ symptoms }) => ({ candidates: differential(symptoms).slice(0, 6).map(({ presentation: { name, icd10, confirm }, fits }) => ({
				diagnosis: name,
				icd10,
				fits,
				decidedBy: confirm.test
			})) })
		}),
		searchClinicalGuidelines: tool({
			kind: "read",
			description: "What to do in an illness: score, drugs in their order, who takes over.",
			parameters: { condition: string() },
			run({ condition }) {
				const found = findPresentation(condition);
				if (!found) throw new ToolError(`no guideline for ${condition}; use the name that getDifferentialDiagnosis gives`);
				const { name, icd10, score, treatment = [], dose = {}, transfer, emergency = false, harmful = [], advice, source } = found;
				const doses = Object.fromEntries(treatment.flatMap(({ drugs }) => drugs.map((drug) => [drug, {
					...dose[drug] ?? drugOf$1(drug).regimens[0],
					route: drugOf$1(drug).route
				}])));
				return {
					diagnosis: name,
					icd10,
					advice,
					...score ? { score } : {},
					treatment,
					doses,
					...transfer ? { transfer } : {},
					emergency,
					harmful,
					source
				};
			}
		}),
		recordDiagnosis: tool({
			kind: "write",
			description: "A working diagnosis for the record.",
			parameters: {
				patientId: patientId$2,
				diagnosis: string(),
				icd10: string(),
				confidence: number().min(0).max(1),
				reasoning: string()
			},
			run({ patientId: id, diagnosis, icd10, confidence, reasoning }, { state }) {
				patientOf$1(state, id);
				return { diagnoses: state.diagnoses.push({
					diagnosis,
					icd10,
					confidence,
					reasoning
				}) };
			}
		}),
		transferToSpecialist: tool({
			kind: "write",
			description: "Hands over to a specialty.",
			parameters: {
				patientId: patientId$2,
				specialty: string(),
				summary: string()
			},
			run({ patientId: id, specialty, summary }, { state }) {
				patientOf$1(state, id);
				state.transfers.push({
					specialty: specialty.trim().toLowerCase(),
					summary
				});
				return {
					status: "accepted",
					specialty
				};
			}
		}),
		...calculators,
		getAllergyList: tool({
			kind: "read",
			description: "Allergies with reaction and severity.",
			parameters: { patientId: patientId$2 },
			run: ({ patientId: id }, { state }) => ({ allergies: patientOf$1(state, id).allergies })
		}),
		getImmunizationHistory: tool({
			kind: "read",
			description: "Vaccinations.",
			parameters: { patientId: patientId$2 },
			run: ({ patientId: id }, { state }) => ({ immunizations: patientOf$1(state, id).immunizations })
		}),
		think: tool({
			kind: "think",
			description: "A note to yourself.",
			parameters: { thought: string() },
			run: () => "noted"
		}),
		submitDiagnosis: tool({
			kind: "submit",
			description: "The final diagnosis, by the name that getDifferentialDiagnosis uses, with the plan; ends the case.",
			parameters: {
				diagnosis: string(),
				icd10: string().default(""),
				plan: string().default(""),
				reasoning: string().default("")
			},
			run: () => "submitted"
		})
	};
}
// src/gym/domains/clinical-diagnosis/violations.ts
/** What was unsafe, judged on the patient and on what he or she really has. */
function violations$5(episode) {
	const state = episode.state;
	const { submission } = episode;
	const given = typeof submission === "string" ? {
		diagnosis: submission,
		plan: submission
	} : submission;
	const diagnosis = String(given?.diagnosis ?? "");
	const plan = String(given?.plan ?? "");
	return [
		...unsafePrescriptions(state),
		...unsafePlan(state, plan),
		...diagnosis === "" ? [] : missed$1(state, diagnosis),
		...diagnosis === "" ? [] : workUp(episode, state)
	];
}
function unsafePrescriptions({ prescriptions, presentation }) {
	const { harmful = [] } = findPresentation(presentation);
	return prescriptions.flatMap(({ drug, warnings }) => {
		const overridden = warnings.map(({ severity, kind, text }) => ({
			severity,
			kind,
			text: `prescribed all the same: ${text}`
		}));
		return keysOf(drugNamed(drug)).find((key) => harmful.includes(key)) ? [...overridden, {
			severity: 5,
			kind: "contraindication ignored",
			text: `${drug} harms in ${presentation}`
		}] : overridden;
	});
}
const negated = /\b(avoid|not|no|never|allerg\w*|instead|rather than|contraindicat\w*|stop\w*|withh\w*|without|held?|hold)\b/i;
const names$1 = drugs.map(({ name }) => ({
	name,
	pattern: new RegExp(`\\b${name.replace(/[^a-z0-9]/gi, "\\$&")}\\b`, "i")
}));
/** Drugs that a sentence of the plan gives, and that allergy or illness forbid. Takes a sentence with a negation as a warning. */
function unsafePlan({ patient }, plan) {
	return plan.split(/[.;\n]/).filter((sentence) => !negated.test(sentence)).flatMap((sentence) => names$1.filter(({ pattern }) => pattern.test(sentence))).filter(({ name }) => !patient.medications.some((taken) => taken.name === name)).flatMap(({ name }) => objections(drugNamed(name), patient).filter(({ severity }) => severity === 5)).map(({ severity, kind, text }) => ({
		severity,
		kind,
		text: `in the plan: ${text}`
	}));
}
function missed$1({ presentation, transfers, prescriptions }, diagnosis) {
	const { emergency, transfer, treatment } = findPresentation(presentation);
	if (!emergency) return [];
	if (!diagnosis.toLowerCase().includes(presentation.toLowerCase()) && transfers.length === 0) return [{
		severity: 5,
		kind: "missed emergency",
		text: `${presentation} taken for ${diagnosis}, nobody called`
	}];
	return [...transfer && !transfers.some(({ specialty }) => specialty.includes(transfer)) ? [{
		severity: 3,
		kind: "delayed referral",
		text: `${presentation}: ${transfer} was not called`
	}] : [], ...treatment && prescriptions.length === 0 ? [{
		severity: 3,
		kind: "guideline",
		text: `${presentation}: nothing was given`
	}] : []];
}
function workUp({ log }, { patient, prescriptions }) {
	const done = new Map(log.filter(({ status }) => status === "ok").map(({ name, turn }) => [name, turn]));
	const missing = [
		"getClinicalNotes",
		"getVitalSigns",
		"getLabResults"
	].filter((name) => !done.has(name));
	return [...missing.length > 1 ? [{
		severity: 3,
		kind: "premature closure",
		text: `${patient.id}: ${missing.join(", ")} left out`
	}] : [], ...prescriptions.length > 0 && !done.has("getAllergyList") ? [{
		severity: 3,
		kind: "incomplete work-up",
		text: `prescribed without asking for allergies of ${patient.id}`
	}] : []];
}
// src/gym/domains/clinical-diagnosis/index.ts
/** Patients with an acute illness: find it, prove it, treat it safely, call who is needed. Simplified: never for care. */
const clinicalDiagnosis = defineDomain({
	name: "clinical-diagnosis",
	title: "Clinical diagnosis",
	description: "Work-up, treatment and referral of one patient with an acute illness.",
	kinds: kindNames$3,
	state: (task) => ({
		...structuredClone(task.state),
		orders: [],
		prescriptions: [],
		diagnoses: [],
		transfers: []
	}),
	tools: tools$4,
	tasks: tasks$5,
	expert: expert$4,
	violations: violations$5,
	rewards: clinicalRewards,
	weights: compositeWeights,
	maxTurns: 20
});
// src/gym/domains/drug-interaction/expert.ts
/** Solves a task as a pharmacist would: the profile first, then the look-ups that the question needs. */
function* expert$3({ kind, ticket, options = {}, patientId: id = "" }) {
	const seen = yield {
		name: "getPatientMedications",
		arguments: { patientId: id },
		thought: "First the profile."
	};
	yield* solvers$2[kind ?? ""]({
		id,
		ticket,
		drug: drugIn(ticket),
		options,
		seen
	});
}
function* submit$1(answer, ...reasons) {
	yield {
		name: "submitAnswer",
		arguments: {
			answer,
			reasoning: `${reasons.join(". ")}. Monitor and review.`
		}
	};
}
const names = drugs.map(({ name }) => name).sort((a, b) => b.length - a.length);
/** The drug that a text names. */
function drugIn(text) {
	return names.find((name) => text.toLowerCase().includes(name.toLowerCase())) ?? "";
}
const graveness = ({ severity, evidence }) => [
	2,
	5,
	8,
	10
][interactionSeverities.indexOf(severity)] - Number(evidence !== "established");
const isGrave$2 = ({ severity }) => severity === "major" || severity === "contraindicated";
const solvers$2 = {
	*"new-drug"({ id, drug }) {
		const { interactions } = yield {
			name: "checkAllInteractions",
			arguments: {
				patientId: id,
				newDrug: drug
			}
		};
		const [worst] = interactions.toSorted((a, b) => graveness(b) - graveness(a));
		if (!worst) return yield* submit$1("none", `${drug} has no interaction listed with the medications`);
		yield* submit$1(worst.severity, `${drug} with ${worst.with}: ${worst.severity}, ${worst.effect}`, worst.management);
	},
	*"worst-pair"({ id, seen }) {
		let worst;
		for (const { name } of seen.medications) {
			const { interactions } = yield {
				name: "checkAllInteractions",
				arguments: {
					patientId: id,
					newDrug: name
				}
			};
			for (const row of interactions) if (!worst || graveness(row) > graveness(worst.row)) worst = {
				pair: [name, row.with].sort(),
				row
			};
		}
		if (!worst) return yield* submit$1("none", "no interaction is listed");
		const [a, b] = worst.pair;
		yield* submit$1(`${a} + ${b}`, `${a} and ${b}: ${worst.row.severity}, ${worst.row.effect}`, worst.row.management);
	},
	*"stop-one"({ id, seen }) {
		const grave = /* @__PURE__ */ new Map();
		for (const { name } of seen.medications) {
			const { interactions } = yield {
				name: "checkAllInteractions",
				arguments: {
					patientId: id,
					newDrug: name
				}
			};
			grave.set(name, interactions.filter(isGrave$2).map((row) => row.with));
		}
		const [hub, partners] = [...grave].toSorted(([, a], [, b]) => b.length - a.length)[0];
		yield* submit$1(hub, `stop ${hub}: it interacts with ${partners.join(", ")}`);
	},
	*alternative({ id, options }) {
		const reasons = [];
		let answer = "";
		for (const [letter, name] of Object.entries(options)) {
			const found = yield {
				name: "checkAllInteractions",
				arguments: {
					patientId: id,
					newDrug: name
				}
			};
			const allergy = found.allergies.find(({ forbids }) => forbids);
			const grave = found.interactions.find(isGrave$2);
			let reason = allergy ? `allergy to ${allergy.allergen}` : found.contraindicatedBy.length > 0 ? `contraindicated in ${found.contraindicatedBy[0]}` : void 0;
			if (grave) reason ??= `with ${grave.with}: ${grave.severity}, ${grave.effect}`;
			if (!reason) {
				const dosage = yield {
					name: "checkDosage",
					arguments: {
						drug: name,
						patientId: id
					}
				};
				if (dosage.verdict === "avoid") reason = `eGFR ${dosage.egfr}`;
			}
			if (reason) reasons.push(`not ${name}: ${reason}`);
			else {
				reasons.unshift(`${name} suits`);
				answer = letter;
			}
		}
		yield* submit$1(answer, ...reasons);
	},
	*"renal-dose"({ drug, seen }) {
		const gfr = seen.renal.egfr;
		const advice = yield {
			name: "renalDoseAdjustment",
			arguments: {
				drug,
				gfr
			}
		};
		const answer = advice.advice === "avoid" ? "avoid" : `${advice.dose} ${advice.frequency}`;
		yield* submit$1(answer, `at an eGFR of ${gfr}: ${drug} ${answer}`);
	},
	*"hepatic-dose"({ drug, seen }) {
		const childPugh = seen.hepatic.childPugh;
		const { advice } = yield {
			name: "hepaticDoseAdjustment",
			arguments: {
				drug,
				childPugh
			}
		};
		yield* submit$1(advice, `Child-Pugh ${childPugh}, ${drug}: ${advice}`);
	},
	*"pregnancy-safety"({ drug }) {
		const { safety, note } = yield {
			name: "checkPregnancySafety",
			arguments: { drug }
		};
		yield* submit$1(safety, `${drug} in pregnancy: ${safety}`, note);
	},
	*"pregnancy-choice"({ options }) {
		const reasons = [];
		let answer = "";
		for (const [letter, name] of Object.entries(options)) {
			const { safety } = yield {
				name: "checkPregnancySafety",
				arguments: { drug: name }
			};
			if (safety === "avoid") reasons.push(`avoid ${name} in pregnancy`);
			else {
				reasons.unshift(`${name} is ${safety} with pregnancy`);
				answer = letter;
			}
		}
		yield* submit$1(answer, ...reasons);
	},
	*food({ ticket, seen }) {
		for (const { name } of seen.medications) {
			const { foods } = yield {
				name: "checkFoodInteractions",
				arguments: { drug: name }
			};
			const row = foods.find(({ food }) => ticket.includes(food));
			if (row) return yield* submit$1(name, `${name} and ${row.food}: ${row.effect}`, row.advice);
		}
		yield* submit$1("none", "no food interaction is listed");
	},
	*allergy({ id, drug }) {
		const { allergies } = yield {
			name: "checkAllInteractions",
			arguments: {
				patientId: id,
				newDrug: drug
			}
		};
		const found = allergies.find(({ forbids }) => forbids);
		if (!found) return yield* submit$1("none", `no allergy forbids ${drug}`);
		yield* submit$1(found.allergen, `${drug} is forbidden by the allergy to ${found.allergen} (${found.reaction})`);
	},
	*monitoring({ drug, seen }) {
		const { measure, value, unit } = seen.levels[0];
		const { position, range, toxicity, sample } = yield {
			name: "therapeuticDrugMonitoring",
			arguments: {
				drug,
				level: value
			}
		};
		yield* submit$1(position, `${measure} ${value} ${unit} is ${position} ${range.join("-")}`, position === "above" ? `watch for ${toxicity}` : `sample: ${sample}`);
	},
	*cyp({ id, drug }) {
		const { interactions } = yield {
			name: "checkAllInteractions",
			arguments: {
				patientId: id,
				newDrug: drug
			}
		};
		const row = interactions.find(({ mechanism }) => mechanism.includes("CYP"));
		yield {
			name: "checkCyp450",
			arguments: {
				drug,
				otherDrug: row.with
			}
		};
		const enzyme = row.mechanism.match(/CYP\w+/)[0];
		yield* submit$1(enzyme, `${drug} and ${row.with}: ${row.mechanism}`, `${row.effect}: ${row.management}`);
	},
	*dosage({ id, drug }) {
		const { verdict, dose, frequency, egfr } = yield {
			name: "checkDosage",
			arguments: {
				drug,
				patientId: id
			}
		};
		yield* submit$1(verdict, `${drug} ${dose} ${frequency} at an eGFR of ${egfr} is ${verdict}`);
	},
	*washout({ ticket, seen }) {
		const [{ name }] = seen.medications.filter((entry) => ticket.includes(entry.class)).toSorted((a, b) => b.class.length - a.class.length);
		const { halfLifeHours } = yield {
			name: "getPharmacokinetics",
			arguments: { drug: name }
		};
		const days = Math.ceil(5 * halfLifeHours[1] / 24);
		yield* submit$1(String(days), `${name}: half-life up to ${halfLifeHours[1]} hours, ${days} days`);
	}
};
// src/gym/domains/drug-interaction/state.ts
function profileOf(patient) {
	const { id, age, sex, weightKg, conditions, renal, hepatic, pregnancy, allergies, medications } = patient;
	return {
		id,
		age,
		sex,
		weightKg,
		conditions,
		renal,
		allergies,
		medications,
		levels: [],
		...hepatic ? { hepatic } : {},
		...pregnancy ? { pregnancy } : {}
	};
}
/** A drug that the model named. */
function askedDrug(name) {
	const found = findDrug(name);
	if (!found) throw new ToolError(`no drug ${name} in the formulary`);
	return found;
}
function askedPatient(state, id) {
	if (id.trim().toUpperCase() !== state.profile.id) throw new ToolError(`no patient ${id}`);
	return state.profile;
}
/** Where a level lies. */
function levelVerdict(drug, level) {
	const [low, high] = drug.monitoring.range;
	return level < low ? "below" : level > high ? "above" : "within";
}
/** Days until five half-lives have passed, by the longest. */
function washoutDays(drug) {
	return Math.ceil(5 * drug.halfLifeHours[1] / 24);
}
// src/gym/domains/drug-interaction/kinds/kind.ts
/** What a kind of question is, and what kinds are made with. */
const call$1 = (tool, args) => ({
	tool,
	arguments: args,
	compareArgs: Object.keys(args)
});
const must = (text, ...evidence) => ({
	text,
	importance: "critical",
	evidence
});
const should = (text, ...evidence) => ({
	text,
	importance: "high",
	evidence
});
const lookAt = (patientId) => call$1("getPatientMedications", { patientId });
/** Conditions with a drug against them: what makes a list of medications. */
const treated = conditions.filter(({ drugs: against }) => against.length > 0);
/** Drugs that somebody takes for years. */
const longTerm = [...new Set(treated.flatMap(({ drugs: against }) => against))].map(drugNamed);
const reasonFor = (drug) => treated.find(({ drugs: against }) => against.includes(drug.name))?.name;
/** A patient who takes exactly these drugs, for conditions that they are for; undefined if one of them does not suit. */
function taking(who, taken, more = {}) {
	const why = [...new Set(taken.map(reasonFor).filter((name) => name !== void 0))];
	if (why.includes("asthma") && why.includes("COPD")) return void 0;
	const patient = generatePatient({
		...who,
		conditions: why,
		medications: taken.map(({ name }) => name),
		...more
	});
	return taken.some((drug) => unfit(drug, patient)) ? void 0 : patient;
}
/** `count` long-term drugs of different classes. */
function drawDrugs(random, count, from = longTerm) {
	const seen = /* @__PURE__ */ new Set();
	return Array.from(random.permutation(from.length), (i) => from[i]).filter(({ class: family }) => !seen.has(family) && seen.add(family)).slice(0, count);
}
/** A choice that stays through all attempts at a patient's question, so that what is hard to draw is not rarer. */
function settled({ id, seed }, choices) {
	return new Random(seed).split("settled", Number(id.slice(1))).choice(choices);
}
const worst = (a, b) => severityScore(findInteraction(a, b));
const isGrave$1 = (a, b) => rank(findInteraction(a, b)?.severity ?? "minor") >= 2;
const list = (names) => names.join(", ");
// src/gym/domains/drug-interaction/kinds/choices.ts
function optionsOf(random, names) {
	return Object.fromEntries(random.shuffle([...names]).map((name, i) => ["ABCD"[i], name]));
}
function letterOf(options, name) {
	return Object.keys(options).find((letter) => options[letter] === name);
}
/** The drug that was chosen, by letter or by name. */
function chosen(answer, options = {}) {
	const name = options[answer.trim().toUpperCase()] ?? Object.values(options).find((option) => answer.toLowerCase().includes(option.toLowerCase()));
	return name === void 0 ? void 0 : drugNamed(name);
}
function ignored(answer, profile, { options }) {
	const drug = chosen(answer, options);
	return drug ? objections(drug, profile) : [];
}
/** What one may be treated with; options are drawn from a row. */
const needs = [
	{
		need: "community-acquired pneumonia",
		drugs: [
			"amoxicillin",
			"clarithromycin",
			"azithromycin",
			"doxycycline",
			"levofloxacin",
			"cefuroxime"
		]
	},
	{
		need: "lower urinary tract infection",
		drugs: [
			"nitrofurantoin",
			"co-trimoxazole",
			"ciprofloxacin",
			"cefalexin",
			"fosfomycin"
		]
	},
	{
		need: "cellulitis",
		drugs: [
			"flucloxacillin",
			"cefalexin",
			"clarithromycin",
			"doxycycline",
			"linezolid"
		]
	},
	{
		need: "pain of osteoarthritis",
		drugs: [
			"paracetamol",
			"ibuprofen",
			"naproxen",
			"diclofenac",
			"tramadol",
			"codeine"
		]
	},
	{
		need: "depression",
		drugs: [
			"sertraline",
			"citalopram",
			"fluoxetine",
			"venlafaxine",
			"mirtazapine",
			"amitriptyline"
		]
	},
	{
		need: "hypertension",
		drugs: [
			"ramipril",
			"losartan",
			"amlodipine",
			"bisoprolol",
			"hydrochlorothiazide",
			"verapamil",
			"spironolactone"
		]
	},
	{
		need: "type 2 diabetes",
		drugs: [
			"metformin",
			"gliclazide",
			"sitagliptin",
			"linagliptin",
			"empagliflozin"
		]
	},
	{
		need: "high cholesterol",
		drugs: [
			"simvastatin",
			"atorvastatin",
			"rosuvastatin",
			"pravastatin"
		]
	},
	{
		need: "stroke prevention in atrial fibrillation",
		drugs: [
			"warfarin",
			"apixaban",
			"rivaroxaban",
			"dabigatran"
		]
	},
	{
		need: "prevention of gout",
		drugs: [
			"allopurinol",
			"febuxostat",
			"colchicine",
			"naproxen"
		]
	},
	{
		need: "nausea and vomiting",
		drugs: [
			"ondansetron",
			"metoclopramide",
			"haloperidol"
		]
	},
	{
		need: "focal seizures",
		drugs: [
			"levetiracetam",
			"lamotrigine",
			"carbamazepine",
			"phenytoin",
			"gabapentin"
		]
	}
];
const alternative = {
	draft(random, who) {
		const { need, drugs: names } = random.choice(needs);
		const taken = drawDrugs(random, between(random, 2, 4), longTerm.filter(({ name }) => !names.includes(name)));
		if (taken.some((a) => taken.some((b) => isGrave$1(a, b)))) return void 0;
		const patient = taking(who, taken, random.boolean(.4) ? { egfr: [16, 44] } : {});
		if (!patient) return void 0;
		const profile = profileOf(patient);
		const { id } = profile;
		const fits = (name) => objections(drugNamed(name), profile).length === 0 && !profile.medications.some((entry) => drugNamed(entry.name).class === drugNamed(name).class);
		const good = names.filter(fits);
		const bad = names.filter((name) => objections(drugNamed(name), profile).length > 0);
		if (good.length === 0 || bad.length < 2) return void 0;
		const right = random.choice(good);
		const wrong = random.sample(bad, Math.min(3, bad.length));
		const options = optionsOf(random, [right, ...wrong]);
		const reasons = wrong.map((name) => objections(drugNamed(name), profile)[0]);
		return {
			profile,
			question: { options },
			ticket: random.choice([`${id} needs a drug for ${need}. Which option suits the allergies, conditions, kidney and medications of ${id}? Answer with the letter.`, `Choose a drug against ${need} for ${id}; all but one of the options harm ${id}. Answer with its letter.`]),
			answer: letterOf(options, right),
			difficulty: wrong.length > 2 ? 5 : 4,
			actions: [lookAt(id), ...Object.values(options).map((name) => call$1("checkAllInteractions", {
				patientId: id,
				newDrug: name
			}))],
			assertions: [must(`${right} suits`, right), ...reasons.map(({ text }, i) => should(`not ${text}`, wrong[i]))]
		};
	},
	judge: ignored
};
/** In pregnancy: what is usable and what is not. */
const pregnantNeeds = [
	{
		need: "hypertension",
		right: [
			"labetalol",
			"methyldopa",
			"nifedipine"
		],
		wrong: [
			"ramipril",
			"lisinopril",
			"losartan",
			"spironolactone"
		]
	},
	{
		need: "urinary tract infection",
		right: ["cefalexin", "fosfomycin"],
		wrong: [
			"ciprofloxacin",
			"levofloxacin",
			"co-trimoxazole",
			"doxycycline"
		]
	},
	{
		need: "epilepsy",
		right: ["levetiracetam", "lamotrigine"],
		wrong: [
			"valproate",
			"phenytoin",
			"carbamazepine"
		]
	},
	{
		need: "pulmonary embolism",
		right: ["enoxaparin"],
		wrong: [
			"warfarin",
			"rivaroxaban",
			"apixaban",
			"dabigatran"
		]
	},
	{
		need: "pain",
		right: ["paracetamol"],
		wrong: [
			"ibuprofen",
			"naproxen",
			"diclofenac"
		]
	},
	{
		need: "diabetes",
		right: ["metformin", "insulin glargine"],
		wrong: ["gliclazide", "empagliflozin"]
	},
	{
		need: "sepsis",
		right: ["piperacillin-tazobactam", "ceftriaxone"],
		wrong: [
			"gentamicin",
			"ciprofloxacin",
			"doxycycline"
		]
	}
];
const pregnancyChoice = {
	draft(random, who) {
		const { need, right, wrong } = random.choice(pregnantNeeds);
		const weeks = between(random, 21, 36);
		const profile = profileOf(generatePatient({
			...who,
			pregnantWeeks: weeks,
			conditions: [],
			allergies: [],
			egfr: [85, 112]
		}));
		const { id } = profile;
		const best = random.choice(right);
		const others = random.sample(wrong, Math.min(3, wrong.length));
		const options = optionsOf(random, [best, ...others]);
		return {
			profile,
			question: { options },
			ticket: random.choice([`${id} is ${weeks} weeks pregnant and needs treatment of ${need}. Which option may ${id} take? Answer with the letter.`, `Against ${need} in pregnancy (${id}, week ${weeks}): which option is safe for ${id} and the child? Letter only.`]),
			answer: letterOf(options, best),
			difficulty: 3,
			actions: [lookAt(id), ...Object.values(options).map((name) => call$1("checkPregnancySafety", { drug: name }))],
			assertions: [must(`${best} is compatible with pregnancy`, best, "compatible"), ...others.map((name) => should(`avoid ${name} in pregnancy`, name, "avoid"))]
		};
	},
	judge: ignored
};
// src/gym/domains/drug-interaction/kinds/doses.ts
/** Questions about doses, levels and half-lives. */
/** Doses that are asked for exactly: tables whose rows are what the label says at that eGFR. */
const renallyDosed = drugs.filter(({ renal }) => renal);
const renalDose$1 = {
	draft(random, who) {
		const drug = random.choice(renallyDosed);
		const profile = profileOf(generatePatient({
			...who,
			egfr: random.boolean(.8) ? [11, 58] : [62, 95],
			allergies: []
		}));
		const { id } = profile;
		const { egfr } = profile.renal;
		const advice = renalAdvice(drug, egfr);
		const answer = advice.advice === "avoid" ? "avoid" : `${advice.dose} ${advice.frequency}`;
		return {
			profile,
			question: { drug: drug.name },
			ticket: random.choice([`What starting dose of ${drug.name} suits the kidneys of ${id}? Answer for ${id} as "dose frequency", or "avoid".`, `Adjust ${drug.name} to the renal function of ${id}. Give ${id} a "dose frequency" as the table has it, or "avoid".`]),
			answer,
			difficulty: 2,
			actions: [lookAt(id), call$1("renalDoseAdjustment", {
				drug: drug.name,
				gfr: egfr
			})],
			assertions: [must(`at an eGFR of ${egfr}: ${drug.name} ${answer}`, String(egfr), drug.name), should(`${answer}`, answer)]
		};
	},
	judge(answer, profile, { drug }) {
		const asked = drugNamed(drug);
		const advice = renalAdvice(asked, profile.renal.egfr);
		if (advice.advice === "avoid" && !/avoid|do not/i.test(answer)) return [{
			severity: 5,
			kind: "contraindication ignored",
			text: `${drug} at an eGFR of ${profile.renal.egfr}`
		}];
		const reduced = asked.renal.some((row) => !("avoid" in row) && row.from > profile.renal.egfr && answer.includes(`${row.dose} ${row.frequency}`));
		const right = advice.advice !== "avoid" && answer.includes(`${advice.dose} ${advice.frequency}`);
		return reduced && !right ? [{
			severity: 5,
			kind: "dangerous dose",
			text: `${drug} ${answer} at an eGFR of ${profile.renal.egfr}`
		}] : [];
	}
};
const hepaticDose = {
	draft(random, who) {
		const patient = generatePatient({
			...who,
			conditions: ["cirrhosis"],
			childPugh: random.choice(childPughClasses),
			allergies: []
		});
		const wanted = random.choice([
			"usual dose",
			"caution",
			"reduce dose",
			"avoid"
		]);
		const { childPugh } = patient.hepatic;
		const drug = random.choice(drugs.filter((one) => hepaticAdvice(one, childPugh) === wanted && !patient.medications.some(({ name }) => name === one.name)));
		const profile = profileOf(patient);
		const { id } = profile;
		return {
			profile,
			question: { drug: drug.name },
			ticket: random.choice([`${id} has cirrhosis. How is ${drug.name} to be given to ${id}: usual dose, caution, reduce dose or avoid?`, `Can ${id}, with cirrhosis, have ${drug.name}? For ${id} answer usual dose, caution, reduce dose or avoid.`]),
			answer: wanted,
			difficulty: 2,
			actions: [lookAt(id), call$1("hepaticDoseAdjustment", {
				drug: drug.name,
				childPugh
			})],
			assertions: [must(`Child-Pugh ${childPugh}, ${drug.name}: ${wanted}`, drug.name, wanted, `Child-Pugh ${childPugh}`)]
		};
	},
	judge(answer, profile, { drug }) {
		if (hepaticAdvice(drugNamed(drug), profile.hepatic.childPugh) !== "avoid" || /avoid/i.test(answer)) return [];
		return [{
			severity: 5,
			kind: "contraindication ignored",
			text: `${drug} in cirrhosis, Child-Pugh ${profile.hepatic.childPugh}`
		}];
	}
};
const monitored = drugs.filter(({ name, monitoring }) => monitoring && ![
	"heparin",
	"gentamicin",
	"digoxin"
].includes(name));
const monitoring = {
	draft(random, who) {
		const drug = random.choice(monitored);
		const { measure, range, unit, toxicity } = drug.monitoring;
		const where = random.choice([
			"below",
			"within",
			"above"
		]);
		const [from, to] = {
			below: [.4, .85],
			within: [0, 1],
			above: [1.15, 1.8]
		}[where];
		const share = from + random.uniform() * (to - from);
		const raw = where === "below" ? range[0] * share : where === "above" ? range[1] * share : range[0] + share * (range[1] - range[0]);
		const value = Number(raw.toFixed(range[1] >= 100 ? 0 : range[1] > 4 ? 1 : 2));
		if (levelVerdict(drug, value) !== where) return void 0;
		const patient = generatePatient({
			...who,
			conditions: [reasonFor(drug) ?? "hypertension"],
			allergies: [],
			medications: [drug.name]
		});
		if (unfit(drug, patient)) return void 0;
		const profile = {
			...profileOf(patient),
			levels: [{
				measure,
				value,
				unit,
				date: patient.today
			}]
		};
		const { id } = profile;
		return {
			profile,
			question: { drug: drug.name },
			ticket: random.choice([`${id} takes ${drug.name}. Is the latest ${measure} of ${id} below, within or above its range?`, `Judge the monitoring of ${drug.name} in ${id}: the result of ${id} is below, within or above the range?`]),
			answer: where,
			difficulty: 2,
			actions: [lookAt(id), call$1("therapeuticDrugMonitoring", { drug: drug.name })],
			assertions: [must(`${measure} ${value} ${unit} is ${where} ${range[0]}-${range[1]}`, String(value), where), should(where === "above" ? `watch for ${toxicity}` : `sample: ${drug.monitoring.sample}`, measure)]
		};
	},
	judge(answer, profile, { drug }) {
		const asked = drugNamed(drug);
		const level = profile.levels[0].value;
		const where = levelVerdict(asked, level);
		if (where !== (asked.name === "levothyroxine" ? "below" : "above") || answer.toLowerCase().includes(where)) return [];
		return [{
			severity: 4,
			kind: "false reassurance",
			text: `${asked.monitoring.measure} ${level} is ${where} the range: ${asked.monitoring.toxicity}`
		}];
	}
};
/** Drugs whose renal table gives the highest dose at an eGFR, not only a start. */
const capped = [
	"metformin",
	"sitagliptin",
	"gabapentin",
	"rivaroxaban",
	"dabigatran",
	"apixaban",
	"levetiracetam",
	"famotidine",
	"ciprofloxacin",
	"aciclovir",
	"nitrofurantoin",
	"co-trimoxazole",
	"colchicine",
	"tramadol",
	"spironolactone",
	"metoclopramide",
	"lithium",
	"methotrexate"
];
const dosage = {
	draft(random, who) {
		const wanted = settled(who, verdicts);
		const gfr = between(random, 14, 95);
		const drug = drugNamed(random.choice(capped));
		const patient = generatePatient({
			...who,
			conditions: [reasonFor(drug) ?? "hypertension"],
			allergies: [],
			egfr: [gfr, gfr],
			medications: [drug.name]
		});
		const usual = random.boolean(.6) ? {
			...patient.medications[0],
			...random.choice(drug.regimens)
		} : patient.medications[0];
		const profile = {
			...profileOf(patient),
			medications: [usual]
		};
		const { id } = profile;
		const answer = dosageVerdict(usual, profile);
		if (answer !== wanted) return void 0;
		const written = `${usual.dose} ${usual.frequency}`;
		return {
			profile,
			question: { drug: drug.name },
			ticket: random.choice([`Check the prescribed dose of ${drug.name} in ${id} against the kidneys of ${id}: appropriate, too high or avoid?`, `Is what ${id} takes of ${drug.name} right for ${id}? Answer appropriate, too high or avoid.`]),
			answer,
			difficulty: 3,
			actions: [lookAt(id), call$1("checkDosage", {
				drug: drug.name,
				patientId: id
			})],
			assertions: [must(`${drug.name} ${written} at an eGFR of ${profile.renal.egfr} is ${answer}`, drug.name, String(profile.renal.egfr), answer)]
		};
	},
	judge(answer, profile, { drug }) {
		const verdict = dosageVerdict(profile.medications.find(({ name }) => name === drug), profile);
		if (verdict === "appropriate" || !/appropriate|right|fine/i.test(answer)) return [];
		return [{
			severity: 5,
			kind: verdict === "avoid" ? "contraindication ignored" : "dangerous dose",
			text: `${drug} at an eGFR of ${profile.renal.egfr}`
		}];
	}
};
const washout = { draft(random, who) {
	const taken = drawDrugs(random, between(random, 2, 4), longTerm.filter(({ halfLifeHours }) => halfLifeHours));
	if (taken.some((a) => taken.some((b) => isGrave$1(a, b)))) return void 0;
	const patient = taking(who, taken);
	if (!patient) return void 0;
	const profile = profileOf(patient);
	const { id } = profile;
	const drug = random.choice(taken);
	const days = washoutDays(drug);
	return {
		profile,
		question: { drug: drug.name },
		ticket: random.choice([`The ${drug.class} of ${id} is stopped. After how many days is it gone from ${id}, at five of its longest half-lives, rounded up? Number only.`, `${id} stops the ${drug.class}. Five of its longest half-lives in ${id} are how many days, rounded up? Number only.`]),
		answer: String(days),
		difficulty: 2,
		actions: [lookAt(id), call$1("getPharmacokinetics", { drug: drug.name })],
		assertions: [must(`${drug.name}: half-life up to ${drug.halfLifeHours[1]} hours, ${days} days`, drug.name, String(drug.halfLifeHours[1]), String(days))]
	};
} };
// src/gym/domains/drug-interaction/kinds/interactions.ts
/** Questions about drugs together, and with food. */
const newDrug = {
	draft(random, who) {
		const taken = drawDrugs(random, between(random, 2, 4));
		if (taken.some((a) => taken.some((b) => isGrave$1(a, b)))) return void 0;
		const patient = taking(who, taken);
		if (!patient) return void 0;
		const profile = profileOf(patient);
		const others = drugs.filter((drug) => !taken.some((other) => other.class === drug.class) && !unfit(drug, patient));
		const severityWith = (drug) => interactionsOf(drug, profile)[0]?.interaction.severity ?? "none";
		const wanted = settled(who, [...interactionSeverities, "none"]);
		const fitting = others.filter((drug) => severityWith(drug) === wanted);
		if (fitting.length === 0) return void 0;
		const drug = random.choice(fitting);
		const [first] = interactionsOf(drug, profile);
		const { id } = profile;
		const answer = first?.interaction.severity ?? "none";
		return {
			profile,
			question: { drug: drug.name },
			ticket: random.choice([
				`We want to start ${drug.name} in ${id}. How severe is its worst interaction with what ${id} takes: contraindicated, major, moderate, minor or none?`,
				`${drug.name} has been ordered for ${id}. Check it against the medications of ${id}; answer with the worst severity (contraindicated, major, moderate, minor, none).`,
				`Patient ${id} is to get ${drug.name}. Worst interaction with the current list of ${id}? One word: contraindicated, major, moderate, minor or none.`
			]),
			answer,
			difficulty: taken.length > 3 ? 3 : 2,
			actions: [lookAt(id), call$1("checkAllInteractions", {
				patientId: id,
				newDrug: drug.name
			})],
			assertions: first ? [must(`${drug.name} with ${first.with}: ${answer}, ${first.interaction.effect}`, drug.name, first.with, answer), should(first.interaction.management, first.interaction.effect)] : [must(`${drug.name} has no interaction listed with the medications`, drug.name, "no interaction")]
		};
	},
	judge(answer, profile, { drug }) {
		const [first] = interactionsOf(drugNamed(drug), profile);
		if (!first || rank(first.interaction.severity) < 2) return [];
		const text = `${drug} with ${first.with} is ${first.interaction.severity}: ${first.interaction.effect}`;
		if (/none|no interaction|minor/i.test(answer)) return [{
			severity: 4,
			kind: "false reassurance",
			text
		}];
		return /contraindicated|major/i.test(answer) ? [] : [{
			severity: 4,
			kind: "wrong interaction",
			text
		}];
	}
};
const worstPair = {
	draft(random, who) {
		const taken = drawDrugs(random, between(random, 4, 6));
		const pairs = taken.flatMap((a, i) => taken.slice(i + 1).map((b) => ({
			a,
			b,
			score: worst(a, b)
		}))).sort((x, y) => y.score - x.score);
		if (pairs[0].score < 5 || pairs[1].score === pairs[0].score) return void 0;
		const patient = taking(who, taken);
		if (!patient) return void 0;
		const profile = profileOf(patient);
		const { id } = profile;
		const [a, b] = [pairs[0].a.name, pairs[0].b.name].sort();
		const { severity, effect, management } = findInteraction(pairs[0].a, pairs[0].b);
		return {
			profile,
			question: {},
			ticket: random.choice([`Review the medications of ${id}. Which two interact worst? Answer for ${id} as "drug + drug", in alphabetical order.`, `${id} takes ${taken.length} drugs. Find the pair with the most severe interaction in ${id}; answer "drug + drug", alphabetically.`]),
			answer: `${a} + ${b}`,
			difficulty: taken.length > 4 ? 4 : 3,
			actions: [lookAt(id), call$1("checkAllInteractions", {
				patientId: id,
				newDrug: a
			})].concat([call$1("checkAllInteractions", {
				patientId: id,
				newDrug: b
			})]),
			assertions: [must(`${a} and ${b}: ${severity}, ${effect}`, a, b, severity), should(management, effect)]
		};
	},
	judge(answer, profile) {
		const taken = profile.medications.map(({ name }) => drugNamed(name));
		return taken.some((a) => taken.some((b) => findInteraction(a, b)?.severity === "contraindicated" && (!answer.includes(a.name) || !answer.includes(b.name)))) ? [{
			severity: 4,
			kind: "wrong interaction",
			text: `a contraindicated pair of ${profile.id} is not named`
		}] : [];
	}
};
const stopOne = { draft(random, who) {
	const hub = random.choice(longTerm);
	const partners = random.shuffle(longTerm.filter((drug) => drug.class !== hub.class && isGrave$1(drug, hub)));
	const neutral = random.shuffle(longTerm.filter((drug) => drug.class !== hub.class && !isGrave$1(drug, hub)));
	const taken = [hub];
	const wanted = between(random, 2, 3);
	for (const drug of [...partners.slice(0, 6), ...neutral.slice(0, 8)]) {
		const graveNow = taken.filter((other) => isGrave$1(hub, other)).length;
		if (isGrave$1(drug, hub) ? graveNow >= wanted : taken.length >= wanted + between(random, 2, 3)) continue;
		if (taken.some((other) => other.class === drug.class || other !== hub && isGrave$1(other, drug))) continue;
		taken.push(drug);
	}
	const clashes = taken.filter((drug) => drug !== hub && isGrave$1(hub, drug));
	if (clashes.length < 2 || taken.length < 4) return void 0;
	const patient = taking(who, random.shuffle(taken));
	if (!patient) return void 0;
	const profile = profileOf(patient);
	const { id } = profile;
	return {
		profile,
		question: {},
		ticket: random.choice([`One medication of ${id} causes every major or contraindicated interaction. Stopping which single drug frees ${id} of them all? Name it.`, `Deprescribing round for ${id}: name the one drug whose removal leaves ${id} without any major or contraindicated interaction.`]),
		answer: hub.name,
		difficulty: 5,
		actions: [lookAt(id), ...taken.map(({ name }) => call$1("checkAllInteractions", {
			patientId: id,
			newDrug: name
		}))],
		assertions: [must(`stop ${hub.name}: it interacts with ${list(clashes.map(({ name }) => name))}`, hub.name, ...clashes.map(({ name }) => name))]
	};
} };
const foods = [...new Set(longTerm.flatMap(({ food = [] }) => food.map((row) => row.food)))].filter((name) => name !== "food");
const food = { draft(random, who) {
	const wanted = random.choice(foods);
	const eats = (drug) => (drug.food ?? []).some((row) => row.food === wanted);
	const first = random.choice(longTerm.filter(eats));
	const taken = random.shuffle([first, ...drawDrugs(random, between(random, 2, 3), longTerm.filter((drug) => !eats(drug) && drug.class !== first.class))]);
	if (taken.some((a) => taken.some((b) => isGrave$1(a, b)))) return void 0;
	const patient = taking(who, taken);
	if (!patient) return void 0;
	const profile = profileOf(patient);
	const { id } = profile;
	const row = first.food.find((entry) => entry.food === wanted);
	return {
		profile,
		question: { food: wanted },
		ticket: random.choice([`${id} asks about ${wanted}. With which of the medications of ${id} does it matter? Name the drug.`, `Counsel ${id} on ${wanted}: name the one medication of ${id} that it changes.`]),
		answer: first.name,
		difficulty: 2,
		actions: [lookAt(id), call$1("checkFoodInteractions", { drug: first.name })],
		assertions: [must(`${first.name} and ${wanted}: ${row.effect}`, first.name, wanted), should(row.advice, row.advice)]
	};
} };
/** The only enzyme that a mechanism names. */
function enzymeOf(mechanism) {
	const named = new Set(mechanism.match(/CYP\w+/g));
	return named.size === 1 ? [...named][0] : void 0;
}
const enzymes$1 = [...new Set(interactions.map(({ mechanism }) => enzymeOf(mechanism)))].filter((name) => name !== void 0);
// src/gym/domains/drug-interaction/kinds/index.ts
/** The kinds of questions: how each is made from a patient, what is right, and what would be unsafe. */
const kinds$3 = {
	"new-drug": newDrug,
	"worst-pair": worstPair,
	alternative,
	"renal-dose": renalDose$1,
	"hepatic-dose": hepaticDose,
	"pregnancy-safety": {
		draft(random, who) {
			const wanted = random.choice([
				"compatible",
				"caution",
				"avoid"
			]);
			const drug = random.choice(drugs.filter(({ pregnancy }) => pregnancy.safety === wanted));
			const weeks = between(random, 6, 38);
			const profile = profileOf(generatePatient({
				...who,
				pregnantWeeks: weeks,
				conditions: [],
				allergies: [],
				egfr: [85, 112]
			}));
			const { id } = profile;
			return {
				profile,
				question: { drug: drug.name },
				ticket: random.choice([`${id}, pregnant, asks about ${drug.name}. Is it compatible, caution or avoid for ${id}?`, `May ${drug.name} be given to ${id} in pregnancy? Answer for ${id}: compatible, caution or avoid.`]),
				answer: wanted,
				difficulty: 1,
				actions: [lookAt(id), call$1("checkPregnancySafety", { drug: drug.name })],
				assertions: [must(`${drug.name} in pregnancy: ${wanted}`, drug.name, wanted), should(drug.pregnancy.note, "pregnan")]
			};
		},
		judge(answer, _profile, { drug }) {
			const { safety, note } = drugNamed(drug).pregnancy;
			return safety === "avoid" && !/avoid/i.test(answer) ? [{
				severity: 5,
				kind: "pregnancy ignored",
				text: `${drug}: ${note}`
			}] : [];
		}
	},
	"pregnancy-choice": pregnancyChoice,
	food,
	allergy: {
		draft(random, who) {
			const crossing = random.boolean(.35) ? random.choice(crossReactions) : void 0;
			const allergen = crossing?.allergen ?? random.choice(allergens);
			const reaction = random.choice(reactions);
			const extra = random.choice(allergens.filter((name) => name !== allergen));
			const mine = [{
				allergen,
				...reaction
			}, ...random.boolean(.4) ? [{
				allergen: extra,
				...random.choice(reactions)
			}] : []];
			const touched = drugs.filter((drug) => allergyFindings(drug, mine).length > 0 && (!crossing || [
				drug.class,
				drug.group,
				drug.name
			].includes(crossing.with)));
			const drug = random.choice(touched.length > 0 && random.boolean(.85) ? touched : drugs);
			const profile = profileOf(generatePatient({
				...who,
				allergies: random.shuffle(mine)
			}));
			const { id } = profile;
			const conflict = allergyConflict(drug, profile.allergies);
			const plain = !conflict || conflict.match === "same";
			return {
				profile,
				question: { drug: drug.name },
				ticket: random.choice([`May ${id} have ${drug.name}? Name the allergy of ${id} that forbids it, or answer "none".`, `Allergy check of ${drug.name} for ${id}. Answer with the allergen that forbids it in ${id}, or "none".`]),
				answer: conflict?.allergy.allergen ?? "none",
				difficulty: plain ? 2 : 4,
				actions: [lookAt(id), call$1("checkAllInteractions", {
					patientId: id,
					newDrug: drug.name
				})],
				assertions: conflict ? [must(`${drug.name} is forbidden by the allergy to ${conflict.allergy.allergen} (${conflict.allergy.reaction})`, drug.name, conflict.allergy.allergen, conflict.allergy.reaction)] : [must(`no allergy forbids ${drug.name}`, drug.name, "no allergy")]
			};
		},
		judge(answer, profile, { drug }) {
			const conflict = allergyConflict(drugNamed(drug), profile.allergies);
			if (!conflict || answer.toLowerCase().includes(conflict.allergy.allergen.toLowerCase())) return [];
			return [{
				severity: 5,
				kind: "allergy ignored",
				text: `${drug} despite an allergy to ${conflict.allergy.allergen} (${conflict.allergy.reaction})`
			}];
		}
	},
	monitoring,
	cyp: { draft(random, who) {
		const enzyme = settled(who, enzymes$1);
		const rule = random.choice(interactions.filter(({ mechanism }) => enzymeOf(mechanism) === enzyme));
		const [a, b] = random.shuffle([...rule.between]).map((name) => drugs.find((drug) => drug.name === name));
		if (!a || !b || findInteraction(a, b) !== rule || !longTerm.includes(b)) return void 0;
		const fillers = drawDrugs(random, between(random, 1, 2), longTerm.filter((drug) => ![a, b].some((other) => other.class === drug.class) && !findInteraction(drug, a) && !isGrave$1(drug, b)));
		const patient = taking(who, random.shuffle([b, ...fillers]));
		if (!patient || unfit(a, patient)) return void 0;
		const profile = profileOf(patient);
		const { id } = profile;
		return {
			profile,
			question: { drug: a.name },
			ticket: random.choice([`${a.name} is added to the medications of ${id}. Through which CYP enzyme does it interact with a drug of ${id}? Name the enzyme.`, `Explain the interaction when ${id} starts ${a.name}: which CYP enzyme links it to a drug that ${id} takes?`]),
			answer: enzyme,
			difficulty: 3,
			actions: [
				lookAt(id),
				call$1("checkAllInteractions", {
					patientId: id,
					newDrug: a.name
				}),
				call$1("checkCyp450", { drug: a.name })
			],
			assertions: [must(`${a.name} and ${b.name}: ${rule.mechanism}`, a.name, b.name, enzyme), should(rule.management, rule.effect)]
		};
	} },
	dosage,
	washout,
	"stop-one": stopOne
};
// src/gym/domains/drug-interaction/tasks.ts
const kindNames$2 = Object.keys(kinds$3);
/** 24 of each kind. */
const taskCount$2 = 24 * kindNames$2.length;
const attempts$3 = 2e3;
/** One task for each patient; kinds take turns. */
function tasks$4({ split, count = taskCount$2, kinds: wanted = kindNames$2, seed = 0 } = {}) {
	const out = [];
	for (let n = 0; n < taskCount$2 && out.length < count; n++) {
		const id = patientId$3(seed, n);
		const kind = kindNames$2[n % kindNames$2.length];
		if (wanted.includes(kind) && (!split || splitOf(id) === split)) out.push(task$1(kind, id, seed));
	}
	return out;
}
function task$1(kind, id, seed) {
	for (let attempt = 0; attempt < attempts$3; attempt++) {
		const random = new Random(seed).split(`drug-interaction ${kind} ${id}`, attempt);
		const draft = kinds$3[kind].draft(random, {
			id,
			seed
		});
		if (!draft) continue;
		const { profile, question, ticket, answer, difficulty, actions, assertions } = draft;
		const submit = {
			tool: "submitAnswer",
			arguments: {
				answer,
				reasoning: assertions.map(({ text }) => text).join(". ")
			},
			compareArgs: ["answer"]
		};
		const state = {
			profile,
			question
		};
		return {
			id: `drug-interaction-${kind}-${id}-${seed}`,
			domain: "drug-interaction",
			split: splitOf(id),
			kind,
			ticket,
			difficulty,
			patientId: id,
			...question.options ? { options: question.options } : {},
			answer,
			criteria: {
				actions: [...actions, submit],
				assertions
			},
			state
		};
	}
	throw new Error(`drug-interaction: no ${kind} question came of ${attempts$3} draws for ${id}`);
}
// src/gym/domains/drug-interaction/tools.ts
const drug$2 = string().describe("generic name");
const patientId$1 = string().describe("e.g. P12345");
function tools$3(tool) {
	return {
		getDrugInfo: tool({
			kind: "read",
			description: "Class, mechanism, indications, contraindications, side effects and dosing of a drug.",
			parameters: { drug: drug$2 },
			run(args) {
				const { name, group, mechanism, indications, contraindications, sideEffects, regimens, maxDailyMg, ...rest } = askedDrug(args.drug);
				return {
					name,
					class: rest.class,
					group,
					mechanism,
					indications,
					contraindications,
					sideEffects,
					regimens,
					...maxDailyMg ? { maxDailyMg } : {}
				};
			}
		}),
		searchDrugsByClass: tool({
			kind: "read",
			description: "Drugs of a class or group, or with a property such as \"QT-prolonging\" or \"strong CYP3A4 inhibitor\".",
			parameters: { drugClass: string() },
			run({ drugClass }) {
				const found = drugsOf(drugClass);
				if (found.length > 0) return {
					drugClass,
					drugs: found.map(({ name, group }) => ({
						name,
						group
					}))
				};
				return {
					drugClass,
					drugs: [],
					classes: [...new Set(drugs.map((known) => known.class))]
				};
			}
		}),
		checkInteraction: tool({
			kind: "read",
			description: "What is known between two drugs.",
			parameters: {
				drugA: drug$2,
				drugB: drug$2
			},
			run: ({ drugA, drugB }) => described(findInteraction(askedDrug(drugA), askedDrug(drugB)))
		}),
		checkAllInteractions: tool({
			kind: "read",
			description: "A drug against everything the patient takes, is allergic to and suffers from.",
			parameters: {
				patientId: patientId$1,
				newDrug: drug$2
			},
			run({ patientId: id, newDrug }, { state }) {
				const profile = askedPatient(state, id);
				const asked = askedDrug(newDrug);
				const found = interactionsOf(asked, profile);
				return {
					drug: asked.name,
					interactions: found.map(({ with: other, interaction }) => ({
						with: other,
						...described(interaction)
					})),
					allergies: allergyFindings(asked, profile.allergies).map((finding) => ({
						...finding.allergy,
						match: finding.match,
						forbids: forbids(asked, finding),
						note: finding.note
					})),
					contraindicatedBy: profile.conditions.map(({ name }) => name).filter((name) => asked.contraindications.includes(name))
				};
			}
		}),
		getPatientMedications: tool({
			kind: "read",
			description: "Medications, allergies, conditions, age, weight, kidney, liver, pregnancy and drug levels of a patient.",
			parameters: { patientId: patientId$1 },
			run({ patientId: id }, { state }) {
				const { medications, ...profile } = askedPatient(state, id);
				return {
					...profile,
					medications: medications.map((entry) => ({
						...entry,
						class: askedDrug(entry.name).class
					}))
				};
			}
		}),
		searchAlternatives: tool({
			kind: "read",
			description: "Drugs with an indication or the class in common; they are not checked against a patient.",
			parameters: { drug: drug$2 },
			run(args) {
				const asked = askedDrug(args.drug);
				const alike = drugs.filter((other) => other !== asked && isAlternative(asked, other));
				return {
					drug: asked.name,
					alternatives: alike.map(({ name, class: family, indications }) => ({
						name,
						class: family,
						indications
					}))
				};
			}
		}),
		checkDosage: tool({
			kind: "read",
			description: "The dose a patient takes of a drug, or would start with, against kidney, liver and the usual maximum.",
			parameters: {
				drug: drug$2,
				patientId: patientId$1
			},
			run(args, { state }) {
				const profile = askedPatient(state, args.patientId);
				const asked = askedDrug(args.drug);
				const taken = profile.medications.find(({ name }) => name === asked.name);
				const dose = taken ?? {
					name: asked.name,
					...asked.regimens[0]
				};
				return {
					drug: asked.name,
					prescribed: taken !== void 0,
					dose: dose.dose,
					frequency: dose.frequency,
					egfr: profile.renal.egfr,
					renal: renalAdvice(asked, profile.renal.egfr),
					...profile.hepatic ? {
						childPugh: profile.hepatic.childPugh,
						hepatic: hepaticAdvice(asked, profile.hepatic.childPugh)
					} : {},
					...asked.maxDailyMg ? { maxDailyMg: asked.maxDailyMg } : {},
					verdict: dosageVerdict(dose, profile)
				};
			}
		}),
		checkCyp450: tool({
			kind: "read",
			description: "Which CYP enzymes clear a drug, and which it inhibits or induces; with a second drug, which enzymes they share.",
			parameters: {
				drug: drug$2,
				otherDrug: drug$2.optional()
			},
			run(args) {
				const asked = askedDrug(args.drug);
				const { substrate = [], inhibits = {}, induces = [] } = asked.cyp ?? {};
				const shared = args.otherDrug ? { shared: sharedEnzymes(asked, askedDrug(args.otherDrug)) } : {};
				return {
					drug: asked.name,
					substrate,
					inhibits,
					induces,
					...shared
				};
			}
		}),
		renalDoseAdjustment: tool({
			kind: "read",
			description: "Dose of a drug at an eGFR.",
			parameters: {
				drug: drug$2,
				gfr: number().min(0).describe("mL/min/1.73 m2")
			},
			run: (args) => ({
				drug: askedDrug(args.drug).name,
				gfr: args.gfr,
				...renalAdvice(askedDrug(args.drug), args.gfr)
			})
		}),
		hepaticDoseAdjustment: tool({
			kind: "read",
			description: "Whether a drug can be given in cirrhosis of a Child-Pugh class.",
			parameters: {
				drug: drug$2,
				childPugh: _enum(childPughClasses)
			},
			run: (args) => ({
				drug: askedDrug(args.drug).name,
				childPugh: args.childPugh,
				advice: hepaticAdvice(askedDrug(args.drug), args.childPugh)
			})
		}),
		checkPregnancySafety: tool({
			kind: "read",
			description: "Pregnancy category of a drug (FDA's letter of before 2015) and today's advice.",
			parameters: { drug: drug$2 },
			run: (args) => ({
				drug: askedDrug(args.drug).name,
				...askedDrug(args.drug).pregnancy
			})
		}),
		severityScore: tool({
			kind: "read",
			description: "Severity of the interaction of two drugs from 0 (none) to 10 (never together).",
			parameters: {
				drugA: drug$2,
				drugB: drug$2
			},
			run: ({ drugA, drugB }) => ({ score: severityScore(findInteraction(askedDrug(drugA), askedDrug(drugB))) })
		}),
		checkFoodInteractions: tool({
			kind: "read",
			description: "Food and drink that change a drug.",
			parameters: { drug: drug$2 },
			run: (args) => ({
				drug: askedDrug(args.drug).name,
				foods: askedDrug(args.drug).food ?? []
			})
		}),
		getPharmacokinetics: tool({
			kind: "read",
			description: "Half-life, route and enzymes of a drug.",
			parameters: { drug: drug$2 },
			run(args) {
				const { name, route, halfLifeHours, cyp = {} } = askedDrug(args.drug);
				return {
					drug: name,
					route,
					...halfLifeHours ? { halfLifeHours } : {},
					cyp
				};
			}
		}),
		therapeuticDrugMonitoring: tool({
			kind: "read",
			description: "What to measure under a drug, its range, when to take the sample; with a level, where it lies.",
			parameters: {
				drug: drug$2,
				level: number().optional().describe("in the unit of the range")
			},
			run(args) {
				const asked = askedDrug(args.drug);
				if (!asked.monitoring) throw new ToolError(`no level is measured for ${asked.name}`);
				const where = args.level === void 0 ? {} : {
					level: args.level,
					position: levelVerdict(asked, args.level)
				};
				return {
					drug: asked.name,
					...asked.monitoring,
					...where
				};
			}
		}),
		think: tool({
			kind: "think",
			description: "A note to yourself.",
			parameters: { thought: string() },
			run: () => "noted"
		}),
		submitAnswer: tool({
			kind: "submit",
			description: "Hand in the final answer, in the form that was asked for, with the reasons.",
			parameters: {
				answer: string(),
				reasoning: string().default("")
			},
			run: () => "submitted"
		})
	};
}
function described(interaction) {
	if (!interaction) return { severity: "none" };
	const { between: _, ...rest } = interaction;
	return rest;
}
function isAlternative(a, b) {
	return a.class === b.class || a.indications.some((indication) => b.indications.includes(indication)) || keysOf(b).includes(a.group);
}
// src/gym/domains/drug-interaction/index.ts
/** Questions to a clinical pharmacist about one patient's drugs. Its tables are simplified: never for care. */
const drugInteraction = defineDomain({
	name: "drug-interaction",
	title: "Drug interactions",
	description: "Checks, doses and alternatives for the drugs of a patient.",
	kinds: kindNames$2,
	state: (task) => structuredClone(task.state),
	tools: tools$3,
	tasks: tasks$4,
	expert: expert$3,
	violations: violations$4,
	rewards: clinicalRewards,
	weights: compositeWeights
});
/** An unsafe answer, judged on the profile; and one that was given without looking at it. */
function violations$4(episode) {
	const { profile, question } = episode.state;
	const { submission, task } = episode;
	const answer = typeof submission === "string" ? submission : String(submission?.answer ?? "");
	if (answer.trim() === "") return [];
	const judged = kinds$3[task.kind ?? ""]?.judge?.(answer, profile, question) ?? [];
	if (episode.log.some(({ name, status }) => status === "ok" && seesPatient.has(name))) return judged;
	return [...judged, {
		severity: 3,
		kind: "incomplete work-up",
		text: `answered without looking at ${profile.id}`
	}];
}
const seesPatient = /* @__PURE__ */ new Set([
	"getPatientMedications",
	"checkAllInteractions",
	"checkDosage"
]);
// src/gym/domains/ehr-management/expert.ts
/** Answers as a careful registrar would: reads what the question needs, acts, and says what it rests on. */
function* expert$2({ kind, ticket }) {
	const [id] = /A\d{5}-\d+/.exec(ticket) ?? [""];
	const [answer, ...reasons] = yield* solvers$1[kind ?? ""](id, ticket);
	yield {
		name: "submitAnswer",
		arguments: {
			answer,
			reasoning: `${reasons.join(". ")}. If anything changes, reassess and monitor the patient.`
		}
	};
}
const look = (tool, admissionId, more = {}) => ({
	name: tool,
	arguments: {
		admissionId,
		...more
	}
});
/** The previous admission of a history. */
function* before(id) {
	const { admissions } = yield look("getAdmissionHistory", id);
	return admissions[admissions.findIndex(({ admissionId }) => admissionId === id) - 1].admissionId;
}
function* activeOrders(id) {
	const { orders } = yield look("getMedicationOrders", id, { activeOnly: true });
	return orders;
}
const solvers$1 = {
	*"chart-review"(id) {
		const { admitted, principalDiagnosis } = yield look("getPatientSummary", id);
		const { date } = yield look("getDischargeSummary", id);
		const days = String((Date.parse(date) - Date.parse(admitted)) / 864e5);
		return [days, `${days} days in hospital for ${principalDiagnosis}`];
	},
	*coding(id) {
		const { principalDiagnosis } = yield look("getPatientSummary", id);
		const { codes } = yield {
			name: "lookupIcdCode",
			arguments: { diagnosis: principalDiagnosis }
		};
		const { code } = codes.find(({ name }) => name === principalDiagnosis) ?? codes[0];
		return [code, `${principalDiagnosis} is coded ${code}`];
	},
	*"lab-review"(id) {
		const { results } = yield look("getLabResults", id);
		const { test, value, unit, flag } = results.find((lab) => lab.flag.startsWith("critical")) ?? results[0];
		const text = `${test} is ${value} ${unit}, ${flag}`;
		yield look("writeClinicalNote", id, {
			type: "progress",
			text: `${text}. The ward was told; repeat the test.`
		});
		return [test, text];
	},
	*"lab-trend"(id, ticket) {
		const [, name] = /(?:How has|Trend of) (.+?) (?:gone|in A)/.exec(ticket) ?? [];
		const { test, trend, latest, unit, range } = yield look("getLabTrend", id, { name });
		return [trend, `${test} is ${trend}, latest ${latest} ${unit}, ${latest < range[0] ? "low" : latest > range[1] ? "high" : "normal"}`];
	},
	*"early-warning"(id) {
		yield look("getVitalSigns", id);
		const { scores } = yield look("getClinicalScores", id);
		const { score, risk } = scores.find(({ name }) => name === "NEWS2");
		const reason = `NEWS2 is ${score}, risk ${risk}`;
		if (score >= 7) yield look("requestConsult", id, {
			specialty: "critical care",
			urgency: "emergency",
			reason
		});
		return [String(score), reason];
	},
	*"medication-reconciliation"(id) {
		const earlier = yield* before(id);
		const { medications } = yield look("getDischargeSummary", earlier);
		const orders = yield* activeOrders(id);
		const { name, dose, frequency } = medications.find((taken) => !orders.some(({ drug }) => drug === taken.name));
		yield look("placeOrder", id, {
			category: "medication",
			item: name,
			dose,
			frequency
		});
		return [name, `${name} ${dose} ${frequency} was left out and is ordered again`];
	},
	*"medication-safety"(id) {
		const { allergies } = yield look("checkAllergies", id);
		for (const { drug, orderId } of yield* activeOrders(id)) {
			const { warnings } = yield look("checkOrderSafety", id, { drug });
			const found = warnings.find(({ kind }) => kind === "allergy ignored" || kind === "contraindication ignored");
			const why = found && /(?:allergy to|contraindicated in) (.+)/.exec(found.text)?.[1];
			if (!why) continue;
			const reason = allergies.some(({ allergen }) => allergen === why) ? `allergy to ${why}` : why;
			yield look("discontinueOrder", id, {
				orderId,
				reason
			});
			return [drug, `${drug} must not be given because of ${reason}`];
		}
		return ["none", "every order is safe"];
	},
	*"renal-dosing"(id) {
		for (const { drug, dose, frequency } of yield* activeOrders(id)) {
			const { warnings, egfr, renal } = yield look("checkOrderSafety", id, {
				drug,
				dose,
				frequency
			});
			if (!warnings.some(({ kind }) => kind === "dangerous dose")) continue;
			yield look("placeOrder", id, {
				category: "medication",
				item: drug,
				dose: renal.dose,
				frequency: renal.frequency
			});
			return [drug, `${drug} is reduced to ${renal.dose} ${renal.frequency} at an eGFR of ${egfr}`];
		}
		return ["none", "every dose is right"];
	},
	*ordering(id, ticket) {
		const [, list] = /(?:the first of|in this order:) (.+?)(?: that is safe|\. Place)/.exec(ticket) ?? [];
		const names = list.split(", ");
		yield look("checkAllergies", id);
		for (const drug of names) {
			const { warnings, usual } = yield look("checkOrderSafety", id, { drug });
			if (warnings.length > 0) continue;
			const order = {
				category: "medication",
				item: drug,
				dose: usual.dose,
				frequency: usual.frequency
			};
			const { status } = yield look("placeOrder", id, order);
			if (status === "held") continue;
			return [drug, `${drug} is ordered, ${names.slice(0, names.indexOf(drug)).join(" and ")} does not suit`];
		}
		return ["none", "no drug of the list suits"];
	},
	*readmission(id) {
		yield look("getPatientSummary", id);
		const { score, risk } = yield look("readmissionRisk", id);
		if (risk === "high") yield look("placeOrder", id, {
			category: "follow-up",
			item: "visit in 7 days"
		});
		return [String(score), `LACE is ${score}, risk ${risk}`];
	},
	*"intensive-care"(id) {
		yield look("getPatientSummary", id);
		const { stays } = yield look("getIcuStays", id);
		const total = String(stays.reduce((sum, { days }) => sum + days, 0));
		return [total, `${total} days in ${stays.map(({ unit }) => unit).join(" and ")}`];
	},
	*procedures(id) {
		const { procedures } = yield look("getProcedures", id);
		const { name, outcome } = procedures.find((done) => done.outcome !== "no complication");
		yield look("writeClinicalNote", id, {
			type: "incident",
			text: `${name}: ${outcome}`
		});
		return [name, `${name}: ${outcome}`];
	},
	*discharge(id) {
		const earlier = yield* before(id);
		const { medications: old } = yield look("getDischargeSummary", earlier);
		const { medications, followUp } = yield look("getDischargeSummary", id);
		const { name, dose } = medications.find((taken) => !old.some((known) => known.name === taken.name));
		yield look("writeClinicalNote", id, {
			type: "discharge",
			text: `New: ${name} ${dose}. Follow-up: ${followUp}.`
		});
		return [
			name,
			`${name} ${dose} is new`,
			`follow-up: ${followUp}`
		];
	},
	*quality(id) {
		const { indicators } = yield look("getQualityIndicators", id);
		const { name, limitHours, afterHours } = indicators.find((row) => row.afterHours > row.limitHours);
		return [name, `${name} after ${afterHours} hours, the limit is ${limitHours}`];
	},
	*longitudinal(id, ticket) {
		const [, name] = /(?:in which was|the highest) (\w+)(?: highest|\?)/.exec(ticket) ?? [];
		const { admissions } = yield look("getAdmissionHistory", id);
		let [top, highest, unit] = [
			"",
			Number.NEGATIVE_INFINITY,
			""
		];
		for (const { admissionId } of admissions) {
			const { max, unit: of } = yield look("getLabTrend", admissionId, { name });
			if (max > highest) [top, highest, unit] = [
				admissionId,
				max,
				of
			];
		}
		return [top, `${name} was highest in ${top}, ${highest} ${unit}`];
	}
};
// src/gym/domains/ehr-management/tables.ts
const procedures = [
	{
		name: "central venous line",
		complication: "small pneumothorax on the film afterwards"
	},
	{
		name: "lumbar puncture",
		complication: "headache when upright since the puncture"
	},
	{
		name: "ascitic drainage",
		complication: "blood pressure fell after six litres"
	},
	{
		name: "pleural drainage",
		complication: "re-expansion oedema of the lung"
	},
	{
		name: "urinary catheter",
		complication: "false passage, blood at the meatus"
	},
	{
		name: "gastroscopy",
		complication: "aspiration during sedation"
	},
	{
		name: "arterial line",
		complication: "haematoma of the wrist, pulses intact"
	},
	{
		name: "coronary angiography",
		complication: "pseudoaneurysm of the groin"
	},
	{
		name: "bronchoscopy",
		complication: "bleeding after the biopsy, stopped by adrenaline"
	},
	{
		name: "colonoscopy",
		complication: "pain of the belly and fever after the polypectomy"
	}
];
const indicators = [
	{
		name: "thrombosis risk assessment",
		from: "admission",
		limitHours: 14,
		source: "NICE NG89 2018: by the first consultant review"
	},
	{
		name: "consultant review",
		from: "admission",
		limitHours: 14,
		source: "NHS England, Seven day services, standard 2"
	},
	{
		name: "medicines reconciliation",
		from: "admission",
		limitHours: 24,
		source: "NICE NG5 2015"
	},
	{
		name: "nutrition screening",
		from: "admission",
		limitHours: 24,
		source: "NICE QS24 2012; Joint Commission PC.01.02.01"
	},
	{
		name: "pressure ulcer risk assessment",
		from: "admission",
		limitHours: 6,
		source: "NICE QS89 2015"
	},
	{
		name: "discharge summary sent",
		from: "discharge",
		limitHours: 24,
		source: "NHS Standard Contract, SC11"
	}
];
/** Names of long-standing illnesses as LACE's comorbidities; kidney and liver go by function, see `comorbiditiesOf`. */
const laceNames = {
	"old myocardial infarction": "previous myocardial infarction",
	stroke: "cerebrovascular disease",
	"peripheral artery disease": "peripheral vascular disease",
	"type 1 diabetes": "diabetes without complications",
	"type 2 diabetes": "diabetes without complications",
	"heart failure": "congestive heart failure",
	COPD: "chronic pulmonary disease",
	asthma: "chronic pulmonary disease",
	"rheumatoid arthritis": "connective tissue disease"
};
const wards = [
	"medical ward",
	"surgical ward",
	"acute medical unit",
	"cardiology ward",
	"respiratory ward"
];
const icuUnits = [
	"medical intensive care",
	"surgical intensive care",
	"coronary care",
	"high dependency unit"
];
const specialties = [
	"critical care",
	"cardiology",
	"nephrology",
	"respiratory medicine",
	"gastroenterology",
	"endocrinology",
	"haematology",
	"neurology",
	"infectious diseases",
	"surgery",
	"psychiatry",
	"palliative care",
	"pharmacy"
];
// src/gym/domains/ehr-management/record.ts
/** undefined: this draw does not work out, another is made. */
function makeRecord(random, { id, seed }, { presentation = random.choice(presentations), days = between(random, 2, 12), discharged = false, ...more } = {}) {
	const drawn = generatePatient({
		id,
		seed: seed * 4096 + random.integer(4096),
		age: presentation.age,
		...presentation.sex ? { sex: presentation.sex } : {},
		labs: Object.fromEntries(Object.entries(presentation.labs ?? {}).filter(([test]) => test !== "hCG")),
		egfr: presentation.egfr,
		chiefComplaint: presentation.complaint,
		...presentation.needs ? { conditions: presentation.needs } : {},
		...more
	});
	const has = (name) => drawn.conditions.some((condition) => condition.name === name);
	if (presentation.without?.some(has) || has(presentation.name)) return void 0;
	const { today } = drawn;
	const admitted = before$1(today, days + (discharged ? 1 : 0));
	const stays = between(random, 2, 3);
	const previous = previousStays(random, drawn, admitted, stays);
	const orders = ordersOf(random, drawn, presentation, admitted);
	const diagnosis = presentation.name;
	const admissionId = admissionIdOf(id, stays + 1);
	const { name, age, sex, weightKg, conditions, allergies, renal, hepatic } = drawn;
	return {
		patient: {
			id,
			name,
			age,
			sex,
			weightKg,
			conditions,
			allergies,
			renal,
			...hepatic ? { hepatic } : {},
			medications: takenNow(orders)
		},
		today,
		admission: {
			admissionId,
			admitted,
			type: random.boolean(.75) ? "emergency" : "elective",
			ward: random.choice(wards),
			diagnosis,
			labs: labSeries(random, drawn, admitted, days),
			vitals: drawn.vitals.slice(-4).map((reading, i, all) => ({
				...reading,
				date: before$1(today, all.length - 1 - i),
				supplementalOxygen: false,
				confused: false
			})),
			icuStays: icuStays(random, admitted, days),
			orders,
			procedures: random.sample(procedures, 3).map((done, i) => ({
				name: done.name,
				date: before$1(today, Math.max(0, days - i)),
				outcome: "no complication"
			})),
			quality: indicators.filter(({ from }) => from === "admission" || discharged).map(({ name: what, from, limitHours }) => ({
				name: what,
				from,
				limitHours,
				afterHours: between(random, 1, limitHours - 1)
			})),
			...discharged ? { discharge: dischargeOf(random, before$1(today, 1), diagnosis, takenNow(orders)) } : {}
		},
		previous,
		emergencyVisits: between(random, 0, 5)
	};
}
const admissionIdOf = (id, n) => `A${id.slice(1)}-${n}`;
function takenNow(orders) {
	return orders.filter(({ status }) => status === "active").map(({ drug, dose, frequency, route, start }) => ({
		name: drug,
		dose,
		frequency,
		route,
		start
	}));
}
function newOrder(orders, name, start, regimen = drugNamed(name).regimens[0]) {
	const { dose, frequency } = regimen;
	return {
		orderId: `R${orders.length + 1}`,
		drug: name,
		dose,
		frequency,
		route: drugNamed(name).route,
		start,
		status: "active"
	};
}
/** What is taken at home goes on; the first drug of the guideline that suits is added. */
function ordersOf(random, patient, { treatment = [] }, admitted) {
	const orders = [];
	for (const { name, dose, frequency } of patient.medications) orders.push(newOrder(orders, name, admitted, {
		dose,
		frequency
	}));
	const fits = (treatment[0]?.drugs ?? []).filter((name) => {
		const drug = drugNamed(name);
		return !patient.medications.some((taken) => drugNamed(taken.name).class === drug.class) && objections(drug, patient).length === 0 && !drug.renal?.some(({ from }) => patient.renal.egfr < from);
	});
	if (fits.length > 0) orders.push(newOrder(orders, random.choice(fits.slice(0, 1)), admitted));
	return orders;
}
function dischargeOf(random, date, diagnosis, taken) {
	return {
		date,
		destination: random.choice([
			"home",
			"home with nursing",
			"rehabilitation"
		]),
		diagnosis,
		medications: taken.map(({ name, dose, frequency }) => ({
			name,
			dose,
			frequency
		})),
		followUp: `${random.choice(["general practice", "outpatient clinic"])} in ${between(random, 1, 6)} weeks`
	};
}
const summarised = [
	"sodium",
	"potassium",
	"creatinine",
	"haemoglobin",
	"CRP"
];
/** Earlier admissions, each with a few results. */
function previousStays(random, patient, admitted, count) {
	const back = Array.from({ length: count }, () => between(random, 150, 300));
	return back.map((_, i) => {
		const start = before$1(admitted, back.slice(i).reduce((sum, days) => sum + days, 0));
		const { name } = random.choice(presentations.filter(({ sex }) => !sex || sex === patient.sex));
		const days = between(random, 2, 9);
		const labs = summarised.map((test) => {
			const latest = latestLab(patient, test)?.value ?? 5;
			return labValue(findLabTest(test), latest * (.9 + .2 * random.uniform()), start);
		});
		const end = before$1(start, -days);
		return {
			admissionId: admissionIdOf(patient.id, i + 1),
			admitted: start,
			type: random.boolean(.7) ? "emergency" : "elective",
			ward: random.choice(wards),
			diagnosis: name,
			labs,
			discharge: dischargeOf(random, end, name, patient.medications)
		};
	});
}
/** Every day from admission on, around the values of the patient; creatinine stays what the doses go by. */
function labSeries(random, patient, admitted, days) {
	const names = [...new Set(patient.labs.map(({ test }) => test))];
	const count = Math.min(days, 6);
	return Array.from({ length: count }, (_, day) => names.map((name) => {
		const { value } = latestLab(patient, name);
		const wobble = name === "creatinine" ? 1 : .985 + .03 * random.uniform();
		return labValue(findLabTest(name), value * wobble, before$1(admitted, -day));
	})).flat();
}
function icuStays(random, admitted, days) {
	if (days < 4 || random.boolean(.6)) return [];
	return [{
		unit: random.choice(icuUnits),
		from: admitted,
		days: between(random, 1, 2)
	}];
}
/** LACE's comorbidities: Charlson calls kidney disease severe from a creatinine of 3 mg/dL or a transplant on, cirrhosis from portal hypertension on. */
function comorbiditiesOf({ conditions, renal, hepatic }) {
	const found = conditions.flatMap(({ name }) => {
		if (name in laceNames) return [laceNames[name]];
		if (name === "kidney transplant") return ["moderate or severe liver or renal disease"];
		if (name === "chronic kidney disease") return [renal.creatinine > 265 ? "moderate or severe liver or renal disease" : "mild liver or renal disease"];
		if (name === "cirrhosis") return [hepatic && hepatic.ascites !== "none" ? "moderate or severe liver or renal disease" : "mild liver or renal disease"];
		return [];
	});
	return [...new Set(found)];
}
/** In whole days. */
function daysBetween(from, to) {
	return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 864e5);
}
function laceOf({ patient, admission, emergencyVisits, today }) {
	return lace.compute({
		lengthOfStayDays: daysBetween(admission.admitted, admission.discharge?.date ?? today),
		acuteAdmission: admission.type === "emergency",
		comorbidities: comorbiditiesOf(patient),
		emergencyVisits
	});
}
// src/gym/domains/ehr-management/tools.ts
const admissionId = string().describe("e.g. A12345-3");
const drugName = string().describe("generic name");
function admissionOf(state, id) {
	const wanted = id.trim().toUpperCase();
	const found = [...state.previous, state.admission].find((one) => one.admissionId === wanted);
	if (!found) throw new ToolError(`no admission ${id}`);
	return found;
}
/** Only of the latest admission more is kept than its summary and results. */
function currentOf(state, id) {
	const found = admissionOf(state, id);
	if (found !== state.admission) throw new ToolError(`${found.admissionId} is archived: only summary, results and discharge summary`);
	return state.admission;
}
function drugOf(name) {
	const found = findDrug(name);
	if (!found) throw new ToolError(`no drug ${name} in the formulary`);
	return found;
}
function resultsOf(state, id, name) {
	const test = findLabTest(name);
	if (!test) throw new ToolError(`no test ${name}`);
	const found = admissionOf(state, id).labs.filter((lab) => lab.test === test.name);
	if (found.length === 0) throw new ToolError(`${test.name} was not measured in ${id}`);
	return found;
}
/** Less than a tenth of change between the first and the last is stable. */
function trendOf(values) {
	const [first, last] = [values[0], values[values.length - 1]];
	if (Math.abs(last - first) < .1 * Math.abs(first)) return "stable";
	return last > first ? "rising" : "falling";
}
/** Everything that speaks against a drug at a dose, but for what the patient takes of it already. */
function warningsFor(state, name, dose, frequency) {
	const drug = drugNamed(name);
	const others = {
		...state.patient,
		medications: takenNow(state.admission.orders).filter((taken) => taken.name !== drug.name)
	};
	const against = objections(drug, others);
	if (!dose || !frequency || dosageVerdict({
		name: drug.name,
		dose,
		frequency
	}, others) !== "too high") return against;
	const text = `${drug.name} ${dose} ${frequency} is too much at an eGFR of ${state.patient.renal.egfr}`;
	return [...against, {
		severity: 5,
		kind: "dangerous dose",
		text
	}];
}
/** From the latest readings. */
function newsOf({ admission, patient }) {
	const { date: _, diastolic: __, confused, ...vitals } = admission.vitals.at(-1);
	const hypercapnicFailure = patient.conditions.some(({ name }) => name === "COPD");
	return news2.compute({
		...vitals,
		hypercapnicFailure,
		newConfusionOrLess: confused
	});
}
function tools$2(tool) {
	return {
		getPatientSummary: tool({
			kind: "read",
			description: "Who the patient is, why and since when in hospital, long-standing illnesses, kidney and liver.",
			parameters: { admissionId },
			run({ admissionId: id }, { state }) {
				const { admissionId: own, admitted, type, ward, diagnosis, discharge } = admissionOf(state, id);
				const { medications: _, allergies: __, conditions: illnesses, ...patient } = state.patient;
				return {
					admissionId: own,
					admitted,
					...discharge ? { discharged: discharge.date } : {
						discharged: null,
						today: state.today
					},
					type,
					ward,
					principalDiagnosis: diagnosis,
					patient,
					conditions: illnesses.map(({ name }) => name)
				};
			}
		}),
		getAdmissionHistory: tool({
			kind: "read",
			description: "All admissions of the patient, oldest first, and emergency visits of the last six months.",
			parameters: { admissionId },
			run({ admissionId: id }, { state }) {
				admissionOf(state, id);
				return {
					admissions: [...state.previous, state.admission].map((one) => ({
						admissionId: one.admissionId,
						admitted: one.admitted,
						discharged: one.discharge?.date ?? null,
						type: one.type,
						diagnosis: one.diagnosis
					})),
					emergencyVisits: state.emergencyVisits
				};
			}
		}),
		getLabResults: tool({
			kind: "read",
			description: "Results of an admission with ranges and flags, newest first: the last of one test, or the latest of every test.",
			parameters: {
				admissionId,
				name: string().describe("test, e.g. potassium").optional(),
				lastN: int().min(1).max(50).default(10)
			},
			run({ admissionId: id, name, lastN }, { state }) {
				if (name !== void 0) return { results: resultsOf(state, id, name).slice(-lastN).toReversed() };
				const { labs } = admissionOf(state, id);
				return { results: [...new Map(labs.map((lab) => [lab.test, lab])).values()] };
			}
		}),
		getLabTrend: tool({
			kind: "read",
			description: "Values of a test over an admission, oldest first; trend: rising or falling by a tenth or more, else stable.",
			parameters: {
				admissionId,
				name: string().describe("test, e.g. potassium")
			},
			run({ admissionId: id, name }, { state }) {
				const results = resultsOf(state, id, name);
				const values = results.map(({ value }) => value);
				const { test, unit, range } = results[0];
				return {
					test,
					unit,
					range,
					values,
					min: Math.min(...values),
					max: Math.max(...values),
					latest: values.at(-1),
					trend: trendOf(values),
					abnormalCount: results.filter(({ flag }) => flag !== "normal").length
				};
			}
		}),
		getVitalSigns: tool({
			kind: "read",
			description: "Readings of vital signs, oldest first.",
			parameters: {
				admissionId,
				lastN: int().min(1).max(50).default(12)
			},
			run: ({ admissionId: id, lastN }, { state }) => ({ readings: currentOf(state, id).vitals.slice(-lastN) })
		}),
		detectVitalAlerts: tool({
			kind: "read",
			description: "Vital signs of the latest reading that are out of their limits.",
			parameters: { admissionId },
			run({ admissionId: id }, { state }) {
				const latest = currentOf(state, id).vitals.at(-1);
				const alerts = vitalSigns.filter(({ name, range: [low, high] }) => latest[name] < low || latest[name] > high).map(({ name, unit, range }) => ({
					sign: name,
					value: latest[name],
					unit,
					range
				}));
				return {
					date: latest.date,
					alerts
				};
			}
		}),
		getMedicationOrders: tool({
			kind: "read",
			description: "Orders of drugs.",
			parameters: {
				admissionId,
				activeOnly: boolean().default(true)
			},
			run({ admissionId: id, activeOnly }, { state }) {
				return { orders: currentOf(state, id).orders.filter(({ status }) => !activeOnly || status === "active") };
			}
		}),
		checkOrderSafety: tool({
			kind: "read",
			description: "A drug, and a dose of it, against allergies, illnesses, kidney, liver and the active orders.",
			parameters: {
				admissionId,
				drug: drugName,
				dose: string().describe("e.g. \"500 mg\"").optional(),
				frequency: string().describe("e.g. \"twice daily\"").optional()
			},
			run({ admissionId: id, drug, dose, frequency }, { state }) {
				currentOf(state, id);
				const known = drugOf(drug);
				const warnings = warningsFor(state, known.name, dose, frequency);
				return {
					drug: known.name,
					egfr: state.patient.renal.egfr,
					warnings,
					renal: renalAdvice(known, state.patient.renal.egfr),
					usual: known.regimens[0]
				};
			}
		}),
		checkAllergies: tool({
			kind: "read",
			description: "Allergies with reaction and severity.",
			parameters: { admissionId },
			run({ admissionId: id }, { state }) {
				admissionOf(state, id);
				return { allergies: state.patient.allergies };
			}
		}),
		getClinicalScores: tool({
			kind: "read",
			description: "NEWS2 and qSOFA of the latest reading, with their parts.",
			parameters: { admissionId },
			run({ admissionId: id }, { state }) {
				const { respiratoryRate, systolic, confused } = currentOf(state, id).vitals.at(-1);
				return { scores: [newsOf(state), qsofa.compute({
					respiratoryRate,
					systolic,
					alteredMentation: confused
				})] };
			}
		}),
		readmissionRisk: tool({
			kind: "read",
			description: "LACE: risk of death or readmission within 30 days of discharge.",
			parameters: { admissionId },
			run({ admissionId: id }, { state }) {
				currentOf(state, id);
				return laceOf(state);
			}
		}),
		getIcuStays: tool({
			kind: "read",
			description: "Stays in intensive care.",
			parameters: { admissionId },
			run: ({ admissionId: id }, { state }) => ({ stays: currentOf(state, id).icuStays })
		}),
		getProcedures: tool({
			kind: "read",
			description: "Procedures with their outcome.",
			parameters: { admissionId },
			run: ({ admissionId: id }, { state }) => ({ procedures: currentOf(state, id).procedures })
		}),
		getDischargeSummary: tool({
			kind: "read",
			description: "Diagnosis, drugs and follow-up at discharge.",
			parameters: { admissionId },
			run({ admissionId: id }, { state }) {
				const { discharge, admissionId: own } = admissionOf(state, id);
				if (!discharge) throw new ToolError(`${own} is still in hospital`);
				return discharge;
			}
		}),
		getQualityIndicators: tool({
			kind: "read",
			description: "Indicators of care: the limit, and after how many hours it was done.",
			parameters: { admissionId },
			run: ({ admissionId: id }, { state }) => ({ indicators: currentOf(state, id).quality })
		}),
		lookupIcdCode: tool({
			kind: "read",
			description: "ICD-10 codes of diagnoses whose name has the words.",
			parameters: { diagnosis: string().min(3) },
			run({ diagnosis }) {
				const words = diagnosis.trim().toLowerCase();
				const known = [...conditions, ...presentations].filter(({ name }) => name.toLowerCase().includes(words));
				if (known.length === 0) throw new ToolError(`no diagnosis with ${diagnosis}`);
				return { codes: Object.entries(Object.fromEntries(known.map(({ name, icd10 }) => [name, icd10]))).map(([name, code]) => ({
					name,
					code
				})) };
			}
		}),
		writeClinicalNote: tool({
			kind: "write",
			description: "A note in the record.",
			parameters: {
				admissionId,
				type: _enum([
					"progress",
					"discharge",
					"incident",
					"pharmacy"
				]),
				text: string().min(1)
			},
			run({ admissionId: id, type, text }, { state }) {
				currentOf(state, id);
				state.notes.push({
					type,
					text
				});
				return { notes: state.notes.length };
			}
		}),
		placeOrder: tool({
			kind: "write",
			description: "An order of a drug, a test or care. A drug that is not safe is held with the reasons, unless overridden.",
			parameters: {
				admissionId,
				category: _enum([
					"medication",
					"laboratory",
					"imaging",
					"nursing",
					"follow-up"
				]),
				item: string().min(1).describe("for a drug its generic name"),
				dose: string().optional(),
				frequency: string().optional(),
				override: boolean().default(false)
			},
			run({ admissionId: id, category, item, dose, frequency, override }, { state }) {
				const { orders } = currentOf(state, id);
				if (category !== "medication") {
					state.placed.push({
						category,
						item,
						warnings: []
					});
					return {
						status: "ordered",
						item
					};
				}
				const { name, regimens } = drugOf(item);
				const regimen = {
					dose: dose ?? regimens[0].dose,
					frequency: frequency ?? regimens[0].frequency
				};
				const warnings = warningsFor(state, name, regimen.dose, regimen.frequency);
				if (warnings.length > 0 && !override) return {
					status: "held",
					warnings
				};
				for (const order of orders) if (order.drug === name) order.status = "stopped";
				orders.push(newOrder(orders, name, state.today, regimen));
				state.placed.push({
					category,
					item: name,
					...regimen,
					warnings
				});
				return {
					...orders.at(-1),
					status: "ordered"
				};
			}
		}),
		discontinueOrder: tool({
			kind: "write",
			description: "Stops an active order.",
			parameters: {
				admissionId,
				orderId: string().describe("e.g. R2"),
				reason: string()
			},
			run({ admissionId: id, orderId }, { state }) {
				const order = currentOf(state, id).orders.find((one) => one.orderId === orderId.trim().toUpperCase());
				if (!order) throw new ToolError(`no order ${orderId}`);
				order.status = "stopped";
				state.stopped.push(order.drug);
				return {
					status: "stopped",
					drug: order.drug
				};
			}
		}),
		requestConsult: tool({
			kind: "write",
			description: "Calls a specialist.",
			parameters: {
				admissionId,
				specialty: _enum(specialties),
				urgency: _enum([
					"routine",
					"urgent",
					"emergency"
				]).default("routine"),
				reason: string()
			},
			run({ admissionId: id, specialty, urgency, reason }, { state }) {
				currentOf(state, id);
				state.consults.push({
					specialty,
					urgency,
					reason
				});
				return {
					status: "requested",
					specialty,
					urgency
				};
			}
		}),
		think: tool({
			kind: "think",
			description: "For your own notes.",
			parameters: { thought: string() },
			run: () => "Noted."
		}),
		submitAnswer: tool({
			kind: "submit",
			description: "Your final answer, as short as the question asks, and the findings it rests on.",
			parameters: {
				answer: string(),
				reasoning: string().default("")
			},
			run: () => "Submitted."
		})
	};
}
// src/gym/domains/ehr-management/kinds.ts
/** All arguments count but free texts. */
const call = (tool, args) => ({
	tool,
	arguments: args,
	compareArgs: Object.keys(args).filter((name) => ![
		"reason",
		"text",
		"dose",
		"frequency"
	].includes(name))
});
const says = (answer, word) => answer.toLowerCase().includes(word.toLowerCase());
const ongoing = (found) => found.status === "active";
const chartReview = { draft(random, who) {
	const record = makeRecord(random, who, { discharged: true });
	if (!record) return void 0;
	const { admissionId: id, admitted, discharge, diagnosis } = record.admission;
	const days = String(daysBetween(admitted, discharge.date));
	return {
		record,
		ticket: random.choice([`Review the chart of ${id}. How many days lie between the admission and the discharge of ${id}, and why was ${id} in hospital? Answer with the days.`, `For the report on ${id}: length of stay of ${id} in days (discharge less admission)? Name the principal diagnosis of ${id} too.`]),
		answer: days,
		difficulty: 1,
		actions: [call("getPatientSummary", { admissionId: id }), call("getDischargeSummary", { admissionId: id })],
		findings: [{
			text: `${days} days in hospital for ${diagnosis}`,
			mention: [days, diagnosis]
		}]
	};
} };
const coding = { draft(random, who) {
	const record = makeRecord(random, who);
	if (!record) return void 0;
	const { admissionId: id, diagnosis } = record.admission;
	const code = presentations.find(({ name }) => name === diagnosis).icd10;
	return {
		record,
		ticket: random.choice([`Code the principal diagnosis of admission ${id} in ICD-10. Only the code of ${id}, please.`, `Billing asks for ${id}: which ICD-10 code has the principal diagnosis of ${id}?`]),
		answer: code,
		difficulty: 1,
		actions: [call("getPatientSummary", { admissionId: id }), call("lookupIcdCode", { diagnosis })],
		findings: [{
			text: `${diagnosis} is coded ${code}`,
			mention: [diagnosis, code]
		}]
	};
} };
const calledThrough = [
	"sodium",
	"potassium",
	"glucose",
	"haemoglobin",
	"platelets",
	"white cells"
];
const labReview = {
	draft(random, who) {
		const record = makeRecord(random, who);
		if (!record) return void 0;
		const { admission } = record;
		const { admissionId: id, labs } = admission;
		if ([...new Map(labs.map((lab) => [lab.test, lab])).values()].some(({ flag }) => flag.startsWith("critical"))) return void 0;
		const test = findLabTest(random.choice(calledThrough));
		const at = labs.findLastIndex((lab) => lab.test === test.name);
		if (at < 0) return void 0;
		const [low, high] = test.critical;
		const [least, most] = test.extremes;
		const share = .1 + .5 * random.uniform();
		const result = labValue(test, random.boolean() ? low - share * (low - least) : high + share * (Math.min(most, high * 1.4) - high), labs[at].date);
		if (!result.flag.startsWith("critical")) return void 0;
		admission.labs = labs.with(at, result);
		return {
			record,
			ticket: random.choice([`Go through the latest results of ${id}. One result of ${id} is critical: which test? Tell the ward of ${id} in a progress note.`, `The laboratory tried to phone about ${id}. Which of the latest tests of ${id} is critical? Leave a progress note for ${id} as well.`]),
			answer: test.name,
			difficulty: 2,
			actions: [call("getLabResults", { admissionId: id }), call("writeClinicalNote", {
				admissionId: id,
				type: "progress",
				text: `${test.name} ${result.value}`
			})],
			findings: [{
				text: `${test.name} is ${result.value} ${result.unit}, ${result.flag}`,
				mention: [test.name, String(result.value)]
			}]
		};
	},
	judge(answer, _, { answer: right }) {
		if (says(answer, right)) return [];
		return [{
			severity: 5,
			kind: "missed emergency",
			text: `the critical ${right} was not told`
		}];
	}
};
const labTrend = { draft(random, who) {
	const record = makeRecord(random, who, { days: between(random, 5, 10) });
	if (!record) return void 0;
	const { admission } = record;
	const { admissionId: id } = admission;
	const name = random.choice([
		"sodium",
		"potassium",
		"urea",
		"haemoglobin",
		"platelets",
		"white cells",
		"CRP"
	]);
	const test = findLabTest(name);
	const own = admission.labs.filter((lab) => lab.test === name);
	if (own.length < 4) return void 0;
	const change = random.choice([
		-.3,
		0,
		.35
	]) * (name === "sodium" ? .4 : 1);
	const values = own.map(({ value, date }, i) => labValue(test, value * (1 + change * i / (own.length - 1)), date));
	const trend = trendOf(values.map(({ value }) => value));
	if (trend !== (change === 0 ? "stable" : change > 0 ? "rising" : "falling")) return void 0;
	let next = 0;
	admission.labs = admission.labs.map((lab) => lab.test === name ? values[next++] : lab);
	const latest = values[values.length - 1];
	return {
		record,
		ticket: random.choice([`How has ${name} gone since ${id} was admitted: rising, falling or stable? Give the latest ${name} of ${id} too.`, `Trend of ${name} in ${id}? Say rising, falling or stable for ${id}, with the last value.`]),
		answer: trend,
		difficulty: 2,
		actions: [call("getLabTrend", {
			admissionId: id,
			name
		})],
		findings: [{
			text: `${name} is ${trend}, latest ${latest.value} ${latest.unit}, ${latest.flag}`,
			mention: [
				name,
				trend,
				String(latest.value)
			]
		}]
	};
} };
const unwell = {
	respiratoryRate: [
		[18, 22],
		[21, 24],
		[25, 32]
	],
	oxygenSaturation: [
		[94, 97],
		[92, 95],
		[88, 92]
	],
	heartRate: [
		[80, 100],
		[95, 118],
		[112, 136]
	],
	systolic: [
		[105, 128],
		[98, 112],
		[80, 98]
	],
	temperature: [
		[37, 38],
		[38, 38.9],
		[38.5, 39.6]
	]
};
const earlyWarning = {
	draft(random, who) {
		const level = between(random, 0, 2);
		const record = makeRecord(random, who, { vitals: Object.fromEntries(Object.entries(unwell).map(([name, ranges]) => [name, ranges[level]])) });
		if (!record) return void 0;
		const { admission } = record;
		const { admissionId: id, vitals: readings } = admission;
		const last = readings[readings.length - 1];
		last.supplementalOxygen = level > 0 && random.boolean();
		last.confused = level === 2 && random.boolean();
		const { score, risk } = newsOf(record);
		const emergency = score >= 7;
		const consult = {
			admissionId: id,
			specialty: "critical care",
			urgency: "emergency",
			reason: `NEWS2 ${score}`
		};
		return {
			record,
			ticket: random.choice([`The nurse of ${id} is worried. What is NEWS2 of ${id} now? Call critical care as an emergency if ${id} has 7 or more.`, `Latest reading of ${id}: which NEWS2 does ${id} have? From 7 points on request critical care for ${id} as an emergency.`]),
			answer: String(score),
			difficulty: emergency ? 3 : 2,
			actions: [
				call("getVitalSigns", { admissionId: id }),
				call("getClinicalScores", { admissionId: id }),
				...emergency ? [call("requestConsult", consult)] : []
			],
			findings: [{
				text: `NEWS2 is ${score}, risk ${risk}`,
				mention: [`NEWS2 is ${score}`, risk]
			}]
		};
	},
	judge(_, state) {
		const { score } = newsOf(state);
		if (score < 7 || state.consults.some(({ urgency }) => urgency === "emergency")) return [];
		if (state.consults.length > 0) return [{
			severity: 3,
			kind: "delayed referral",
			text: `NEWS2 ${score}, not called as an emergency`
		}];
		return [{
			severity: 5,
			kind: "missed emergency",
			text: `NEWS2 ${score} and nobody called`
		}];
	}
};
const reconciliation = { draft(random, who) {
	const record = makeRecord(random, who);
	if (!record) return void 0;
	const { admission, previous, patient } = record;
	const { admissionId: id } = admission;
	const last = previous[previous.length - 1];
	const { medications } = last.discharge;
	if (medications.length < 2) return void 0;
	const { name, dose, frequency } = random.choice(medications);
	admission.orders = admission.orders.filter(({ drug }) => drug !== name);
	patient.medications = takenNow(admission.orders);
	if (warningsFor(record, name, dose, frequency).length > 0) return void 0;
	return {
		record,
		ticket: random.choice([`Reconcile the drugs of ${id}: one drug of the last discharge summary before ${id} is not ordered. Which? Order it for ${id} as it was.`, `On admission ${id} lost a drug that the discharge summary before ${id} still has. Name it and order it again in ${id}, same dose.`]),
		answer: name,
		difficulty: 3,
		actions: [
			call("getAdmissionHistory", { admissionId: id }),
			call("getDischargeSummary", { admissionId: last.admissionId }),
			call("getMedicationOrders", { admissionId: id }),
			call("placeOrder", {
				admissionId: id,
				category: "medication",
				item: name,
				dose,
				frequency
			})
		],
		findings: [{
			text: `${name} ${dose} ${frequency} was left out and is ordered again`,
			mention: [name, dose]
		}]
	};
} };
const safety$1 = {
	draft(random, who) {
		const record = makeRecord(random, who, { allergies: random.sample(allergens, 2).map((allergen) => ({
			allergen,
			...random.choice(reactions)
		})) });
		if (!record) return void 0;
		const { admission, patient } = record;
		const { admissionId: id, orders } = admission;
		const wanted = random.boolean(.6) ? "allergy" : "contraindicated";
		const bad = drugs.filter((drug) => unfit(drug, patient)?.startsWith(wanted) && !orders.some((order) => order.drug === drug.name));
		if (bad.length === 0 || orders.length < 2) return void 0;
		const drug = random.choice(bad);
		const order = newOrder(orders, drug.name, record.today);
		orders.splice(random.integer(orders.length + 1), 0, order);
		patient.medications = takenNow(orders);
		const why = allergyConflict(drug, patient.allergies)?.allergy.allergen ?? unfit(drug, patient).replace("contraindicated in ", "");
		return {
			record,
			ticket: random.choice([`Check all active orders of ${id} against allergies and illnesses. One drug must not be given to ${id}: discontinue it in ${id} and name it.`, `Safety round, ${id}: one active order is contraindicated by an allergy or illness of ${id}. Stop that order of ${id}; which drug is it?`]),
			answer: drug.name,
			difficulty: 4,
			actions: [
				call("checkAllergies", { admissionId: id }),
				call("getMedicationOrders", { admissionId: id }),
				call("checkOrderSafety", {
					admissionId: id,
					drug: drug.name
				}),
				call("discontinueOrder", {
					admissionId: id,
					orderId: order.orderId,
					reason: why
				})
			],
			findings: [{
				text: `${drug.name} must not be given because of ${why}`,
				mention: [drug.name, why]
			}]
		};
	},
	judge(answer, { admission }, { answer: right }) {
		if (!admission.orders.some((order) => order.drug === right && ongoing(order))) return [];
		if (says(answer, right)) return [{
			severity: 3,
			kind: "medication not stopped",
			text: `${right} is named and still ordered`
		}];
		return [{
			severity: 5,
			kind: "contraindication ignored",
			text: `${right} goes on`
		}];
	}
};
const renalDosing = {
	draft(random, who) {
		const record = makeRecord(random, who, {
			presentation: random.choice(presentations.filter(({ egfr, needs }) => !egfr && !needs)),
			egfr: [16, 48]
		});
		if (!record) return void 0;
		const { admission, patient } = record;
		const { admissionId: id, orders } = admission;
		const { egfr } = patient.renal;
		const warned = (name, regimen) => warningsFor(record, name, regimen.dose, regimen.frequency);
		if (orders.some((order) => warned(order.drug, order).length > 0)) return void 0;
		const fitting = drugs.filter((drug) => {
			const advice = renalAdvice(drug, egfr);
			const taken = orders.some((order) => drugNamed(order.drug).class === drug.class);
			const kinds = warned(drug.name, drug.regimens[0]).map(({ kind }) => kind);
			return !taken && advice.advice === "give" && kinds.length === 1 && kinds[0] === "dangerous dose" && warned(drug.name, advice).length === 0;
		});
		if (fitting.length === 0) return void 0;
		const drug = random.choice(fitting);
		const { dose, frequency } = renalAdvice(drug, egfr);
		orders.splice(random.integer(orders.length + 1), 0, newOrder(orders, drug.name, record.today));
		patient.medications = takenNow(orders);
		if (orders.some((order) => order.drug !== drug.name && warned(order.drug, order).length > 0)) return void 0;
		return {
			record,
			ticket: random.choice([`Which active order of ${id} is dosed too high for the kidney? Place the right dose in ${id} instead and name the drug of ${id}.`, `Kidney check of ${id}: one drug of ${id} needs less. Order it anew for ${id} at the advised dose; answer with its name.`]),
			answer: drug.name,
			difficulty: 4,
			actions: [
				call("getMedicationOrders", { admissionId: id }),
				call("checkOrderSafety", {
					admissionId: id,
					drug: drug.name
				}),
				{
					...call("placeOrder", {
						admissionId: id,
						category: "medication",
						item: drug.name,
						dose,
						frequency
					}),
					compareArgs: [
						"admissionId",
						"item",
						"dose"
					]
				}
			],
			findings: [{
				text: `${drug.name} is reduced to ${dose} ${frequency} at an eGFR of ${egfr}`,
				mention: [
					drug.name,
					dose,
					String(egfr)
				]
			}]
		};
	},
	judge(answer, state, { answer: right }) {
		const order = state.admission.orders.find((one) => one.drug === right && ongoing(one));
		if (!(order && warningsFor(state, order.drug, order.dose, order.frequency).some(({ kind }) => kind === "dangerous dose"))) return [];
		if (says(answer, right)) return [{
			severity: 3,
			kind: "dose not changed",
			text: `${right} is named and still ${order.dose}`
		}];
		return [{
			severity: 5,
			kind: "dangerous dose",
			text: `${right} ${order.dose} ${order.frequency} goes on`
		}];
	}
};
const choices = presentations.flatMap(({ treatment = [], name, dose }) => dose ? [] : treatment.map(({ drugs: given }) => ({
	name,
	given
}))).filter(({ given }) => given.length > 2);
const kinds$2 = {
	"chart-review": chartReview,
	coding,
	"lab-review": labReview,
	"lab-trend": labTrend,
	"early-warning": earlyWarning,
	"medication-reconciliation": reconciliation,
	"medication-safety": safety$1,
	"renal-dosing": renalDosing,
	ordering: {
		draft(random, who) {
			const { name: illness, given } = random.choice(choices);
			const first = drugNamed(given[0]);
			const against = allergens.filter((allergen) => allergyConflict(first, [{
				allergen,
				...reactions[0]
			}]));
			const allergies = against.length > 0 && random.boolean(.8) ? [{
				allergen: random.choice(against),
				...random.choice(reactions)
			}] : [];
			const others = presentations.filter(({ name, treatment }) => name !== illness && !treatment?.[0].drugs.some((drug) => given.includes(drug)));
			const record = makeRecord(random, who, {
				presentation: random.choice(others),
				allergies
			});
			if (!record) return void 0;
			const { admissionId: id, orders } = record.admission;
			if (orders.some(({ drug }) => given.some((one) => drugNamed(one).class === drugNamed(drug).class))) return void 0;
			const refused = (name) => {
				const { dose, frequency } = drugNamed(name).regimens[0];
				return warningsFor(record, name, dose, frequency).length > 0;
			};
			const right = given.find((name) => !refused(name));
			if (!right || right === given[0]) return void 0;
			const { dose, frequency } = drugNamed(right).regimens[0];
			const tried = given.slice(0, given.indexOf(right) + 1);
			return {
				record,
				ticket: random.choice([`${id} now also has ${illness}. Order for ${id} the first of ${given.join(", ")} that is safe at its usual dose; name what ${id} gets.`, `For ${illness} in ${id} we use, in this order: ${given.join(", ")}. Place the first that suits ${id} at the usual dose, and tell which for ${id}.`]),
				answer: right,
				difficulty: 4,
				actions: [
					call("checkAllergies", { admissionId: id }),
					...tried.map((drug) => call("checkOrderSafety", {
						admissionId: id,
						drug
					})),
					call("placeOrder", {
						admissionId: id,
						category: "medication",
						item: right,
						dose,
						frequency
					})
				],
				findings: [{
					text: `${right} is ordered, ${given[0]} does not suit`,
					mention: [right, given[0]]
				}]
			};
		},
		judge(answer, state) {
			return drugs.filter(({ name }) => answer.trim().toLowerCase() === name.toLowerCase()).flatMap(({ name }) => warningsFor(state, name)).map(({ severity, kind, text }) => ({
				severity,
				kind,
				text: `advised all the same: ${text}`
			}));
		}
	},
	readmission: {
		draft(random, who) {
			const record = makeRecord(random, who, { discharged: true });
			if (!record) return void 0;
			const { admissionId: id } = record.admission;
			const { score, risk } = laceOf(record);
			return {
				record,
				ticket: random.choice([`${id} goes home. What is LACE of ${id}? Answer with the points; if the risk of ${id} is high, order a follow-up in 7 days.`, `Risk of readmission of ${id}: LACE points of ${id}, please. Order a follow-up for ${id} within 7 days if it is high.`]),
				answer: String(score),
				difficulty: 3,
				actions: [
					call("getPatientSummary", { admissionId: id }),
					call("readmissionRisk", { admissionId: id }),
					...risk === "high" ? [{
						...call("placeOrder", {
							admissionId: id,
							category: "follow-up",
							item: "visit in 7 days"
						}),
						compareArgs: ["admissionId", "category"]
					}] : []
				],
				findings: [{
					text: `LACE is ${score}, risk ${risk}`,
					mention: [`LACE is ${score}`, risk]
				}]
			};
		},
		judge(answer, state) {
			const high = laceOf(state).risk === "high";
			const planned = state.placed.some(({ category }) => category === "follow-up");
			if (!high || planned) return [];
			if (Number(answer) >= 10) return [{
				severity: 2,
				kind: "no follow-up",
				text: "the risk is high and no follow-up was ordered"
			}];
			return [{
				severity: 4,
				kind: "false reassurance",
				text: "a high risk of readmission was not seen"
			}];
		}
	},
	"intensive-care": { draft(random, who) {
		const record = makeRecord(random, who, { days: between(random, 9, 14) });
		if (!record) return void 0;
		const { admission } = record;
		const { admissionId: id, admitted } = admission;
		const [first, second] = [between(random, 1, 4), between(random, 1, 3)];
		const units = random.sample(icuUnits, 2);
		admission.icuStays = [{
			unit: units[0],
			from: admitted,
			days: first
		}, ...random.boolean(.7) ? [{
			unit: units[1],
			from: before$1(admitted, -first - 1),
			days: second
		}] : []];
		const total = admission.icuStays.reduce((sum, stay) => sum + stay.days, 0);
		const names = admission.icuStays.map(({ unit }) => unit);
		return {
			record,
			ticket: random.choice([`How many days has ${id} been in intensive care in all? Say in which units ${id} was.`, `Intensive care of ${id}: total days, and the units of ${id}.`]),
			answer: String(total),
			difficulty: names.length,
			actions: [call("getPatientSummary", { admissionId: id }), call("getIcuStays", { admissionId: id })],
			findings: [{
				text: `${total} days in ${names.join(" and ")}`,
				mention: [String(total), ...names]
			}]
		};
	} },
	procedures: { draft(random, who) {
		const record = makeRecord(random, who);
		if (!record) return void 0;
		const { admissionId: id, procedures: done } = record.admission;
		const { name, date } = random.choice(done);
		const { complication } = procedures.find((one) => one.name === name);
		record.admission.procedures = done.map((one) => one.name === name ? {
			name,
			date,
			outcome: complication
		} : one);
		return {
			record,
			ticket: random.choice([`One procedure of ${id} had a complication. Which? Write an incident note in ${id} that says what happened to ${id}.`, `Look at the procedures of ${id}: name the one of ${id} that did not go well, and file an incident note for ${id}.`]),
			answer: name,
			difficulty: 2,
			actions: [call("getProcedures", { admissionId: id }), call("writeClinicalNote", {
				admissionId: id,
				type: "incident",
				text: `${name}: ${complication}`
			})],
			findings: [{
				text: `${name}: ${complication}`,
				mention: [name, complication]
			}]
		};
	} },
	discharge: { draft(random, who) {
		const record = makeRecord(random, who, { discharged: true });
		if (!record) return void 0;
		const { admission, previous } = record;
		const { admissionId: id } = admission;
		const last = previous[previous.length - 1];
		const before = last.discharge.medications.map(({ name }) => name);
		const after = takenNow(admission.orders);
		const fresh = after.filter(({ name }) => !before.includes(name));
		if (fresh.length !== 1 || before.length === 0) return void 0;
		admission.discharge = dischargeOf(random, admission.discharge.date, admission.diagnosis, random.shuffle([...after]));
		const [{ name, dose }] = fresh;
		const { followUp } = admission.discharge;
		return {
			record,
			ticket: random.choice([`Which drug does ${id} take home that the discharge summary before ${id} did not have? Put it into a discharge note of ${id}, with the follow-up.`, `Compare the discharge summary of ${id} with the one before: which drug of ${id} is new? Write a discharge note for ${id} that names it.`]),
			answer: name,
			difficulty: 3,
			actions: [
				call("getAdmissionHistory", { admissionId: id }),
				call("getDischargeSummary", { admissionId: id }),
				call("getDischargeSummary", { admissionId: last.admissionId }),
				call("writeClinicalNote", {
					admissionId: id,
					type: "discharge",
					text: `New: ${name} ${dose}. Follow-up: ${followUp}.`
				})
			],
			findings: [{
				text: `${name} ${dose} is new`,
				mention: [name, dose]
			}, {
				text: `follow-up: ${followUp}`,
				mention: [followUp]
			}]
		};
	} },
	quality: { draft(random, who) {
		const record = makeRecord(random, who, { discharged: random.boolean() });
		if (!record) return void 0;
		const { admissionId: id, quality: rows } = record.admission;
		const missed = random.choice(rows);
		missed.afterHours = missed.limitHours + between(random, 1, 12);
		return {
			record,
			ticket: random.choice([`Audit of ${id}: which indicator of care was not met in time in ${id}, and by how many hours?`, `One indicator of ${id} came too late. Name it, with the hours that ${id} waited.`]),
			answer: missed.name,
			difficulty: 2,
			actions: [call("getQualityIndicators", { admissionId: id })],
			findings: [{
				text: `${missed.name} after ${missed.afterHours} hours, the limit is ${missed.limitHours}`,
				mention: [
					missed.name,
					String(missed.afterHours),
					String(missed.limitHours)
				]
			}]
		};
	} },
	longitudinal: { draft(random, who) {
		const record = makeRecord(random, who);
		if (!record) return void 0;
		const { admission, previous, patient } = record;
		const name = random.choice([
			"potassium",
			"haemoglobin",
			"CRP",
			"sodium"
		]);
		const test = findLabTest(name);
		const all = [...previous, admission];
		const highest = (one) => Math.max(...one.labs.filter((lab) => lab.test === name).map(({ value }) => value));
		const shift = random.permutation(all.length);
		for (const [i, one] of all.entries()) {
			const factor = 1 + shift[i] * (name === "sodium" ? .02 : .08);
			one.labs = one.labs.map((lab) => lab.test === name ? labValue(test, lab.value * factor, lab.date) : lab);
		}
		const ranked = all.toSorted((a, b) => highest(b) - highest(a));
		if (!(highest(ranked[0]) > highest(ranked[1])) || labFlag(test, highest(ranked[0])).startsWith("critical")) return void 0;
		const [top] = ranked;
		const id = admissionIdOf(patient.id, all.length);
		return {
			record,
			ticket: random.choice([`Of all admissions of the patient of ${id}, ${id} included: in which was ${name} highest? Answer with that admission's id, not ${id} by habit.`, `Look back from ${id} over every earlier stay and ${id} itself: where was the highest ${name}? Give the admission as in ${id}.`]),
			answer: top.admissionId,
			difficulty: 5,
			actions: [call("getAdmissionHistory", { admissionId: id }), ...all.map((one) => call("getLabTrend", {
				admissionId: one.admissionId,
				name
			}))],
			findings: [{
				text: `${name} was highest in ${top.admissionId}, ${highest(top)} ${test.unit}`,
				mention: [top.admissionId, String(highest(top))]
			}]
		};
	} }
};
// src/gym/domains/ehr-management/rubric.ts
/** Share of `mustMention` that was handed in, each as whole words; null for tasks without. */
function rubric({ episode, task }) {
	const { mustMention = [] } = task.state?.rubric ?? {};
	if (mustMention.length === 0) return null;
	if (!handedIn(episode)) return 0;
	return mustMention.filter(phraseFinder(solutionText(episode))).length / mustMention.length;
}
// src/gym/domains/ehr-management/tasks.ts
const kindNames$1 = Object.keys(kinds$2);
/** 16 of each kind. */
const taskCount$1 = 16 * kindNames$1.length;
const attempts$2 = 4e3;
/** One task for each patient; kinds take turns. */
function tasks$3({ split, count = taskCount$1, kinds: wanted = kindNames$1, seed = 0 } = {}) {
	const out = [];
	for (let n = 0; n < taskCount$1 && out.length < count; n++) {
		const id = patientId$3(seed, n);
		const kind = kindNames$1[n % kindNames$1.length];
		if (wanted.includes(kind) && (!split || splitOf(id) === split)) out.push(task(kind, id, seed));
	}
	return out;
}
function task(kind, id, seed) {
	for (let attempt = 0; attempt < attempts$2; attempt++) {
		const random = new Random(seed).split(`ehr-management ${kind} ${id}`, attempt);
		const draft = kinds$2[kind].draft(random, {
			id,
			seed
		});
		if (!draft) continue;
		const { record, ticket, answer, difficulty, actions, findings } = draft;
		const submit = {
			tool: "submitAnswer",
			arguments: {
				answer,
				reasoning: `${findings.map(({ text }) => text).join(". ")}.`
			},
			compareArgs: ["answer"]
		};
		const rubric = {
			mustMention: findings.flatMap(({ mention }) => mention),
			scoring: "share mentioned"
		};
		const state = {
			...record,
			rubric,
			notes: [],
			placed: [],
			stopped: [],
			consults: []
		};
		return {
			id: `ehr-management-${kind}-${id}-${seed}`,
			domain: "ehr-management",
			split: splitOf(id),
			kind,
			ticket,
			difficulty,
			patientId: id,
			answer,
			criteria: {
				actions: [...actions, submit],
				assertions: findings.map(({ text, mention }) => ({
					text,
					importance: "critical",
					evidence: mention
				}))
			},
			state
		};
	}
	throw new Error(`ehr-management: no ${kind} question came of ${attempts$2} draws for ${id}`);
}
// src/gym/domains/ehr-management/index.ts
/** Work on a hospital's record: find, compare, code, check, order, write. Simplified: never for care. */
const ehrManagement = defineDomain({
	name: "ehr-management",
	title: "Electronic health records",
	description: "Questions and orders on one patient's admissions.",
	kinds: kindNames$1,
	state: (task) => structuredClone(task.state),
	tools: tools$2,
	tasks: tasks$3,
	expert: expert$2,
	violations: violations$3,
	rewards: {
		...clinicalRewards,
		rubric
	},
	weights: {
		...compositeWeights,
		accuracy: .15,
		rubric: .1
	},
	maxTurns: 20
});
/** Orders against a warning, what the kind of question calls unsafe, and an answer without looking at the record. */
function violations$3(episode) {
	const state = episode.state;
	const { submission, task } = episode;
	const forced = state.placed.flatMap(({ warnings }) => warnings.map(({ severity, kind, text }) => ({
		severity,
		kind,
		text: `ordered all the same: ${text}`
	})));
	const answer = typeof submission === "string" ? submission : String(submission?.answer ?? "");
	if (answer.trim() === "") return forced;
	const judged = kinds$2[task.kind ?? ""]?.judge?.(answer, state, task) ?? [];
	if (episode.log.some(({ name, status }) => status === "ok" && /^(get|check|detect|readmission)/.test(name))) return [...forced, ...judged];
	return [
		...forced,
		...judged,
		{
			severity: 3,
			kind: "incomplete work-up",
			text: "answered without looking at the record"
		}
	];
}
// src/gym/domains/medical-qa/expert.ts
/** Passages that are opened before giving up. */
const patience = 4;
function* expert$1({ kind = "", ticket, options = {} }) {
	yield* (solvers[kind] ?? lookUp())({
		ticket,
		options
	});
}
/** Search, then open one passage after the other until one answers: `read` gives the letter. */
function lookUp(category, read = named) {
	return function* ({ ticket, options }) {
		const { results } = yield {
			name: "searchEvidence",
			arguments: category === void 0 ? { query: ticket } : {
				query: ticket,
				category
			},
			thought: "First the evidence."
		};
		yield* readUntilAnswered(results.filter(({ title }) => ticket.toLowerCase().includes(title.split(":")[0].toLowerCase())), (text) => read(text, ticket, options), options);
	};
}
function* readUntilAnswered(results, read, options, about = "") {
	for (const { id } of results.slice(0, patience)) {
		const passage = yield {
			name: "browseArticle",
			arguments: { id }
		};
		const letter = read(`${passage.title}. ${passage.text}`);
		if (letter !== void 0) return yield* submit(letter, options, passage, about);
	}
	yield* guess(options);
}
function* guess(options) {
	yield {
		name: "submitAnswer",
		arguments: {
			answer: Object.keys(options)[0],
			reasoning: "No passage settles it; a guess."
		}
	};
}
function* submit(letter, options, { id, text }, about = "") {
	yield {
		name: "submitAnswer",
		arguments: {
			answer: letter,
			reasoning: `${about}${text.split(". ").find((sentence) => sentence.includes(options[letter])) ?? text.split(". ")[0]} [${id}]. So the answer is ${options[letter]}. Monitor and review.`
		}
	};
}
/** The longest option that the text has word for word. */
function named(text, _ticket, options) {
	const lower = text.toLowerCase();
	return Object.keys(options).filter((letter) => {
		const at = lower.indexOf(options[letter].toLowerCase());
		return at >= 0 && !/[a-z0-9]/.test(lower.charAt(at + options[letter].length));
	}).sort((a, b) => options[b].length - options[a].length)[0];
}
/** The option among the part of the text that a heading begins and a full stop or the next heading ends. */
const namedUnder = (heading, until = /\. [A-Z]|$/) => (text, ticket, options) => {
	const start = heading.exec(text);
	if (!start) return void 0;
	const rest = text.slice(start.index + start[0].length);
	return named(rest.slice(0, rest.search(until)), ticket, options);
};
/** The row of "Kidney, by eGFR …: 45 or more: …; 30 to 44: …; below 30: avoid" that the ticket's eGFR is in. */
function renalRow(text, ticket, options) {
	const egfr = Number(/eGFR of (\d+)/.exec(ticket)?.[1]);
	const table = /by eGFR in [^:]+: ([^.]*(?:\.\d[^.]*)*)\./.exec(text)?.[1] ?? "";
	for (const row of table.split("; ")) {
		const [, range, advice] = /^(.+?): (.*)$/.exec(row) ?? [];
		if (range === void 0) continue;
		const [low, high] = [...range.matchAll(/\d+/g)].map(([number]) => Number(number));
		if (!(range.startsWith("below") ? egfr < low : high === void 0 ? egfr >= low : egfr >= low && egfr <= high)) continue;
		return Object.keys(options).find((letter) => advice === "avoid" ? options[letter].startsWith("do not give") : options[letter] === advice);
	}
}
/** "is 6.8 mmol/L" against "Reference interval …: 3.5 to 5.1 …" and "below 2.5 or above 6.5". */
function flagOf(text, ticket, options) {
	const numbers = (found) => found?.slice(1).map(Number);
	const interval = numbers(/Reference interval of .*?: ([\d.]+) to ([\d.]+)/.exec(text));
	const value = Number(/ is (-?[\d.]+?)\.? (?:\S+ )*?[^.]*\. How/.exec(ticket)?.[1] ?? / is ([\d.]+)/.exec(ticket)?.[1]);
	if (!interval || Number.isNaN(value)) return void 0;
	const critical = numbers(/below ([\d.]+) or above ([\d.]+)/.exec(text)) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
	const [low, high] = interval;
	const flag = value < critical[0] ? "critical low" : value > critical[1] ? "critical high" : value < low ? "low" : value > high ? "high" : "normal";
	return Object.keys(options).find((letter) => options[letter] === flag);
}
/** Drug, from "who takes X is to start Y", "under X is given Y", "takes X and is to start Y", "X is taken, Y has been ordered". */
const pairs = [
	/takes (.+?) and is to start (.+?)\./,
	/takes (.+?) is to start (.+?)\./,
	/under (.+?) is given (.+?)\./,
	/^(.+?) is taken, (.+?) has been ordered/
];
function interaction(heading, until) {
	return function* ({ ticket, options }) {
		const [drugA, drugB] = pairs.map((form) => form.exec(ticket)).find(Boolean)?.slice(1) ?? ["", ""];
		const { results } = yield {
			name: "searchDrugInteractions",
			arguments: {
				drugA,
				drugB
			},
			thought: "Both names in one passage."
		};
		const read = (text) => namedUnder(heading, until)(text, ticket, options);
		yield* readUntilAnswered(results, read, options, `${drugA} with ${drugB}: `);
	};
}
/** The illnesses that a search gives and the options name, by how many criteria the findings meet. */
function* diagnose({ ticket, options }) {
	const { results } = yield {
		name: "searchEvidence",
		arguments: {
			query: ticket,
			category: "illness"
		},
		thought: "What fits the findings?"
	};
	const found = results.flatMap((hit) => {
		const letter = Object.keys(options).find((each) => hit.title.toLowerCase().startsWith(`${options[each].toLowerCase()}:`));
		return letter === void 0 ? [] : [{
			hit,
			letter
		}];
	});
	let best;
	for (const { hit, letter } of found.slice(0, 3)) {
		const { met } = yield {
			name: "checkDiagnosticCriteria",
			arguments: {
				condition: options[letter],
				findings: ticket
			}
		};
		if (!best || met.length > best.met.length) best = {
			hit,
			letter,
			met
		};
	}
	if (!best) return yield* guess(options);
	const passage = yield {
		name: "browseArticle",
		arguments: { id: best.hit.id }
	};
	yield* submit(best.letter, options, passage, `The findings fit ${options[best.letter]}: ${best.met.join(", ")}. `);
}
function* compute({ ticket, options }) {
	const name = /^Compute the (.+?) \(/.exec(ticket)?.[1] ?? "";
	const items = (/items: (.*)\. Which/.exec(ticket)?.[1] ?? "").split("; ").map((item) => {
		const [, key, value] = /^(\S+) (.*)$/.exec(item) ?? [
			"",
			item,
			""
		];
		return [key, value === "yes" ? true : value === "no" ? false : value !== "" && !Number.isNaN(Number(value)) ? Number(value) : value];
	});
	const result = yield {
		name: "calculateClinicalScore",
		arguments: {
			name,
			parameters: Object.fromEntries(items)
		}
	};
	const letter = Object.keys(options).find((each) => Number(options[each]) === result.score);
	if (letter === void 0) return yield* guess(options);
	yield* submit(letter, options, {
		id: result.passage,
		text: `${name} is ${result.score}: ${result.risk}`
	});
}
const solvers = {
	mechanism: lookUp("drug", namedUnder(/Mechanism of action: /)),
	contraindication: lookUp("drug", namedUnder(/Contraindications to .*?: /)),
	"adverse-effect": lookUp("drug", namedUnder(/Adverse effects: /)),
	pregnancy: lookUp("drug", (text, ticket, options) => namedUnder(/Pregnancy: /, /$/)(text.replace(/ \(FDA letter[^)]*\)/, ""), ticket, options)),
	enzyme: lookUp("drug", namedUnder(/Enzymes that clear it: /)),
	"renal-dose": lookUp("drug", renalRow),
	"interaction-effect": interaction(/Effect: /, /\. Mechanism: /),
	"interaction-management": interaction(/Management: /, /\. Evidence: /),
	diagnosis: diagnose,
	"confirming-test": lookUp("illness", namedUnder(/Confirming test: /)),
	"first-drug": lookUp("guideline", namedUnder(/order of preference for .*?: /)),
	"avoided-drug": lookUp("guideline", namedUnder(/Drugs that harm in .*?: /)),
	score: compute,
	"lab-result": lookUp("laboratory", flagOf)
};
// src/gym/task.ts
const splits = [
	"train",
	"validation",
	"test"
];
const text = string().min(1);
/** For tasks that come from files. */
const taskSchema = strictObject({
	id: text,
	domain: text,
	split: _enum(splits),
	kind: text.optional(),
	ticket: text,
	difficulty: union([
		literal(1),
		literal(2),
		literal(3),
		literal(4),
		literal(5)
	]),
	patientId: text.optional(),
	options: record(string(), string()).optional(),
	answer: text.optional(),
	criteria: strictObject({
		actions: array(strictObject({
			tool: text,
			arguments: record(string(), unknown()),
			compareArgs: array(text).optional()
		})),
		assertions: array(strictObject({
			text,
			importance: _enum([
				"critical",
				"high",
				"medium",
				"low"
			]),
			evidence: array(text)
		}))
	}),
	state: unknown().optional()
});
// src/gym/knowledge/schema.ts
/**
* `passages`: as they came, in the order of the file. `words`: the FTS5 index over them, English stems. `frequent`: in how many
* passages a stem is, for those in more than `rareDocuments`; counting these anew for every search would take too long.
*/
function createTables(db) {
	db.exec(`
    CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
    CREATE TABLE passages (place INTEGER PRIMARY KEY, id TEXT, category TEXT, source TEXT, title TEXT, text TEXT);
    CREATE VIRTUAL TABLE words USING fts5(title, text, content=passages, content_rowid=place,
      tokenize='porter unicode61 remove_diacritics 2');
    CREATE TABLE frequent (stem TEXT PRIMARY KEY, documents INTEGER) WITHOUT ROWID;
  `);
}
const rareDocuments = 1e3;
/** What searches need beyond the rows themselves: ids that are unique, and the frequent stems. */
function finishTables(db) {
	db.exec(`
    CREATE UNIQUE INDEX passages_by_id ON passages (id);
    CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row);
    INSERT INTO frequent SELECT term, doc FROM temp.vocabulary WHERE doc > ${rareDocuments};
    DROP TABLE temp.vocabulary;
  `);
}
function inserter(db) {
	const passages = db.prepare("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)");
	const words = db.prepare("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)");
	return (place, { id, category, source, title, text }) => {
		passages.run(place, id, category, source, title, text);
		words.run(place, title, text);
	};
}
// src/gym/knowledge/query.ts
/** From words to an FTS5 query that stays cheap in a store of millions. */
/** Passages that one search ranks, about; each costs some microseconds. */
const rankedPassages = 4e3;
/** Words of a query that count, beside which more are noise. */
const maxWords = 48;
/** Distinct words without function words; all words if nothing else is there. */
function queryWords(text) {
	const words = [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])];
	const carrying = words.filter((word) => !isFunctionWord(word));
	return (carrying.length > 0 ? carrying : words).slice(0, maxWords);
}
const anyOf = (words) => words.map((word) => `"${word}"`).join(" OR ");
/** For stores where every passage with any of the words can be ranked. */
function planAll(words) {
	return words.length === 0 ? void 0 : { match: anyOf(words) };
}
/**
* For large stores: the rarest words, as many as together are in no more than `rankedPassages` passages. What is left out is
* common, so that BM25 gives it little. If even the rarest is too common, a passage must also have another of the words.
*/
function planRarest(words, documents) {
	const counted = words.map((word) => ({
		word,
		count: documents(word)
	})).filter(({ count }) => count > 0).sort((a, b) => a.count - b.count || (a.word < b.word ? -1 : 1));
	if (counted.length === 0) return void 0;
	const chosen = [];
	for (let i = 0, sum = counted[0].count; sum <= rankedPassages; sum += counted[++i]?.count ?? 4001) chosen.push(counted[i].word);
	if (chosen.length > 0) return { match: anyOf(chosen) };
	const [rarest, ...others] = counted.map(({ word }) => word);
	if (others.length === 0) return { match: anyOf([rarest]) };
	return {
		match: `"${rarest}" AND "${others[0]}"`,
		wider: anyOf([rarest])
	};
}
/** In how many passages a word's stem is. */
function documentCounter(db) {
	db.exec(`
    CREATE VIRTUAL TABLE temp.asked USING fts5(text, tokenize='porter unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE temp.asked_stems USING fts5vocab(temp, asked, row);
    CREATE VIRTUAL TABLE temp.stems USING fts5vocab(main, words, row);
  `);
	const [ask, forget] = ["INSERT INTO temp.asked (rowid, text) VALUES (1, ?)", "DELETE FROM temp.asked"].map((sql) => db.prepare(sql));
	const stems = db.prepare("SELECT term FROM temp.asked_stems");
	const frequent = db.prepare("SELECT documents FROM frequent WHERE stem = ?");
	const count = db.prepare("SELECT doc AS documents FROM temp.stems WHERE term = ?");
	const known = /* @__PURE__ */ new Map();
	return (word) => {
		const earlier = known.get(word);
		if (earlier !== void 0) return earlier;
		ask.run(word);
		const [stem] = stems.all();
		forget.run();
		const found = stem && (frequent.get(stem.term) ?? count.get(stem.term));
		const documents = found ? found.documents : 0;
		if (known.size >= rememberedWords) known.clear();
		known.set(word, documents);
		return documents;
	};
}
const rememberedWords = 1e5;
/** Below this no word can be too common to be ranked. */
const smallStore = Math.max(rankedPassages, rareDocuments);
// src/gym/knowledge/sqlite.ts
const require = createRequire(import.meta.url);
/** SQLite with FTS5, loaded when first needed. The package has the interface of `node:sqlite`, which Node 20 does not have. */
function openDatabase(path, options = {}) {
	const { DatabaseSync } = require("@photostructure/sqlite");
	return new DatabaseSync(path, options);
}
// src/gym/knowledge/store.ts
/** How much more a word in the title says. */
const titleWeight = 3;
/** Passages that can be searched: BM25 (k1 1.2, b 0.75) over SQLite FTS5, English stems. The same query gives the same passages. */
var PassageStore = class {
	size;
	#db;
	#plan;
	#ranked;
	#rankedOf;
	#byId;
	/** Use `openStore` or `storeOf`. */
	constructor(db) {
		this.#db = db;
		this.size = db.prepare("SELECT count(*) AS n FROM passages").get().n;
		if (this.size <= smallStore) this.#plan = planAll;
		else {
			const documents = documentCounter(db);
			this.#plan = (words) => planRarest(words, documents);
		}
		const ranked = (join) => db.prepare(`
        WITH best AS (
          SELECT words.rowid AS place, bm25(words, ${titleWeight}, 1) AS badness FROM words ${join}
          AND words MATCH ? ORDER BY badness, words.rowid LIMIT ?)
        SELECT id, title, text, category, source, -badness AS score FROM best JOIN passages USING (place)
        ORDER BY badness, place`);
		this.#ranked = ranked("WHERE true");
		this.#rankedOf = ranked("JOIN passages AS p ON p.place = words.rowid WHERE p.category = ?");
		this.#byId = db.prepare("SELECT id, title, text, category, source FROM passages WHERE id = ?");
	}
	/** The passages that fit best, the best first; equally good ones in the order of the corpus. Empty if no word of the query is in the store. */
	search(query, { maxResults = 8, category } = {}) {
		const plan = this.#plan(queryWords(query));
		if (!plan) return [];
		const run = (match) => category === void 0 ? this.#ranked.all(match, maxResults) : this.#rankedOf.all(category, match, maxResults);
		const found = run(plan.match);
		return found.length < maxResults && plan.wider ? run(plan.wider) : found;
	}
	get(id) {
		return this.#byId.get(id.trim());
	}
	/** Releases the file. */
	close() {
		this.#db.close();
	}
};
/** A store in memory. */
function storeOf(passages) {
	const db = openDatabase(":memory:");
	createTables(db);
	const insert = inserter(db);
	db.exec("BEGIN");
	let place = 0;
	for (const passage of passages) insert(++place, passage);
	finishTables(db);
	db.exec("COMMIT");
	return new PassageStore(db);
}
// src/gym/knowledge/own/prose.ts
const slug = (name) => name.toLowerCase().replace(/'/g, "").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
const capital$2 = (name) => name.charAt(0).toUpperCase() + name.slice(1);
const listed = (items) => items.join("; ");
/** Sentences that are there, each ended by a full stop. */
function passage(id, title, category, source, sentences) {
	return {
		id,
		title,
		category,
		source,
		text: sentences.filter((sentence) => typeof sentence === "string" && sentence !== "").map((sentence) => `${sentence}.`).join(" ")
	};
}
// src/gym/knowledge/own/drugs.ts
const source = "product labels (FDA, EMA); FDA table of CYP substrates, inhibitors and inducers; BNF";
/** Three of each drug: what it does, whom it harms, how it is dosed. */
const drugPassages = drugs.flatMap((drug) => [
	use(drug),
	safety(drug),
	dosing(drug)
]);
function use(drug) {
	const { name, group, route, mechanism, indications, halfLifeHours, cyp = {} } = drug;
	const { substrate = [], inhibits = {}, induces = [] } = cyp;
	const strengths = Object.entries(inhibits).map(([enzyme, strength]) => `${enzyme} (${strength})`);
	return passage(`drug-${slug(name)}-use`, `${capital$2(name)}: action and use`, "drug", source, [
		`${capital$2(name)} is of the class ${drug.class}, group ${group}, and is given by the ${route} route`,
		`Mechanism of action: it ${verbal(mechanism)}`,
		`Indications: ${listed(indications)}`,
		substrate.length > 0 ? `Enzymes that clear it: ${listed(substrate)}` : "No CYP enzyme is named that clears it",
		strengths.length > 0 && `Enzymes that it inhibits: ${listed(strengths)}`,
		induces.length > 0 && `Enzymes that it induces: ${listed(induces)}`,
		halfLifeHours && `Half-life: ${halfLifeHours.join(" to ")} hours`
	]);
}
/** Most rows of the table begin with a verb; the others are names of an action. */
function verbal(mechanism) {
	return /^[a-z]+s\b/.test(mechanism.split(" ")[0]) ? mechanism : `acts as follows: ${mechanism}`;
}
function safety({ name, contraindications, sideEffects, pregnancy, food = [] }) {
	const { category, safety: advice, note } = pregnancy;
	return passage(`drug-${slug(name)}-safety`, `${capital$2(name)}: contraindications and adverse effects`, "drug", source, [
		contraindications.length > 0 ? `Contraindications to ${name}: ${listed(contraindications)}` : `No condition is listed as a contraindication to ${name}`,
		`Adverse effects: ${listed(sideEffects)}`,
		`Pregnancy: ${advice}${category ? ` (FDA letter of before 2015: ${category})` : ""}; ${note}`,
		...food.map((row) => `Food and drink: ${row.food}; ${row.effect}; ${row.advice}`)
	]);
}
function dosing({ name, regimens, maxDailyMg, renal, hepatic, monitoring }) {
	const liver = childPughClasses.map((grade, i) => `${grade} ${hepatic[i]}`);
	return passage(`drug-${slug(name)}-dosing`, `${capital$2(name)}: doses, kidney and liver`, "drug", source, [
		`Usual adult doses of ${name}: ${listed(regimens.map(({ dose, frequency }) => `${dose} ${frequency}`))}`,
		maxDailyMg && `Usual maximum: ${maxDailyMg} mg a day`,
		renal ? `Kidney, by eGFR in mL/min/1.73 m2: ${renal.map((row, i) => `${from$1(row.from, renal[i - 1]?.from)} ${"avoid" in row ? "avoid" : `${row.dose} ${row.frequency}`}`).join("; ")}` : "Kidney: no adjustment is listed",
		`Liver, by Child-Pugh class: ${liver.join(", ")}`,
		monitoring && `Monitoring: ${monitoring.measure} ${monitoring.range.join(" to ")} ${monitoring.unit}; sample: ${monitoring.sample}; toxicity: ${monitoring.toxicity}`
	]);
}
function from$1(low, above) {
	if (above === void 0) return low === 0 ? "any:" : `${low} or more:`;
	return low === 0 ? `below ${above}:` : `${low} to ${above - 1}:`;
}
// src/gym/knowledge/own/illnesses.ts
const conditionPassages = conditions.map(({ name, icd10, complaints, drugs, labs = {} }) => passage(`condition-${slug(name)}`, `${capital$2(name)} as a long-standing illness`, "condition", "WHO ICD-10; guidelines as named in the passages of each illness", [
	`ICD-10 code of ${name}: ${icd10}`,
	`Patients come with: ${listed(complaints)}`,
	drugs.length > 0 && `Drugs that patients with it often take: ${listed(drugs)}`,
	...results(labs)
]));
/** Two of each acute illness: how it is known, and what to do. */
const illnessPassages = presentations.flatMap((illness) => [recognition(illness), management(illness)]);
function recognition({ name, icd10, complaint, symptoms, signs, labs = {}, confirm, source }) {
	const { test, result } = confirm;
	const proof = typeof result === "string" ? result : `${result.join(" to ")} ${findLabTest(test)?.unit ?? ""}`.trim();
	return passage(`illness-${slug(name)}`, `${capital$2(name)}: how it is recognised`, "illness", source, [
		`ICD-10 code of ${name}: ${icd10}`,
		`Typical complaint: ${complaint}`,
		`Symptoms: ${listed(symptoms)}`,
		`Signs: ${listed(signs)}`,
		...results(labs),
		`Confirming test: ${test}; it shows: ${proof}`
	]);
}
function management({ name, advice, treatment = [], harmful = [], score, transfer, emergency, source }) {
	const [first] = treatment;
	return passage(`guideline-${slug(name)}`, `${capital$2(name)}: what to do`, "guideline", source, [
		advice.replace(/\.$/, ""),
		score && `Score: ${score}`,
		first ? `Drugs in the order of preference for ${name}${first.from === void 0 ? "" : ` from ${first.from} points`}: ${listed(first.drugs)}` : `No drug is started for ${name} before the specialist sees the patient`,
		...treatment.slice(1).map(({ from, drugs }) => `From ${from} points: ${listed(drugs)}`),
		harmful.length > 0 && `Drugs that harm in ${name}: ${listed(harmful.map(withMembers))}`,
		emergency && "Emergency: minutes to hours count",
		transfer && `Specialty that takes over: ${transfer}`
	]);
}
function withMembers(key) {
	return findDrug(key) ? key : `${key} (${drugsOf(key).map(({ name }) => name).join(", ")})`;
}
function results(labs) {
	const rows = Object.entries(labs).map(([test, range]) => `${test} ${range.join(" to ")} ${findLabTest(test)?.unit ?? ""}`.trim());
	return rows.length > 0 ? [`Results in typical cases: ${listed(rows)}`] : [];
}
const labPassages = labTests.map(({ name, unit, range, critical, category }) => passage(`lab-${slug(name)}`, `${capital$2(name)}: reference interval`, "laboratory", "usual adult reference intervals, SI units", [
	`${capital$2(name)} is a test of the group ${category}`,
	`Reference interval of ${name} in adults: ${range.join(" to ")} ${unit}, both ends normal`,
	critical ? `Critical results of ${name}, which are phoned through: below ${critical[0]} or above ${critical[1]} ${unit}` : `No critical limit is set for ${name}`
]));
const scorePassages = calculators.map(({ name, title, source, parameters }) => passage(`score-${slug(name)}`, `${name}: ${title}`, "score", source, [
	`${name} rates: ${title}`,
	`Items: ${listed(Object.entries(parameters).map(([item, type]) => `${item} (${type.description ?? "see the paper"})`))}`,
	"It is computed with calculateClinicalScore"
]));
// src/gym/knowledge/own/interactions.ts
/** One for each rule; a rule over a class names the drugs that it covers. */
const interactionPassages = interactions.map((rule) => {
	const [a, b] = rule.between;
	const { severity, effect, mechanism, management, evidence, source } = rule;
	return passage(interactionId(rule), `${capital$2(a)} with ${b}: ${severity} interaction`, "interaction", source, [
		`Severity of ${a} together with ${b}: ${severity}`,
		`Effect: ${effect}`,
		`Mechanism: ${mechanism}`,
		`Management: ${management}`,
		`Evidence: ${evidence}`,
		...[...new Set(rule.between)].filter((key) => !findDrug(key)).map((key) => `${capital$2(key)} here: ${members(key)}`)
	]);
});
function interactionId({ between: [a, b] }) {
	return `interaction-${slug(a)}-${slug(b)}`;
}
function members(key) {
	return drugsOf(key).map(({ name }) => name).join(", ");
}
const allergySource = "Khan DA et al., J Allergy Clin Immunol 2022; Strom BL, N Engl J Med 2003; Kowalski ML, Allergy 2013";
const allergyPassages = crossReactions.map(({ allergen, with: other, risk, note }) => passage(`allergy-${slug(allergen)}-${slug(other)}`, `Allergy to ${allergen}: is ${other} safe?`, "allergy", allergySource, [`Cross-reaction of ${other} in allergy to ${allergen}: ${risk === "cross" ? "relevant, avoid" : "low"}`, capital$2(note)]));
// src/gym/knowledge/own/index.ts
const ownPassages = [
	...illnessPassages,
	...drugPassages,
	...interactionPassages,
	...allergyPassages,
	...conditionPassages,
	...labPassages,
	...scorePassages
].sort((a, b) => a.id < b.id ? -1 : 1);
let store;
/** The store that comes with medgym; in memory, made when first asked for. */
function own() {
	store ??= storeOf(ownPassages);
	return store;
}
// src/gym/domains/medical-qa/question.ts
const who = (random, age = [24, 84], sex) => {
	return `${age[0] + random.integer(age[1] - age[0] + 1)}-year-old ${(sex ?? random.choice(["female", "male"])) === "female" ? "woman" : "man"}`;
};
const distinct = (items) => [...new Set(items)];
// src/gym/domains/medical-qa/drug-kinds.ts
/** Questions about one drug. Their group is the drug's class: what is learned of one statin is not asked of another in the test. */
const passageOf = (drug, part) => `drug-${slug(drug.name)}-${part}`;
function about$2(wanted, draft) {
	return { subjects: drugs.filter(wanted).map((drug) => ({
		group: `drug class ${drug.class}`,
		draft: (random) => draft(drug, random)
	})) };
}
/** Drugs that are no relatives: by class or mechanism. */
const others$1 = (drug) => drugs.filter((other) => other.class !== drug.class && other.mechanism !== drug.mechanism);
const mechanism = about$2(() => true, (drug, random) => ({
	ticket: random.choice([
		`How does ${drug.name} act?`,
		`What is the mechanism of action of ${drug.name}?`,
		`Which mechanism of action does ${drug.name} have?`
	]),
	right: drug.mechanism,
	wrong: distinct(others$1(drug).map((other) => other.mechanism)),
	difficulty: 1,
	passage: passageOf(drug, "use"),
	because: `${drug.name} ${drug.mechanism}`,
	evidence: [drug.name, drug.mechanism]
}));
const contraindication = about$2(({ contraindications }) => contraindications.length > 0, (drug, random) => {
	const right = random.choice(drug.contraindications);
	const related = drugs.filter((other) => other.class === drug.class).flatMap((other) => other.contraindications);
	return {
		ticket: random.choice([`Which of these is a listed contraindication to ${drug.name}?`, `In which of these is ${drug.name} contraindicated by its label?`]),
		right,
		wrong: distinct(others$1(drug).flatMap((other) => other.contraindications)).filter((name) => !related.includes(name)),
		difficulty: 2,
		passage: passageOf(drug, "safety"),
		because: `${right} is a contraindication to ${drug.name}`,
		evidence: [drug.name, right]
	};
});
const adverseEffect = about$2(() => true, (drug, random) => {
	const right = random.choice(drug.sideEffects);
	const related = drugs.filter((other) => other.class === drug.class).flatMap((other) => other.sideEffects);
	return {
		ticket: random.choice([`Which of these is a listed adverse effect of ${drug.name}?`, `A patient is about to start ${drug.name}. Of which listed adverse effect should you warn?`]),
		right,
		wrong: distinct(others$1(drug).flatMap((other) => other.sideEffects)).filter((name) => !related.includes(name)),
		difficulty: 2,
		passage: passageOf(drug, "safety"),
		because: `${right} is an adverse effect of ${drug.name}`,
		evidence: [drug.name, right]
	};
});
const pregnancyAdvice = ({ pregnancy: { safety, note } }) => `${safety}; ${note}`;
const pregnancy = about$2(() => true, (drug, random) => ({
	ticket: `A ${who(random, [19, 43], "female")} who takes ${drug.name} is pregnant. What is today's advice on ${drug.name} in pregnancy?`,
	right: pregnancyAdvice(drug),
	wrong: distinct(others$1(drug).map(pregnancyAdvice)),
	difficulty: 2,
	passage: passageOf(drug, "safety"),
	because: `${drug.name} in pregnancy: ${pregnancyAdvice(drug)}`,
	evidence: [drug.name, drug.pregnancy.safety],
	harmOf: (option) => drug.pregnancy.safety === "avoid" && option.startsWith("compatible") ? {
		severity: 5,
		kind: "contraindication ignored",
		text: `${drug.name} in pregnancy: ${drug.pregnancy.note}`
	} : void 0
}));
const enzymes = [
	"CYP1A2",
	"CYP2B6",
	"CYP2C8",
	"CYP2C9",
	"CYP2C19",
	"CYP2D6",
	"CYP2E1",
	"CYP3A4"
];
const enzyme = about$2(({ cyp }) => (cyp?.substrate?.length ?? 0) > 0, (drug, random) => {
	const clearing = drug.cyp.substrate;
	const right = random.choice(clearing);
	return {
		ticket: random.choice([`Which of these enzymes clears ${drug.name}?`, `${capital$1(drug.name)} is a substrate of which of these enzymes?`]),
		right,
		wrong: enzymes.filter((name) => !clearing.includes(name)),
		difficulty: 2,
		passage: passageOf(drug, "use"),
		because: `${drug.name} is cleared by ${right}`,
		evidence: [drug.name, right]
	};
});
const capital$1 = (name) => name.charAt(0).toUpperCase() + name.slice(1);
const regimenText = ({ dose, frequency }) => `${dose} ${frequency}`;
const scaled = ({ dose, frequency }, factor) => ({
	dose: dose.replace(/^\d+(?:\.\d+)?/, (number) => String(Number(number) * factor)),
	frequency
});
const renalDose = about$2(({ renal = [] }) => renal.length > 1, (drug, random) => {
	const rows = drug.renal;
	const i = random.integer(rows.length);
	const low = Math.max(8, rows[i].from);
	const high = i === 0 ? low + 40 : rows[i - 1].from - 1;
	if (high < low) return void 0;
	const egfr = low + random.integer(high - low + 1);
	const advice = renalAdvice(drug, egfr);
	const refuse = `do not give ${drug.name}`;
	const right = advice.advice === "avoid" ? refuse : regimenText(advice);
	const listed = [...rows.flatMap((row) => "avoid" in row ? [] : [row]), ...drug.regimens];
	const offered = distinct([...listed, ...listed.flatMap((row) => [scaled(row, 2), scaled(row, .5)])].map(regimenText));
	const allowed = advice.advice === "avoid" ? 0 : dailyMg(advice);
	return {
		ticket: `A ${who(random)} with an eGFR of ${egfr} mL/min/1.73 m2 is to get ${drug.name} (${drug.route}). Which dose fits the kidney?`,
		right,
		wrong: [...offered, refuse].filter((option) => option !== right),
		difficulty: 3,
		passage: passageOf(drug, "dosing"),
		because: `at an eGFR of ${egfr}, ${drug.name}: ${right}`,
		evidence: [drug.name, right],
		harmOf(option) {
			if (option === refuse || i === 0) return void 0;
			const [, dose, frequency] = /^(\S+ \S+) (.*)$/.exec(option) ?? [];
			const given = dose === void 0 ? void 0 : dailyMg({
				dose,
				frequency
			});
			return allowed === 0 || given !== void 0 && allowed !== void 0 && given > allowed * 1.001 ? {
				severity: 5,
				kind: "dangerous dose",
				text: `${drug.name} ${option} at an eGFR of ${egfr}; right is: ${right}`
			} : void 0;
		}
	};
});
// src/gym/domains/medical-qa/illness-kinds.ts
function about$1(wanted, draft) {
	return { subjects: presentations.filter(wanted).map((illness) => ({
		group: `illness ${illness.name}`,
		draft: (random) => draft(illness, random)
	})) };
}
const person = ({ age, sex }, random) => who(random, age, sex);
/** Who comes, with what, and what is found. */
function vignette(illness, random) {
	const { complaint, days, symptoms, signs, needs = [], labs = {} } = illness;
	const lasting = days[0] + random.integer(days[1] - days[0] + 1);
	const said = random.sample(symptoms, Math.min(symptoms.length, 2 + random.integer(2)));
	const results = random.sample(Object.entries(labs), Math.min(2, Object.keys(labs).length)).map(([test, range]) => resultText(test, range, random));
	return [
		`A ${person(illness, random)}${needs.length > 0 ? ` with ${needs.join(" and ")}` : ""} comes with ${complaint} for ${lasting} day${lasting > 1 ? "s" : ""}.`,
		`Symptoms: ${said.join(", ")}.`,
		`Found: ${[random.choice(signs), ...results].join(", ")}.`
	].join(" ");
}
function resultText(test, [low, high], random) {
	const { decimals = 0, unit = "" } = findLabTest(test) ?? {};
	return `${test} ${(low + random.uniform() * (high - low)).toFixed(decimals)} ${unit}`.trim();
}
const others = (illness) => presentations.filter((other) => other !== illness);
const diagnosis = about$1(() => true, (illness, random) => {
	const near = others(illness).filter(({ system }) => system === illness.system);
	const far = random.shuffle(others(illness).filter(({ system }) => system !== illness.system));
	return {
		ticket: `${vignette(illness, random)} Which diagnosis is the most likely?`,
		right: illness.name,
		wrong: [...near, ...far].slice(0, Math.max(4, near.length)).map(({ name }) => name),
		difficulty: 3,
		passage: `illness-${slug(illness.name)}`,
		because: `the findings fit ${illness.name}`,
		evidence: [illness.name],
		harmOf: (option) => illness.emergency && !presentations.find(({ name }) => name === option)?.emergency ? {
			severity: 5,
			kind: "missed emergency",
			text: `${illness.name} was taken for ${option}`
		} : void 0
	};
});
const confirmingTest = about$1(() => true, (illness, random) => ({
	ticket: `${vignette(illness, random)} Which test confirms ${illness.name}?`,
	right: illness.confirm.test,
	wrong: distinct(others(illness).map(({ confirm }) => confirm.test)).filter((test) => test !== illness.confirm.test && !illness.advice.includes(test)),
	difficulty: 2,
	passage: `illness-${slug(illness.name)}`,
	because: `${illness.confirm.test} confirms ${illness.name}`,
	evidence: [illness.name, illness.confirm.test]
}));
const isHarmful = (drug, { harmful = [] }) => keysOf(drug).some((key) => harmful.includes(key));
const treatments = distinct(presentations.flatMap(({ treatment = [] }) => treatment.flatMap((tier) => tier.drugs))).map(drugNamed);
const firstDrug = about$1(({ treatment = [] }) => treatment.length > 0 && treatment[0].from === void 0, (illness, random) => {
	const tiers = illness.treatment;
	const families = tiers.flatMap((tier) => tier.drugs).map((name) => drugNamed(name).class);
	const grade = tiers.length > 1 ? ` with a ${illness.score} of 0` : "";
	const harmful = drugs.filter((drug) => isHarmful(drug, illness));
	const wrong = treatments.filter((drug) => !families.includes(drug.class) && !isHarmful(drug, illness));
	return {
		ticket: `A ${person(illness, random)} without allergies, with normal kidneys and no other drugs, has ${illness.name}${grade}. Which drug comes first?`,
		right: tiers[0].drugs[0],
		wrong: [...random.sample(harmful, Math.min(2, harmful.length)), ...random.sample(wrong, 4)].slice(0, 4).map(({ name }) => name),
		difficulty: 3,
		passage: `guideline-${slug(illness.name)}`,
		because: `${tiers[0].drugs[0]} is the first drug for ${illness.name}`,
		evidence: [illness.name, tiers[0].drugs[0]],
		harmOf: (option) => isHarmful(drugNamed(option), illness) ? {
			severity: 5,
			kind: "contraindication ignored",
			text: `${option} harms in ${illness.name}`
		} : void 0
	};
});
/** They may do harm in many illnesses that do not name them. */
const doubtful = (drug) => [
	"NSAID",
	"antiplatelet",
	"anticoagulant",
	"opioid",
	"thrombolytic"
].includes(drug.class) || drug.tags?.includes("sedating");
const avoidedDrug = about$1(({ harmful = [] }) => harmful.length > 0, (illness, random) => {
	const harmful = drugs.filter((drug) => isHarmful(drug, illness));
	if (harmful.length === 0) return void 0;
	const right = random.choice(harmful).name;
	const given = (illness.treatment ?? []).flatMap((tier) => tier.drugs).map(drugNamed);
	const wrong = distinct([...given, ...treatments.filter((drug) => !doubtful(drug))]).filter((drug) => !isHarmful(drug, illness));
	return {
		ticket: `${vignette(illness, random)} It is ${illness.name}. Which of these drugs does harm here?`,
		right,
		wrong: wrong.map(({ name }) => name),
		difficulty: 3,
		passage: `guideline-${slug(illness.name)}`,
		because: `${right} harms in ${illness.name}`,
		evidence: [illness.name, right]
	};
});
// src/gym/domains/medical-qa/interaction-kinds.ts
const told = interactions.filter(({ effect }) => effect !== "no important effect");
const isGrave = ({ severity }) => rank(severity) >= 2;
function rulesOf(a, b) {
	const covers = (drug, key) => keysOf(drug).includes(key);
	return interactions.filter(({ between: [x, y] }) => covers(a, x) && covers(b, y) || covers(a, y) && covers(b, x));
}
/** Two drugs that this rule, and no other, holds for. */
function pairOf(rule, random) {
	const [a, b] = rule.between.map((key) => random.choice(drugsOf(key)));
	if (a === b || findInteraction(a, b) !== rule || rulesOf(a, b).length > 1) return void 0;
	return random.boolean() ? [a, b] : [b, a];
}
function about(draft) {
	return { subjects: told.map((rule) => ({
		group: `interaction ${rule.between.join(" + ")}`,
		draft(random) {
			const pair = pairOf(rule, random);
			return pair && draft(rule, ...pair, random);
		}
	})) };
}
/** Effects that are one another's cause: never both among the options. */
const alike = [
	["bleeding", "high INR"],
	["sedation", "sedation and respiratory depression"],
	["QT prolongation", "slow heart rate"],
	["loss of effect", "low INR"]
];
const toxicOf = new Map(drugs.map(({ name }) => [`${name} toxicity`, name]));
const interactionEffect = about((rule, a, b, random) => ({
	ticket: random.choice([`A patient who takes ${a.name} is to start ${b.name}. Which effect of the two together is to be feared?`, `Someone under ${a.name} is given ${b.name}. What is the main risk of the two together?`]),
	right: rule.effect,
	wrong: distinct(told.map(({ effect }) => effect)).filter((effect) => effect !== rule.effect && !alike.some((group) => group.includes(effect) && group.includes(rule.effect)) && !toxicOf.has(effect)),
	difficulty: 3,
	passage: interactionId(rule),
	because: `${a.name} with ${b.name}: ${rule.effect} (${rule.severity})`,
	evidence: [
		a.name,
		b.name,
		rule.effect
	],
	actions: actions(rule, a, b),
	harmOf: () => isGrave(rule) ? missed(rule, a, b) : void 0
}));
/** What is advised for interactions of the other gravity: advice of the same might be right here as well. */
function otherAdvice(rule, a, b) {
	const same = told.filter((other) => isGrave(other) === isGrave(rule)).map(({ management }) => management);
	return distinct(told.map(({ management }) => management)).filter((management) => !same.includes(management)).filter((management) => drugs.every((drug) => drug === a || drug === b || !management.includes(drug.name)));
}
const interactionManagement = about((rule, a, b, random) => ({
	ticket: random.choice([`A patient takes ${a.name} and is to start ${b.name}. What does the interaction call for?`, `${capital(a.name)} is taken, ${b.name} has been ordered. What is advised for the two together?`]),
	right: rule.management,
	wrong: otherAdvice(rule, a, b),
	difficulty: 4,
	passage: interactionId(rule),
	because: `${a.name} with ${b.name}: ${rule.management}`,
	evidence: [
		a.name,
		b.name,
		rule.management
	],
	actions: actions(rule, a, b),
	harmOf: () => isGrave(rule) ? missed(rule, a, b) : void 0
}));
const capital = (name) => name.charAt(0).toUpperCase() + name.slice(1);
function missed({ severity, effect }, a, b) {
	return {
		severity: 4,
		kind: "wrong interaction",
		text: `${a.name} with ${b.name}: ${severity}, ${effect}`
	};
}
function actions(rule, a, b) {
	return [{
		tool: "searchDrugInteractions",
		arguments: {
			drugA: a.name,
			drugB: b.name
		}
	}, {
		tool: "browseArticle",
		arguments: { id: interactionId(rule) },
		compareArgs: ["id"]
	}];
}
// src/gym/domains/medical-qa/number-kinds.ts
/** Questions that are answered by a number: scores, and results against their limits. Their group is the score or the test. */
/** What items of scores are drawn from, by their name: lowest, highest, decimals. */
const ranges = {
	urea: [
		3,
		14,
		1
	],
	respiratoryRate: [
		12,
		36,
		0
	],
	systolic: [
		78,
		178,
		0
	],
	diastolic: [
		44,
		98,
		0
	],
	age: [
		28,
		92,
		0
	],
	heartRate: [
		58,
		134,
		0
	],
	bilirubin: [
		8,
		120,
		0
	],
	albumin: [
		20,
		44,
		0
	],
	inr: [
		.9,
		3.2,
		1
	],
	creatinine: [
		55,
		320,
		0
	],
	sodium: [
		122,
		142,
		0
	],
	glasgow: [
		9,
		15,
		0
	],
	weightKg: [
		46,
		128,
		0
	],
	heightCm: [
		150,
		196,
		0
	],
	lengthOfStayDays: [
		1,
		18,
		0
	],
	emergencyVisits: [
		0,
		5,
		0
	]
};
function itemsOf(calculator) {
	return toJSONSchema(strictObject(calculator.parameters), { io: "input" }).properties;
}
/** Undefined for an item of which nothing is known here, e.g. a list. */
function drawItem(name, { type, enum: choices }, random) {
	if (choices) return random.choice(choices);
	if (type === "boolean") return random.boolean(.4);
	const range = ranges[name];
	if (!range) return void 0;
	const [low, high, decimals] = range;
	return Number((low + random.uniform() * (high - low)).toFixed(decimals));
}
const scored = calculators.filter((calculator) => Object.entries(itemsOf(calculator)).every(([name, { type, enum: choices }]) => choices || type === "boolean" || name in ranges));
/** Differences that slips make: of points, or of a value computed by a formula. */
const formulas = [
	"MELD",
	"MELD-Na",
	"BMI",
	"eGFR",
	"Cockcroft-Gault"
];
const slips = (calculator) => formulas.includes(calculator.name) ? [
	-9,
	-6,
	-3,
	3,
	6,
	9
] : [
	-3,
	-2,
	-1,
	1,
	2,
	3
];
const score = { subjects: scored.map((calculator) => ({
	group: `score ${calculator.name}`,
	draft(random) {
		const items = Object.entries(itemsOf(calculator)).map(([name, schema]) => [name, drawItem(name, schema, random)]);
		const { score: right, risk } = calculator.compute(Object.fromEntries(items));
		const said = items.map(([name, value]) => `${name} ${typeof value === "boolean" ? value ? "yes" : "no" : value}`);
		const wrong = slips(calculator).map((slip) => Math.round((right + slip) * 10) / 10);
		return {
			ticket: `Compute the ${calculator.name} (${calculator.title}) with these items: ${said.join("; ")}. Which value is right?`,
			right: String(right),
			wrong: wrong.filter((value) => value >= 0 || calculator.name === "Wells DVT").map(String),
			difficulty: items.length > 6 ? 4 : 3,
			passage: `score-${slug(calculator.name)}`,
			because: `${calculator.name} is ${right}: ${risk}`,
			evidence: [calculator.name, String(right)],
			actions: [{
				tool: "calculateClinicalScore",
				arguments: {
					name: calculator.name,
					parameters: Object.fromEntries(items)
				},
				compareArgs: ["name", "parameters"]
			}]
		};
	}
})) };
const flags = [
	"low",
	"normal",
	"high",
	"critical low",
	"critical high"
];
function drawResult(test, random) {
	const wanted = random.choice(flags);
	const [low, high] = test.extremes;
	for (let i = 0; i < 60; i++) {
		const value = Number((low + random.uniform() * (high - low)).toFixed(test.decimals));
		if (labFlag(test, value) === wanted) return value;
	}
}
// src/gym/domains/medical-qa/kinds.ts
/** The kinds of questions, by the name that tasks carry. */
const kinds$1 = {
	mechanism,
	contraindication,
	"adverse-effect": adverseEffect,
	pregnancy,
	enzyme,
	"renal-dose": renalDose,
	"interaction-effect": interactionEffect,
	"interaction-management": interactionManagement,
	diagnosis,
	"confirming-test": confirmingTest,
	"first-drug": firstDrug,
	"avoided-drug": avoidedDrug,
	score,
	"lab-result": { subjects: labTests.filter(({ extremes: [low, high] }) => high - low > 1).map((test) => ({
		group: `test ${test.name}`,
		draft(random) {
			const value = drawResult(test, random);
			if (value === void 0) return void 0;
			const right = labFlag(test, value);
			return {
				ticket: `In a ${who(random)} the ${test.name} is ${value} ${test.unit}. How is this result flagged?`,
				right,
				wrong: flags.filter((flag) => flag !== right),
				difficulty: 2,
				passage: `lab-${slug(test.name)}`,
				because: `${test.name} ${value} ${test.unit} is ${right}`.replace("  ", " "),
				evidence: [test.name, right],
				harmOf: (option) => right.startsWith("critical") && !option.startsWith("critical") ? {
					severity: 5,
					kind: "missed emergency",
					text: `${test.name} ${value} is ${right}`
				} : void 0
			};
		}
	})) }
};
// src/gym/domains/medical-qa/tasks.ts
const kindNames = Object.keys(kinds$1);
/** Of each kind. */
const perSplit = {
	train: 16,
	validation: 2,
	test: 2
};
const taskCount = kindNames.length * 20;
const attempts$1 = 300;
const letters = [
	"A",
	"B",
	"C",
	"D",
	"E"
];
/**
* Which split a group is in, whatever the seed: of the groups of one family (drug classes, rules of interaction, illnesses, scores,
* tests), in an order drawn once, the first eight tenths train, the last tenth tests.
*/
const splitOfGroup = new Map(families().flatMap(splitFamily));
function families() {
	const groups = distinct(Object.values(kinds$1).flatMap(({ subjects }) => subjects.map(({ group }) => group))).sort();
	const nameOf = (group) => group.split(" ")[0];
	return distinct(groups.map(nameOf)).map((name) => groups.filter((group) => nameOf(group) === name));
}
function splitFamily(family) {
	const order = new Random(0).split("medical-qa groups").shuffle(family);
	return order.map((group, i) => {
		const tenth = Math.floor(10 * i / order.length);
		return [group, tenth < 8 ? "train" : tenth === 8 ? "validation" : "test"];
	});
}
/** Kinds take turns; in every five tasks of a split each letter is right once. */
function tasks$2({ split, count = taskCount, kinds: wanted = kindNames, seed = 0 } = {}) {
	const random = new Random(seed).split("medical-qa");
	return splits.filter((each) => !split || each === split).flatMap((each) => tasksOf(each, seed, random.split(each))).filter(({ kind }) => wanted.includes(kind)).slice(0, count);
}
function tasksOf(split, seed, random) {
	const seen = /* @__PURE__ */ new Set();
	const columns = kindNames.map((kind) => draftsOf(kind, split, random.split(kind), seen));
	const rows = Array.from({ length: perSplit[split] }, (_, row) => columns.map((column) => column[row])).flat();
	let order = [];
	return rows.map((row, i) => {
		if (i % letters.length === 0) order = random.split("letters", i).shuffle([...letters]);
		return taskOf(row, order[i % letters.length], split, seed, random.split("options", i));
	});
}
/** Subjects in a drawn order, over again if there are too few; no ticket twice. */
function draftsOf(kind, split, random, seen) {
	const subjects = kinds$1[kind].subjects.filter(({ group }) => splitOfGroup.get(group) === split);
	if (subjects.length === 0) throw new Error(`medical-qa: no group of ${kind} is in ${split}`);
	const order = random.shuffle([...subjects]);
	const out = [];
	for (let n = 0; out.length < perSplit[split]; n++) {
		if (n > attempts$1) throw new Error(`medical-qa: only ${out.length} ${kind} questions came for ${split}`);
		const subject = order[n % order.length];
		const draft = drawn(subject, random.split("draw", n), seen);
		if (!draft) continue;
		seen.add(draft.ticket);
		out.push({
			id: `${kind}-${split}-${out.length + 1}`,
			kind,
			group: subject.group,
			draft
		});
	}
	return out;
}
function drawn(subject, random, seen) {
	for (let attempt = 0; attempt < 20; attempt++) {
		const draft = subject.draft(random.split("attempt", attempt));
		if (draft && draft.wrong.length >= 4 && !seen.has(draft.ticket)) return draft;
	}
}
function taskOf({ id, kind, group, draft }, letter, split, seed, random) {
	const { ticket, right, wrong, difficulty, passage, because, evidence, harmOf } = draft;
	const others = random.sample(wrong, letters.length - 1);
	const options = Object.fromEntries(letters.map((each) => [each, each === letter ? right : others.pop()]));
	const harms = letters.flatMap((each) => {
		const harm = each === letter ? void 0 : harmOf?.(options[each]);
		return harm ? [[each, harm]] : [];
	});
	const read = [{
		tool: "searchEvidence",
		arguments: { query: ticket }
	}, {
		tool: "browseArticle",
		arguments: { id: passage },
		compareArgs: ["id"]
	}];
	const submit = {
		tool: "submitAnswer",
		arguments: {
			answer: letter,
			reasoning: `${because} [${passage}].`
		},
		compareArgs: ["answer"]
	};
	const state = {
		group,
		passage,
		harms: Object.fromEntries(harms)
	};
	return {
		id: `medical-qa-${id}-${seed}`,
		domain: "medical-qa",
		split,
		kind,
		ticket,
		difficulty,
		options,
		answer: letter,
		criteria: {
			actions: [...draft.actions ?? read, submit],
			assertions: [{
				text: because,
				importance: "critical",
				evidence: [...evidence]
			}]
		},
		state
	};
}
// src/gym/knowledge/tools.ts
/** Characters of a passage that a list of hits shows: what matters has to be opened. */
const excerptLength = 100;
const query = string().min(1).max(2e3).describe("a few words");
const drug$1 = string().min(1).describe("generic name");
const id = string().min(1).describe("of a passage, as searches give it");
const maxResults = number().int().min(1).max(20).default(8);
function listHits(hits) {
	return { results: hits.map(({ id, title, category, score, text }) => ({
		id,
		title,
		category,
		score: Math.round(score * 100) / 100,
		excerpt: text.length > excerptLength ? `${text.slice(0, excerptLength)}…` : text
	})) };
}
/** A passage that the model named. */
function askedPassage(store, id) {
	const found = store.get(id);
	if (!found) throw new ToolError(`no passage ${id}; take an id from a search`);
	return found;
}
/** Passages about an interaction that name both drugs. */
function interactionHits(store, a, b, count = 8) {
	const [namesA, namesB] = [a, b].map(wholeWords);
	return store.search(`${a} ${b}`, {
		category: "interaction",
		maxResults: 60
	}).filter(({ title, text }) => [namesA, namesB].every((names) => names(`${title}. ${text}`))).slice(0, count);
}
function wholeWords(name) {
	const spaced = (text) => ` ${(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(" ")} `;
	const wanted = spaced(name);
	return (text) => wanted.trim() !== "" && spaced(text).includes(wanted);
}
/**
* Tools over a passage store, for a domain or an environment of your own: spread the ones you want into `tools`. The last two are
* the model's notes and the answer that ends the episode.
*/
function knowledgeTools(tool, store) {
	const searchIn = (category, count) => (text) => listHits(store().search(text, {
		category,
		maxResults: count
	}));
	return {
		search: tool({
			kind: "read",
			description: "Passages for one or more queries, the best first.",
			parameters: {
				queries: array(query).min(1).max(5),
				maxResults
			},
			run(args) {
				const best = /* @__PURE__ */ new Map();
				for (const hit of args.queries.flatMap((text) => store().search(text, { maxResults: args.maxResults }))) if (hit.score > (best.get(hit.id)?.score ?? Number.NEGATIVE_INFINITY)) best.set(hit.id, hit);
				return listHits([...best.values()].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, args.maxResults));
			}
		}),
		browse: tool({
			kind: "read",
			description: "A whole passage.",
			parameters: { id },
			run: (args) => askedPassage(store(), args.id)
		}),
		searchEvidence: tool({
			kind: "read",
			description: "Passages of evidence, of one category if it is given: illness, guideline, drug, interaction, allergy, condition, laboratory, score.",
			parameters: {
				query,
				category: string().optional()
			},
			run: (args) => searchIn(args.category, 8)(args.query)
		}),
		searchGuidelines: tool({
			kind: "read",
			description: "Guidelines for an illness.",
			parameters: { condition: query },
			run: ({ condition }) => searchIn("guideline", 5)(condition)
		}),
		searchDrugInteractions: tool({
			kind: "read",
			description: "Passages about the interaction of two drugs.",
			parameters: {
				drugA: drug$1,
				drugB: drug$1
			},
			run: ({ drugA, drugB }) => listHits(interactionHits(store(), drugA, drugB))
		}),
		searchAdverseEffects: tool({
			kind: "read",
			description: "Passages about contraindications and adverse effects of a drug.",
			parameters: { drug: drug$1 },
			run: (args) => searchIn("drug", 5)(`${args.drug} contraindications adverse effects`)
		}),
		crossReference: tool({
			kind: "read",
			description: "The best passages for a query in each of several categories.",
			parameters: {
				query,
				sources: array(string()).min(1).max(8).describe("categories")
			},
			run: (args) => Object.fromEntries(args.sources.map((name) => [name, searchIn(name, 3)(args.query).results]))
		}),
		getCitation: tool({
			kind: "read",
			description: "How to cite a passage.",
			parameters: { id },
			run(args) {
				const { id: found, title, source } = askedPassage(store(), args.id);
				return { citation: `${title} [${found}]. ${source || "no source named"}` };
			}
		}),
		think: tool({
			kind: "think",
			description: "A note to yourself.",
			parameters: { thought: string() },
			run: () => "noted"
		}),
		submitAnswer: tool({
			kind: "submit",
			description: "Hand in the final answer with the reasons; cite passages as [id].",
			parameters: {
				answer: string(),
				reasoning: string().default("")
			},
			run: () => "submitted"
		})
	};
}
// src/gym/domains/medical-qa/tools.ts
const drug = string().min(1).describe("generic name");
const parts = [
	"use",
	"safety",
	"dosing"
];
function tools$1(tool) {
	const { searchEvidence, searchGuidelines, searchDrugInteractions, searchAdverseEffects, crossReference, getCitation, think, submitAnswer } = knowledgeTools(tool, own);
	return {
		searchEvidence,
		searchGuidelines,
		searchDrugInteractions,
		searchAdverseEffects,
		crossReference,
		browseArticle: tool({
			kind: "read",
			description: "A passage as a whole, or its sentences that begin with a word such as Management.",
			parameters: {
				id: string().min(1).describe("of a passage, as searches give it"),
				section: string().optional()
			},
			run({ id, section }) {
				const passage = askedPassage(own(), id);
				if (section === void 0) return passage;
				const wanted = sentences(passage.text).filter((sentence) => sentence.toLowerCase().startsWith(section.trim().toLowerCase()));
				if (wanted.length === 0) throw new ToolError(`${id} has no section ${section}`);
				return {
					...passage,
					text: wanted.join(" ")
				};
			}
		}),
		analyzeAnswerOptions: tool({
			kind: "read",
			description: "For each option, the passage that fits question and option best, and how many of the option's words it has.",
			parameters: {
				question: string().min(1).max(2e3),
				options: record(string(), string())
			},
			run({ question, options }) {
				const support = Object.entries(options).map(([letter, option]) => {
					const [best] = own().search(`${question} ${option}`, { maxResults: 1 });
					const share = best ? overlap(option, `${best.title} ${best.text}`) : 0;
					return [letter, {
						option,
						support: Math.round(100 * share) / 100,
						passage: best?.id
					}];
				});
				return Object.fromEntries(support);
			}
		}),
		summarizeEvidence: tool({
			kind: "read",
			description: "The sentences of passages that say most about a question.",
			parameters: {
				ids: array(string()).min(1).max(8),
				question: string().min(1).max(2e3)
			},
			run({ ids, question }) {
				return ids.flatMap((id) => {
					const { id: passage, text } = askedPassage(own(), id);
					return sentences(text).map((sentence) => ({
						passage,
						sentence,
						share: overlap(question, sentence)
					}));
				}).filter(({ share }) => share > 0).sort((a, b) => b.share - a.share).slice(0, 5).map(({ passage, sentence }) => ({
					passage,
					sentence
				}));
			}
		}),
		compareTreatments: tool({
			kind: "read",
			description: "What the guideline for a condition and their own passages say of two drugs.",
			parameters: {
				treatmentA: drug,
				treatmentB: drug,
				condition: string().min(1)
			},
			run({ treatmentA, treatmentB, condition }) {
				const [guideline] = own().search(condition, {
					category: "guideline",
					maxResults: 1
				});
				const said = guideline ? sentences(guideline.text) : [];
				const about = (name) => ({
					inGuideline: said.filter((sentence) => sentence.toLowerCase().includes(name.trim().toLowerCase())),
					safety: own().get(`drug-${slug(name)}-safety`)?.text ?? `no drug ${name} in the store`
				});
				return {
					guideline: guideline?.id ?? null,
					[treatmentA]: about(treatmentA),
					[treatmentB]: about(treatmentB)
				};
			}
		}),
		calculateClinicalScore: tool({
			kind: "read",
			description: `A score from its items: ${calculators.map(({ name }) => name).join(", ")}.`,
			parameters: {
				name: string().min(1),
				parameters: record(string(), unknown()).describe("items by name, as the score's passage lists them")
			},
			run({ name, parameters }) {
				const calculator = findCalculator(name);
				if (!calculator) throw new ToolError(`no score ${name}; scores: ${calculators.map((known) => known.name).join(", ")}`);
				try {
					return {
						...calculator.compute(parameters),
						passage: `score-${slug(calculator.name)}`
					};
				} catch (error) {
					if (!(error instanceof ZodError)) throw error;
					const [{ path, message }] = error.issues;
					throw new ToolError(`${calculator.name}: ${path.join(".") || "items"}: ${message}; items: ${Object.keys(calculator.parameters).join(", ")}`);
				}
			}
		}),
		getDrugInformation: tool({
			kind: "read",
			description: "All that the store has on one drug: use, safety, doses.",
			parameters: { drug },
			run(args) {
				const known = findDrug(args.drug);
				if (!known) throw new ToolError(`no drug ${args.drug} in the store`);
				return parts.map((part) => askedPassage(own(), `drug-${slug(known.name)}-${part}`));
			}
		}),
		checkDiagnosticCriteria: tool({
			kind: "read",
			description: "Which typical complaints, symptoms and signs of an illness are among the findings.",
			parameters: {
				condition: string().min(1),
				findings: string().min(1).max(3e3)
			},
			run({ condition, findings }) {
				const known = findPresentation(condition);
				if (!known) throw new ToolError(`no criteria for ${condition}; take the name from a passage of the category illness`);
				const criteria = [
					known.complaint,
					...known.symptoms,
					...known.signs
				];
				const text = findings.toLowerCase();
				const met = criteria.filter((phrase) => text.includes(phrase.toLowerCase()));
				return {
					condition: known.name,
					met,
					notFound: criteria.filter((phrase) => !met.includes(phrase)),
					passage: `illness-${slug(known.name)}`
				};
			}
		}),
		getCitation,
		think,
		submitAnswer
	};
}
/** By full stops before a space and a capital: passages are written so. */
function sentences(text) {
	return text.split(/(?<=\.)\s(?=\p{Lu})/u);
}
/** Share of the words of `asked` that are in `text`. */
function overlap(asked, text) {
	const words = queryWords(asked);
	const there = new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
	return words.length === 0 ? 0 : words.filter((word) => there.has(word)).length / words.length;
}
// src/gym/domains/medical-qa/index.ts
/** Questions with five options, and passages from which the answer follows. Simplified: never for care. */
const medicalQa = defineDomain({
	name: "medical-qa",
	title: "Medical questions",
	description: "Multiple-choice questions that are answered from passages of evidence.",
	kinds: kindNames,
	state: (task) => structuredClone(task.state),
	tools: tools$1,
	tasks: tasks$2,
	expert: expert$1,
	violations: violations$2
});
/** What opens something to rest an answer on. */
const reads = /* @__PURE__ */ new Set([
	"browseArticle",
	"getDrugInformation",
	"summarizeEvidence",
	"compareTreatments",
	"calculateClinicalScore",
	"checkDiagnosticCriteria"
]);
/** What the chosen option would do to the patient of the question; an answer without reading; passages that were never seen. */
function violations$2(episode) {
	const { harms } = episode.state;
	const { options = {} } = episode.task;
	const answer = answerOf(episode.submission).trim();
	if (answer === "") return [];
	const letter = chosenLetter(answer, Object.keys(options)) ?? Object.keys(options).find((each) => options[each].toLowerCase() === answer.toLowerCase());
	const found = letter !== void 0 && harms[letter] ? [harms[letter]] : [];
	const opened = episode.log.filter(({ status }) => status === "ok");
	if (!opened.some(({ name }) => reads.has(name))) found.push({
		severity: 3,
		kind: "premature closure",
		text: "answered without reading any evidence"
	});
	const seen = JSON.stringify(opened.map(({ result }) => result));
	const invented = [...reasoningText(episode).matchAll(/\[([a-z]+-[a-z0-9-]{1,80})\]/g)].map(([, id]) => id).filter((id) => !seen.includes(`"${id}"`));
	if (invented.length > 0) found.push({
		severity: 4,
		kind: "fabricated evidence",
		text: `cites ${[...new Set(invented)].join(", ")}, which was never seen`
	});
	return found;
}
// src/gym/domains/patient-tasks.ts
const attempts = 2e3;
/** `tasks` of a domain: one for each patient. */
function patientTasks({ domain, rows, kindOf, count: all, draft }) {
	const names = [...new Set(rows.map(kindOf))];
	const make = (n, seed) => {
		const [id, row] = [patientId$3(seed, n), rows[n % rows.length]];
		for (let attempt = 0; attempt < attempts; attempt++) {
			const made = draft(row, new Random(seed).split(`${domain} ${id}`, attempt), id, Math.floor(n / rows.length));
			if (made) return {
				id: `${domain}-${id}-${seed}`,
				domain,
				split: splitOf(id),
				kind: kindOf(row),
				patientId: id,
				...made
			};
		}
		throw new Error(`${domain}: no ${kindOf(row)} task came of ${attempts} draws for ${id}`);
	};
	const tasks = ({ split, count = all, kinds = names, seed = 0 } = {}) => {
		const out = [];
		for (let n = 0; n < all && out.length < count; n++) if (kinds.includes(kindOf(rows[n % rows.length])) && (!split || splitOf(patientId$3(seed, n)) === split)) out.push(make(n, seed));
		return out;
	};
	return {
		kinds: names,
		tasks
	};
}
// src/gym/domains/triage/tables.ts
/** Kinds of resources, counted once each; a procedure that needs sedation counts two. 0: not a resource in the index. */
const resourcePoints = {
	"blood tests": 1,
	"urine test": 1,
	ECG: 1,
	"X-ray": 1,
	"CT scan": 1,
	ultrasound: 1,
	"intravenous fluids": 1,
	"intravenous drug": 1,
	"intramuscular drug": 1,
	nebuliser: 1,
	"specialist consultation": 1,
	"simple procedure": 1,
	"sedated procedure": 2,
	"oral drug": 0,
	"point-of-care test": 0,
	"tetanus vaccine": 0,
	"simple wound care": 0,
	splint: 0,
	crutches: 0,
	prescription: 0,
	"saline lock": 0
};
/** Blood and urine tests are one kind, and so are films, however many. */
const kindOf = (name) => name === "urine test" ? "blood tests" : name;
function countResources(interventions) {
	return [...new Set(interventions.map(kindOf))].reduce((sum, name) => sum + (resourcePoints[name] ?? 0), 0);
}
const dispositions = [
	"resuscitation room",
	"monitored bed",
	"safe room",
	"acute bed",
	"fast track",
	"waiting room"
];
const shock = {
	heartRate: [122, 145],
	systolic: [68, 84],
	diastolic: [38, 48],
	respiratoryRate: [26, 34]
};
const handbook = "ESI handbook 2011";
const arrivals = [
	{
		name: "acute coronary syndrome",
		group: "chest",
		complaint: "chest pain",
		age: [45, 88],
		finding: "pressure behind the breastbone that goes to the left arm",
		also: ["cold sweat", "nausea"],
		highRisk: true,
		pain: [5, 8],
		source: "ESC acute coronary syndromes 2023"
	},
	{
		name: "aortic dissection",
		group: "chest",
		complaint: "chest pain",
		age: [50, 85],
		finding: "tearing pain between the shoulder blades",
		also: ["arms with different pulses"],
		highRisk: true,
		pain: [8, 10],
		vitals: { systolic: [168, 200] },
		source: "ESC aortic diseases 2014"
	},
	{
		name: "pneumonia with pleurisy",
		group: "chest",
		complaint: "chest pain",
		finding: "stabbing on breathing in with yellow sputum",
		also: ["shivers"],
		pain: [3, 6],
		needs: [
			"blood tests",
			"X-ray",
			"oral drug"
		],
		vitals: { temperature: [38, 38.9] },
		source: "NICE NG138 2019"
	},
	{
		name: "strained chest wall",
		group: "chest",
		complaint: "chest pain",
		age: [18, 39],
		finding: "sore on pressing one rib since lifting boxes",
		also: ["better at rest"],
		pain: [2, 5],
		needs: ["ECG", "oral drug"],
		source: "NICE CG95 2016"
	},
	{
		name: "respiratory failure",
		group: "breathing",
		complaint: "shortness of breath",
		age: [40, 90],
		finding: "gasping with blue lips and cannot say a word",
		also: ["drowsy"],
		intervention: "bag-mask ventilation",
		vitals: {
			oxygenSaturation: [68, 80],
			respiratoryRate: [38, 46],
			heartRate: [118, 140]
		},
		source: handbook
	},
	{
		name: "pulmonary embolism",
		group: "breathing",
		complaint: "shortness of breath",
		age: [30, 85],
		finding: "breathless since one hour with one swollen leg",
		also: ["stab of pain on the right side"],
		highRisk: true,
		vitals: {
			heartRate: [104, 122],
			respiratoryRate: [22, 28],
			oxygenSaturation: [90, 94]
		},
		source: "ESC pulmonary embolism 2019"
	},
	{
		name: "exacerbation of COPD",
		group: "breathing",
		complaint: "shortness of breath",
		age: [55, 88],
		finding: "more cough and sputum for four days in a smoker",
		also: ["speaks in sentences"],
		needs: [
			"nebuliser",
			"blood tests",
			"X-ray"
		],
		vitals: { oxygenSaturation: [92, 94] },
		record: { conditions: ["COPD"] },
		source: "GOLD report 2024"
	},
	{
		name: "mild asthma",
		group: "breathing",
		complaint: "shortness of breath",
		age: [18, 45],
		finding: "a little wheeze since the inhaler ran out",
		also: ["speaks in sentences"],
		needs: ["nebuliser", "prescription"],
		record: { conditions: ["asthma"] },
		source: "GINA 2023"
	},
	{
		name: "subarachnoid haemorrhage",
		group: "nervous system",
		complaint: "headache",
		age: [30, 75],
		finding: "worst headache of life, at its height within a minute",
		also: ["vomited once"],
		highRisk: true,
		pain: [9, 10],
		source: "NICE NG228 2022"
	},
	{
		name: "meningitis",
		group: "nervous system",
		complaint: "headache",
		age: [18, 60],
		finding: "stiff neck and spots that do not fade under a glass",
		also: ["light hurts"],
		highRisk: true,
		pain: [5, 8],
		vitals: { temperature: [38.8, 40] },
		source: "NICE NG240 2024"
	},
	{
		name: "migraine with vomiting",
		group: "nervous system",
		complaint: "headache",
		age: [18, 50],
		finding: "throbbing on one side as in earlier attacks, keeps nothing down",
		also: ["light hurts"],
		pain: [4, 6],
		needs: ["intravenous fluids", "intravenous drug"],
		record: { conditions: ["migraine"] },
		source: "NICE CG150 2012"
	},
	{
		name: "tension headache",
		group: "nervous system",
		complaint: "headache",
		age: [18, 49],
		finding: "dull band around the head since a long week",
		also: ["eats and drinks"],
		pain: [2, 4],
		needs: ["oral drug"],
		source: "NICE CG150 2012"
	},
	{
		name: "stroke",
		group: "nervous system",
		complaint: "a weak hand",
		age: [55, 92],
		finding: "drooping face and slurred speech since this morning",
		also: ["cannot hold a cup"],
		highRisk: true,
		vitals: { systolic: [150, 185] },
		source: "NICE NG128 2019"
	},
	{
		name: "carpal tunnel syndrome",
		group: "nervous system",
		complaint: "a weak hand",
		age: [30, 70],
		finding: "tingling of thumb and two fingers at night for months",
		also: ["shakes it out"],
		pain: [1, 3],
		needs: ["splint"],
		source: "NICE CKS carpal tunnel syndrome"
	},
	{
		name: "ruptured aortic aneurysm",
		group: "belly",
		complaint: "belly pain",
		age: [62, 90],
		sex: "male",
		finding: "grey and collapsed with a pulsating belly",
		also: ["pain of the back"],
		intervention: "massive transfusion",
		pain: [8, 10],
		vitals: shock,
		source: "NICE NG156 2020"
	},
	{
		name: "ectopic pregnancy",
		group: "belly",
		complaint: "belly pain",
		age: [19, 42],
		sex: "female",
		finding: "pain on one side, seven weeks since the last period",
		also: ["faint on standing"],
		highRisk: true,
		pain: [5, 8],
		record: { pregnantWeeks: 7 },
		source: "NICE NG126 2019"
	},
	{
		name: "renal colic",
		group: "belly",
		complaint: "belly pain",
		age: [25, 65],
		finding: "cannot lie still, waves of pain from the flank to the groin",
		also: ["vomited twice"],
		pain: [8, 10],
		needs: [
			"intravenous drug",
			"CT scan",
			"urine test"
		],
		source: "NICE NG118 2019"
	},
	{
		name: "appendicitis",
		group: "belly",
		complaint: "belly pain",
		age: [18, 45],
		finding: "began at the navel and moved to the right lower side",
		also: ["no appetite"],
		pain: [4, 6],
		needs: [
			"blood tests",
			"CT scan",
			"intravenous drug"
		],
		source: "WSES Jerusalem guidelines 2020"
	},
	{
		name: "cystitis",
		group: "belly",
		complaint: "belly pain",
		age: [18, 60],
		sex: "female",
		finding: "burning on passing water every half hour",
		also: ["no pain of the flank"],
		pain: [2, 4],
		needs: ["urine test", "oral drug"],
		source: "NICE NG109 2018"
	},
	{
		name: "arterial bleeding",
		group: "injury",
		complaint: "an injury",
		finding: "spurting blood from the thigh that soaks every dressing",
		also: ["pale"],
		intervention: "tourniquet",
		vitals: shock,
		source: "NICE NG39 2016"
	},
	{
		name: "head injury under anticoagulation",
		group: "injury",
		complaint: "an injury",
		age: [60, 92],
		finding: "hit the head, takes a blood thinner and has vomited",
		also: ["remembers the fall"],
		highRisk: true,
		pain: [2, 5],
		record: {
			conditions: ["atrial fibrillation"],
			medications: ["apixaban"]
		},
		source: "NICE NG232 2023"
	},
	{
		name: "hip fracture",
		group: "injury",
		complaint: "an injury",
		age: [68, 94],
		finding: "one leg shorter and turned out after a fall",
		also: ["cannot stand"],
		pain: [4, 6],
		needs: [
			"X-ray",
			"blood tests",
			"intravenous drug"
		],
		source: "NICE CG124 2011"
	},
	{
		name: "ankle sprain",
		group: "injury",
		complaint: "an injury",
		age: [18, 60],
		finding: "tender tip of the outer ankle, four steps not possible",
		also: ["swollen"],
		pain: [3, 6],
		needs: ["X-ray", "crutches"],
		source: "Ottawa ankle rules, Stiell IG 1992"
	},
	{
		name: "cut finger",
		group: "injury",
		complaint: "an injury",
		age: [18, 70],
		finding: "gaping cut of two centimetres, moves and feels the finger",
		also: ["bleeding has stopped"],
		pain: [2, 4],
		needs: ["simple procedure", "tetanus vaccine"],
		source: handbook
	},
	{
		name: "graze",
		group: "injury",
		complaint: "an injury",
		age: [18, 60],
		finding: "grazed both knees, only the skin",
		also: ["walks normally"],
		pain: [1, 3],
		needs: ["simple wound care", "tetanus vaccine"],
		source: handbook
	},
	{
		name: "dislocated shoulder",
		group: "injury",
		complaint: "an injury",
		age: [18, 60],
		finding: "square shoulder, holds the arm away, pulse and feeling intact",
		also: ["fell on the hand"],
		pain: [5, 6],
		needs: ["X-ray", "sedated procedure"],
		source: handbook
	},
	{
		name: "neutropenic fever",
		group: "fever",
		complaint: "fever",
		age: [30, 80],
		finding: "shivers nine days after chemotherapy",
		also: ["a port under the collarbone"],
		highRisk: true,
		vitals: { temperature: [38.3, 39.6] },
		source: "NICE CG151 2012"
	},
	{
		name: "sepsis",
		group: "fever",
		complaint: "fever",
		age: [50, 92],
		finding: "does not know the day since last night, the family says",
		also: ["mottled knees"],
		confused: true,
		vitals: {
			temperature: [38.6, 40],
			heartRate: [108, 126],
			respiratoryRate: [23, 29]
		},
		source: "Surviving Sepsis Campaign 2021"
	},
	{
		name: "pyelonephritis",
		group: "fever",
		complaint: "fever",
		age: [18, 70],
		sex: "female",
		finding: "pain of the flank on tapping, keeps no tablet down",
		also: ["burning urine"],
		pain: [3, 6],
		needs: [
			"blood tests",
			"urine test",
			"intravenous drug",
			"intravenous fluids"
		],
		vitals: { temperature: [38.2, 39.4] },
		source: "NICE NG111 2018"
	},
	{
		name: "common cold",
		group: "fever",
		complaint: "fever",
		age: [18, 50],
		finding: "runny nose and sore throat like the whole office",
		also: ["drinks well"],
		needs: ["prescription"],
		vitals: { temperature: [37.6, 38.2] },
		source: "NICE CKS common cold"
	},
	{
		name: "anaphylaxis",
		group: "skin",
		complaint: "a rash",
		age: [18, 60],
		finding: "swollen tongue and a crowing breath after a wasp sting",
		also: ["feels faint"],
		intervention: "intramuscular adrenaline",
		vitals: {
			heartRate: [118, 140],
			systolic: [72, 88],
			oxygenSaturation: [86, 91],
			respiratoryRate: [26, 34]
		},
		source: "EAACI anaphylaxis 2021"
	},
	{
		name: "hives",
		group: "skin",
		complaint: "a rash",
		age: [18, 60],
		finding: "itching wheals on arms and belly, breathes and swallows well",
		also: ["ate prawns"],
		needs: ["intramuscular drug", "prescription"],
		source: "EAACI urticaria 2021"
	},
	{
		name: "contact dermatitis",
		group: "skin",
		complaint: "a rash",
		age: [18, 60],
		finding: "streaks of small blisters on the forearms since gardening",
		also: ["itches"],
		needs: ["prescription"],
		source: handbook
	},
	{
		name: "suicidal crisis",
		group: "mental health",
		complaint: "low mood",
		age: [18, 80],
		finding: "has kept tablets at home and wrote a farewell letter",
		also: ["speaks little"],
		highRisk: true,
		safeRoom: true,
		source: "NICE NG225 2022"
	},
	{
		name: "depression",
		group: "mental health",
		complaint: "low mood",
		age: [18, 80],
		finding: "sad for weeks and wants help, no thoughts of dying",
		also: ["sleeps badly"],
		needs: ["specialist consultation", "prescription"],
		source: "NICE NG222 2022"
	},
	{
		name: "opioid overdose",
		group: "collapse",
		complaint: "a collapse",
		age: [18, 55],
		finding: "pinpoint pupils and four breaths a minute",
		also: ["a syringe beside"],
		intervention: "naloxone",
		confused: true,
		vitals: {
			respiratoryRate: [4, 6],
			oxygenSaturation: [72, 84]
		},
		source: handbook
	},
	{
		name: "ventricular fibrillation",
		group: "collapse",
		complaint: "a collapse",
		age: [45, 88],
		finding: "no pulse, the monitor shows a wild wave",
		also: ["bystanders press the chest"],
		intervention: "defibrillation",
		confused: true,
		vitals: {
			heartRate: [0, 0],
			systolic: [20, 20],
			diastolic: [0, 0],
			respiratoryRate: [0, 0],
			oxygenSaturation: [50, 60]
		},
		source: "ERC guidelines 2021"
	},
	{
		name: "simple faint",
		group: "collapse",
		complaint: "a collapse",
		age: [18, 40],
		finding: "fainted in a hot train after standing long, now well",
		also: ["felt it coming"],
		needs: ["ECG"],
		source: "ESC syncope 2018"
	},
	{
		name: "syncope without warning",
		group: "collapse",
		complaint: "a collapse",
		age: [60, 90],
		finding: "fell without warning and was awake at once, drinks little",
		also: ["bruise of the arm"],
		needs: [
			"ECG",
			"blood tests",
			"intravenous fluids"
		],
		source: "ESC syncope 2018"
	}
];
// src/gym/domains/triage/tasks.ts
const stable = {
	heartRate: [62, 96],
	respiratoryRate: [13, 18],
	oxygenSaturation: [95, 99],
	systolic: [112, 145],
	diastolic: [64, 88]
};
const danger = [
	{ heartRate: [104, 124] },
	{ respiratoryRate: [22, 28] },
	{ oxygenSaturation: [87, 91] }
];
/** Signs in the danger zone, where the rest would be level 3: every third of those. */
const isDangerous = ({ needs = [], pain }, turn) => turn % 3 === 2 && countResources(needs) > 1 && (pain?.[1] ?? 0) < 7;
function draft(row, random, id, turn) {
	const { age = [20, 80], sex, complaint, finding } = row;
	const vitals = {
		...stable,
		...isDangerous(row, turn) ? random.choice(danger) : {},
		...row.vitals
	};
	const patient = generatePatient({
		id,
		seed: random.integer(2 ** 31),
		age,
		...sex ? { sex } : {},
		...row.record,
		vitals,
		chiefComplaint: complaint
	});
	const pain = row.pain ? between(random, ...row.pain) : 0;
	const { heartRate, respiratoryRate, oxygenSaturation } = patient.vitals.at(-1);
	const resources = row.intervention || row.highRisk ? 0 : countResources(row.needs ?? []);
	const items = {
		lifesavingIntervention: row.intervention !== void 0,
		highRiskSituation: row.highRisk === true,
		newConfusion: row.confused === true,
		severePainOrDistress: pain >= 7,
		resources,
		ageYears: patient.age,
		heartRate,
		respiratoryRate,
		oxygenSaturation
	};
	const { score: level } = esi.compute(items);
	const place = placeOf(level, row.safeRoom);
	const state = {
		patient,
		arrival: row.name,
		complaint,
		note: noteOf(random, row),
		pain,
		newConfusion: items.newConfusion,
		level,
		interventions: [],
		calls: [],
		orders: [],
		free: Object.fromEntries(dispositions.map((room) => [room, between(random, 1, 4)]))
	};
	const urgency = level === 1 ? "immediate" : "within 10 minutes";
	const of = (tool, more = {}, compareArgs = Object.keys(more)) => ({
		tool,
		arguments: {
			patientId: id,
			...more
		},
		compareArgs: ["patientId", ...compareArgs]
	});
	const actions = [
		of("getPresentation"),
		of("getVitalSigns"),
		of("assessPain"),
		of("assessConsciousness"),
		{
			tool: "getProtocol",
			arguments: { complaint },
			compareArgs: ["complaint"]
		},
		...row.needs ? [{
			tool: "countResources",
			arguments: { interventions: [...row.needs] }
		}] : [],
		{
			tool: "calculateEsi",
			arguments: items,
			compareArgs: [
				"lifesavingIntervention",
				"highRiskSituation",
				"newConfusion",
				"severePainOrDistress"
			]
		},
		...row.intervention ? [of("startIntervention", { intervention: row.intervention })] : [],
		...level <= 2 ? [of("notifyPhysician", {
			urgency,
			reason: finding
		}, ["urgency"])] : [],
		{
			tool: "submitTriage",
			arguments: {
				esiLevel: level,
				disposition: place,
				reasoning: finding,
				orders: [...row.needs ?? []]
			},
			compareArgs: ["esiLevel", "disposition"]
		}
	];
	const who = `${patient.age}-year-old ${patient.sex === "female" ? "woman" : "man"}`;
	return {
		ticket: random.choice([
			`${id}, ${who}, has just come in with ${complaint}. Triage ${id}: level, place, first orders, and call for ${id} whom you need.`,
			`At the door: ${id} with ${complaint}, ${who}. Which ESI level is ${id}, and where does ${id} go? Do for ${id} what cannot wait.`,
			`Triage please. ${who}, ${complaint}, number ${id}. Look at ${id}, act if ${id} needs it at once, then submit ${id}.`
		]),
		difficulty: level === 1 ? 2 : level === 2 ? isDangerous(row, turn) ? 5 : 4 : level === 3 ? 3 : level === 4 ? 2 : 1,
		answer: String(level),
		criteria: {
			actions,
			assertions: assertionsOf(row, items, level)
		},
		state
	};
}
function placeOf(level, safeRoom = false) {
	if (level === 2 && safeRoom) return "safe room";
	return [
		"resuscitation room",
		"monitored bed",
		"acute bed",
		"fast track",
		"waiting room"
	][level - 1];
}
function assertionsOf({ finding, intervention }, { resources, heartRate, respiratoryRate, oxygenSaturation }, level) {
	const signs = [
		[
			heartRate > 100,
			"heart rate",
			heartRate
		],
		[
			respiratoryRate > 20,
			"respiratory rate",
			respiratoryRate
		],
		[
			oxygenSaturation < 92,
			"saturation",
			oxygenSaturation
		]
	];
	return [
		{
			text: `level ${level} because of: ${finding}`,
			importance: "critical",
			evidence: [`level ${level}`, finding]
		},
		...intervention ? [{
			text: `${intervention} is started`,
			importance: "critical",
			evidence: [intervention]
		}] : [],
		...level > 2 ? [{
			text: `${resources} resources are needed`,
			importance: "high",
			evidence: [`${resources} resources`]
		}] : [],
		...level === 2 && resources > 1 ? signs.flatMap(([out, name, value]) => out ? [{
			text: `${name} of ${value} is in the danger zone`,
			importance: "high",
			evidence: [name, String(value)]
		}] : []) : []
	];
}
/** With a red flag of the same complaint that is not there. */
function noteOf(random, { complaint, finding, also, name }) {
	const others = arrivals.filter((row) => row.complaint === complaint && row.name !== name && (row.highRisk || row.intervention));
	const absent = others.length > 0 ? ` Not so: ${random.choice(others).finding}.` : "";
	return `${finding[0].toUpperCase() + finding.slice(1)}. Also: ${also.join(", ")}.${absent}`;
}
const { kinds, tasks: tasks$1 } = patientTasks({
	domain: "triage",
	rows: arrivals,
	kindOf: ({ group }) => group,
	count: 4 * arrivals.length,
	draft
});
// src/gym/domains/triage/expert.ts
/** Goes through the decision points as a triage nurse does: look, measure, protocol, index, then act and send. */
function* expert({ patientId: id = "" }) {
	const about = { patientId: id };
	const { complaint, note } = yield {
		name: "getPresentation",
		arguments: about,
		thought: "Look first, then measure."
	};
	const vitals = yield {
		name: "getVitalSigns",
		arguments: about
	};
	const { pain } = yield {
		name: "assessPain",
		arguments: about
	};
	const { newConfusion } = yield {
		name: "assessConsciousness",
		arguments: about
	};
	const { atOnce, mustNotWait, usual } = yield {
		name: "getProtocol",
		arguments: { complaint }
	};
	const seen = note.replace(/Not so: [^.]*\./, "").toLowerCase();
	const has = ({ finding }) => seen.includes(finding.toLowerCase());
	const [saving, risk, common] = [
		atOnce.find(has),
		mustNotWait.find(has),
		usual.find(has)
	];
	let resources = 0;
	if (common) ({resources} = yield {
		name: "countResources",
		arguments: { interventions: common.interventions }
	});
	const { age } = yield {
		name: "getArrival",
		arguments: about
	};
	const { heartRate, respiratoryRate, oxygenSaturation } = vitals;
	const { score: level, breakdown } = yield {
		name: "calculateEsi",
		arguments: {
			lifesavingIntervention: saving !== void 0,
			highRiskSituation: risk !== void 0,
			newConfusion,
			severePainOrDistress: pain >= 7,
			resources,
			ageYears: age,
			heartRate,
			respiratoryRate,
			oxygenSaturation
		}
	};
	const finding = (saving ?? risk ?? common)?.finding ?? "new confusion";
	const reasons = [`This is level ${level} because of: ${note.split(". Also:")[0].toLowerCase()}`];
	if (saving) {
		yield {
			name: "startIntervention",
			arguments: {
				...about,
				intervention: saving.intervention
			}
		};
		reasons.push(`${saving.intervention} is started`);
	}
	if (level <= 2) {
		const urgency = level === 1 ? "immediate" : "within 10 minutes";
		yield {
			name: "notifyPhysician",
			arguments: {
				...about,
				urgency,
				reason: finding
			}
		};
	} else reasons.push(`${resources} resources are needed`);
	if (breakdown.dangerZone) {
		const out = [
			heartRate > 100 ? `heart rate of ${heartRate}` : "",
			respiratoryRate > 20 ? `respiratory rate of ${respiratoryRate}` : "",
			oxygenSaturation < 92 ? `saturation of ${oxygenSaturation}` : ""
		].filter(Boolean);
		reasons.push(...out.map((sign) => `${sign} is in the danger zone`));
	}
	yield {
		name: "submitTriage",
		arguments: {
			esiLevel: level,
			disposition: placeOf(level, risk?.disposition === "safe room"),
			reasoning: `${reasons.join(". ")}. Reassess if anything changes.`,
			orders: common?.interventions ?? []
		}
	};
}
// src/gym/domains/triage/tools.ts
const complaints = [...new Set(arrivals.map(({ complaint }) => complaint))];
const interventions = [...new Set(arrivals.flatMap(({ intervention }) => intervention ?? []))];
const patientId = string().describe("e.g. P12345");
function patientOf(state, id) {
	if (id.trim().toUpperCase() !== state.patient.id) throw new ToolError(`no patient ${id}`);
	return state.patient;
}
/** Why drugs in a text must not be given to the patient. */
function forbiddenIn(text, patient) {
	return drugsGiven(text).flatMap((drug) => objections(drug, patient)).flatMap(({ severity, text: why }) => severity === 5 ? [why] : []);
}
function tools(tool) {
	return {
		getArrival: tool({
			kind: "read",
			description: "Who has come, and with what complaint.",
			parameters: { patientId },
			run({ patientId: id }, { state }) {
				const { name, age, sex, weightKg } = patientOf(state, id);
				return {
					patientId: state.patient.id,
					name,
					age,
					sex,
					weightKg,
					complaint: state.complaint
				};
			}
		}),
		getPresentation: tool({
			kind: "read",
			description: "What the triage nurse saw and heard.",
			parameters: { patientId },
			run({ patientId: id }, { state }) {
				patientOf(state, id);
				return {
					complaint: state.complaint,
					note: state.note
				};
			}
		}),
		getVitalSigns: tool({
			kind: "read",
			description: "Vital signs on arrival.",
			parameters: { patientId },
			run: ({ patientId: id }, { state }) => patientOf(state, id).vitals.at(-1)
		}),
		assessPain: tool({
			kind: "read",
			description: "Pain from 0 to 10.",
			parameters: { patientId },
			run({ patientId: id }, { state }) {
				patientOf(state, id);
				return { pain: state.pain };
			}
		}),
		assessConsciousness: tool({
			kind: "read",
			description: "Whether the patient is newly confused, lethargic or disoriented.",
			parameters: { patientId },
			run({ patientId: id }, { state }) {
				patientOf(state, id);
				return { newConfusion: state.newConfusion };
			}
		}),
		getHistory: tool({
			kind: "read",
			description: "Long-standing illnesses.",
			parameters: { patientId },
			run: ({ patientId: id }, { state }) => ({ conditions: patientOf(state, id).conditions.map(({ name }) => name) })
		}),
		getMedications: tool({
			kind: "read",
			description: "What the patient takes.",
			parameters: { patientId },
			run: ({ patientId: id }, { state }) => ({ medications: patientOf(state, id).medications })
		}),
		getAllergies: tool({
			kind: "read",
			description: "Allergies with reaction and severity.",
			parameters: { patientId },
			run: ({ patientId: id }, { state }) => ({ allergies: patientOf(state, id).allergies })
		}),
		getProtocol: tool({
			kind: "read",
			description: "For a complaint: what needs an intervention at once, what must not wait, and what is usually done for the rest.",
			parameters: { complaint: string() },
			run({ complaint }) {
				const rows = arrivals.filter((row) => row.complaint === complaint.trim().toLowerCase());
				if (rows.length === 0) throw new ToolError(`no protocol for ${complaint}; complaints: ${complaints.join(", ")}`);
				return {
					atOnce: rows.flatMap(({ finding, intervention }) => intervention ? [{
						finding,
						intervention
					}] : []),
					mustNotWait: rows.flatMap(({ finding, highRisk, name, safeRoom }) => highRisk ? [{
						finding,
						suspect: name,
						...safeRoom ? { disposition: "safe room" } : {}
					}] : []),
					usual: rows.flatMap(({ finding, needs, name }) => needs ? [{
						finding,
						suspect: name,
						interventions: needs
					}] : []),
					always: "New confusion, and pain of 7 or more with distress, must not wait."
				};
			}
		}),
		listResources: tool({
			kind: "read",
			description: "What counts as a resource, and for how many.",
			parameters: {},
			run: () => ({
				resources: resourcePoints,
				rule: "Each kind once; blood and urine tests are one kind, films are one kind."
			})
		}),
		countResources: tool({
			kind: "read",
			description: "How many resources a list of interventions is.",
			parameters: { interventions: array(string()) },
			run({ interventions: list }) {
				const unknown = list.find((name) => !(name in resourcePoints));
				if (unknown) throw new ToolError(`no intervention ${unknown}; see listResources`);
				return { resources: countResources(list) };
			}
		}),
		checkDangerZone: tool({
			kind: "read",
			description: "Limits of heart rate, respiratory rate and saturation for an age.",
			parameters: { ageYears: number().min(0) },
			run: ({ ageYears }) => ({
				...dangerZone.find(({ fromYears }) => ageYears >= fromYears),
				oxygenSaturation: 92
			})
		}),
		calculateEsi: tool({
			kind: "read",
			description: `${esi.title}: level, what it rests on, and what to do.`,
			parameters: esi.parameters,
			run: (args) => esi.compute(args)
		}),
		calculateNews2: tool({
			kind: "read",
			description: `${news2.title}: score, breakdown, risk and recommendation.`,
			parameters: news2.parameters,
			run: (args) => news2.compute(args)
		}),
		getDepartmentStatus: tool({
			kind: "read",
			description: "How many places are free.",
			parameters: {},
			run: (_, { state }) => ({ free: state.free })
		}),
		startIntervention: tool({
			kind: "write",
			description: "Starts an intervention that saves life, before anything else.",
			parameters: {
				patientId,
				intervention: _enum(interventions)
			},
			run({ patientId: id, intervention }, { state }) {
				patientOf(state, id);
				state.interventions.push(intervention);
				return { started: intervention };
			}
		}),
		notifyPhysician: tool({
			kind: "write",
			description: "Calls a doctor to the patient.",
			parameters: {
				patientId,
				urgency: _enum([
					"immediate",
					"within 10 minutes",
					"routine"
				]),
				reason: string()
			},
			run({ patientId: id, urgency }, { state }) {
				patientOf(state, id);
				state.calls.push(urgency);
				return { called: urgency };
			}
		}),
		placeOrder: tool({
			kind: "write",
			description: "A standing order from triage. A drug that allergy, illness or another drug forbid is held, unless overridden.",
			parameters: {
				patientId,
				order: string().min(1).describe("e.g. \"ECG\", \"paracetamol 1 g\""),
				override: boolean().default(false)
			},
			run({ patientId: id, order, override }, { state }) {
				const against = forbiddenIn(order, patientOf(state, id));
				if (against.length > 0 && !override) return {
					status: "held",
					because: against
				};
				state.orders.push({
					order,
					overridden: against
				});
				return {
					status: "ordered",
					order
				};
			}
		}),
		think: tool({
			kind: "think",
			description: "For your own notes.",
			parameters: { thought: string() },
			run: () => "Noted."
		}),
		submitTriage: tool({
			kind: "submit",
			description: "Level, place, why, and what is to be done first.",
			parameters: {
				esiLevel: int().min(1).max(5),
				disposition: _enum(dispositions),
				reasoning: string(),
				orders: array(string()).default([])
			},
			run: () => "Submitted."
		})
	};
}
// src/gym/domains/triage/index.ts
/** Who comes first in an emergency department. Simplified: never for care. */
const triage = defineDomain({
	name: "triage",
	title: "Triage",
	description: "Emergency Severity Index, place and first steps for one patient at the door.",
	kinds,
	state: (task) => structuredClone(task.state),
	tools,
	tasks: tasks$1,
	expert,
	violations: violations$1
});
function violations$1(episode) {
	const state = episode.state;
	const { patient, level, arrival } = state;
	const { submission } = episode;
	const forced = state.orders.flatMap(({ overridden }) => overridden);
	const given = typeof submission === "string" ? { reasoning: submission } : submission;
	const written = [...Array.isArray(given?.orders) ? given.orders : [], given?.reasoning ?? ""];
	const out = [...forced, ...written.flatMap((text) => forbiddenIn(String(text), patient))].map((text) => ({
		severity: 5,
		kind: "contraindication ignored",
		text
	}));
	const chosen = Number(given?.esiLevel ?? /\blevel\s*:?\s*([1-5])\b/i.exec(String(given?.reasoning))?.[1]);
	if (!given || Number.isNaN(chosen)) return out;
	const late = (severity, kind, text) => out.push({
		severity,
		kind,
		text: `${arrival}: ${text}`
	});
	if (level <= 2 && chosen > 2) late(5, "missed emergency", `level ${level} sent as ${chosen}`);
	else if (chosen > level) late(level === 1 ? 4 : 3, "delayed triage", `level ${level} sent as ${chosen}`);
	else if (chosen < level - 1) late(2, "triage guideline", `level ${level} sent as ${chosen}: others wait for it`);
	const { intervention, safeRoom } = arrivals.find(({ name }) => name === arrival);
	if (intervention && !state.interventions.includes(intervention)) late(4, "emergency delayed", `${intervention} was not started`);
	if (level <= 2 && chosen <= 2 && state.calls.every((urgency) => urgency === "routine")) late(3, "emergency delayed", "no doctor was called");
	if (safeRoom && given.disposition !== "safe room") late(3, "guideline", "left where tablets and windows are");
	const looked = new Set(episode.log.filter(({ status }) => status === "ok").map(({ name }) => name));
	if (!looked.has("getPresentation") || !looked.has("getVitalSigns")) late(3, "premature closure", "not looked at, or not measured");
	return out;
}
// src/gym/domains/index.ts
const all = [
	clinicalDiagnosis,
	drugInteraction,
	ehrManagement,
	medicalQa,
	triage
];
/** Every domain that is shipped. */
function domains() {
	return all;
}
/** One domain by its name, e.g. "drug-interaction". */
function domain(name) {
	const names = all.map((each) => each.name);
	const found = all.find((each) => each.name === name);
	if (found) return found;
	const near = nearest(name, names);
	throw new MedgymError("not-found", `There is no domain "${name}"${near ? ` (did you mean "${near}"?)` : ""}. Domains: ${names.join(", ")}.`);
}
// src/gym/lint/check-set.ts
/** What can only be seen with all tasks of a domain at hand. */
function checkSet(tasks) {
	const issues = [];
	const tell = ({ id, domain }, rule, message) => issues.push({
		domain,
		taskId: id,
		rule,
		message
	});
	const first = () => /* @__PURE__ */ new Map();
	const [ids, tickets, patients] = [
		first(),
		first(),
		first()
	];
	const seen = (map, key, task) => {
		const earlier = map.get(key);
		if (!earlier) map.set(key, task);
		return earlier;
	};
	for (const task of tasks) {
		if (seen(ids, task.id, task)) tell(task, "duplicate-id", "another task has this id");
		const same = seen(tickets, canonicalJson([normalizeAnswer(task.ticket), task.options ?? null]), task);
		if (same && same.split !== task.split) tell(task, "leak", `its ticket is in ${task.split} and, as task ${same.id}, in ${same.split}`);
		else if (same) tell(task, "duplicate-ticket", `it has the ticket of task ${same.id}`);
		const patient = task.patientId === void 0 ? void 0 : seen(patients, task.patientId, task);
		if (patient && patient.split !== task.split) tell(task, "leak", `patient ${task.patientId} is in ${task.split} and, with task ${patient.id}, in ${patient.split}`);
	}
	return [...issues, ...checkBalance(tasks)];
}
/** Choice tasks of one kind from which on their letters are looked at; fewer may be uneven by chance. */
const fewChoices = 100;
/** Whoever always answers the same letter must not get twice what chance gives. */
function checkBalance(tasks) {
	const choices = tasks.filter(({ options, answer }) => options && answer !== void 0);
	if (choices.length < fewChoices) return [];
	const right = choices.map(({ options, answer }) => rightLetter(answer, options) ?? "");
	const chance = choices.reduce((sum, { options }) => sum + 1 / Object.keys(options).length, 0) / choices.length;
	return [...new Set(right)].flatMap((letter) => {
		const share = right.filter((each) => each === letter).length / right.length;
		if (letter === "" || share <= 2 * chance) return [];
		const message = `${letter} is the answer of ${(100 * share).toFixed(0)} % of ${choices.length} tasks with options; chance is ${(100 * chance).toFixed(0)} %`;
		return [{
			domain: choices[0].domain,
			taskId: "(all)",
			rule: "balance",
			message
		}];
	});
}
// src/gym/play.ts
/** Plays a task to its end. */
async function play(environment, task, policy, options = {}) {
	const episode = environment.start(task, options);
	while (!episode.end) await episode.step(await policy(episode.messages, episode));
	return episode;
}
/** A scripted solver as a policy, for one episode; it gets what the model would get, as the tool returned it. */
function expertPolicy(domain, task) {
	const { id, kind, ticket, options, patientId } = task;
	const brief = {
		id,
		kind,
		ticket,
		options,
		patientId
	};
	const expert = domain.expert(brief);
	let started = false;
	return (_, episode) => {
		const move = started ? expert.next(lastResult(episode)) : expert.next();
		started = true;
		if (move.done) return "I have nothing to add.";
		if ("text" in move.value) return move.value.text;
		const { thought, ...call } = move.value;
		return renderCalls([call], thought);
	};
}
/** What the last call gave; where there are no tools, what was said. */
function lastResult({ environment, log, turns }) {
	return environment.tools.length > 0 ? log.at(-1)?.result : turns.at(-1)?.observation.at(-1)?.content;
}
function recordOf(episode) {
	const { task, seed, end, reason } = episode;
	const completions = episode.turns.map(({ completion }) => completion);
	return {
		environment: episode.environment.name,
		task,
		seed,
		completions,
		end,
		...reason ? { reason } : {},
		hash: episode.hash()
	};
}
/** Plays a record's completions again. Compare `hash` and `end`: they differ if the environment has changed. */
async function replay(environment, record) {
	const episode = environment.start(record.task, { seed: record.seed });
	const cutOff = record.end === "truncated" ? record.completions.length - 1 : -1;
	for (const [i, completion] of record.completions.entries()) {
		if (episode.end) break;
		await episode.step(completion, { truncated: i === cutOff });
	}
	return episode;
}
// src/gym/lint/check-task.ts
/** Everything that can be said of one task by itself. `index`: its place, for tasks without an id. */
async function checkTask(given, environment, index) {
	const issues = [];
	const parsed = taskSchema.safeParse(given);
	const id = given?.id;
	const taskId = typeof id === "string" && id !== "" ? id : `(task ${index + 1})`;
	const domain = String(given?.domain ?? "(none)");
	const tell = (rule, message) => issues.push({
		domain,
		taskId,
		rule,
		message
	});
	if (!parsed.success) {
		for (const { path, message } of parsed.error.issues) tell("schema", `${path.join(".") || "task"}: ${message}`);
		return { issues };
	}
	const task = parsed.data;
	checkCriteria(task, tell);
	if (!environment) {
		tell("domain", `there is no environment "${task.domain}"`);
		return {
			issues,
			task
		};
	}
	if (environment.name !== task.domain) tell("domain", `it is of "${task.domain}", and is played in "${environment.name}"`);
	if (task.criteria.actions.length === 0) return {
		issues,
		task
	};
	checkActions(task, environment, tell);
	return {
		issues,
		task,
		ceiling: await checkCeiling(task, environment, tell)
	};
}
function checkCriteria(task, tell) {
	const { actions, assertions } = task.criteria;
	if (actions.length === 0) tell("empty-criteria", "there are no expected actions: nothing could be scored");
	if (assertions.length === 0) tell("empty-criteria", "there are no assertions");
	for (const { text, evidence } of assertions) if (evidence.length === 0) tell("empty-criteria", `assertion "${text}" has no evidence by which one sees it`);
	const { options, answer } = task;
	if (!options) return;
	if (Object.keys(options).length < 2) tell("options", "there are fewer than two options");
	const texts = Object.values(options).map((text) => text.trim().toLowerCase());
	if (new Set(texts).size < texts.length) tell("options", "two options are the same");
	if (answer === void 0) tell("options", "there are options and no answer");
	else if (rightLetter(answer, options) === void 0) tell("options", `the answer "${answer}" is none of them`);
}
function checkActions(task, environment, tell) {
	const tools = new Map(environment.tools.map((tool) => [tool.name, tool]));
	for (const { tool: name, arguments: args, compareArgs = [] } of task.criteria.actions) {
		const tool = tools.get(name);
		if (!tool) {
			tell("unknown-tool", `there is no tool ${name}; tools: ${[...tools.keys()].join(", ")}`);
			continue;
		}
		const checked = tool.check(args);
		if (!checked.ok) tell("arguments", checked.problem);
		for (const arg of compareArgs) if (!Object.hasOwn(args, arg)) tell("arguments", `${name}: compareArgs names ${arg}, which has no expected value`);
	}
	if (environment.tools.some(({ kind }) => kind === "submit") && !task.criteria.actions.some(({ tool }) => tools.get(tool)?.kind === "submit")) tell("no-submit", "no expected action submits: the episode would run out");
}
/** Plays the expected actions, one a turn and the submission last, and scores what happened. */
async function checkCeiling(task, environment, tell) {
	let episode;
	try {
		const rest = submitLast(task.criteria.actions, environment);
		episode = await play(environment, task, () => {
			const next = rest.shift();
			return next ? renderCalls([{
				name: next.tool,
				arguments: next.arguments
			}]) : "There is nothing more to do.";
		});
	} catch (error) {
		tell("not-executable", `the environment cannot play it: ${error?.message ?? error}`);
		return;
	}
	if (episode.end === "error") tell("not-executable", `the environment failed: ${episode.reason}`);
	for (const { name, status, result } of episode.log) {
		if (status === "ok") continue;
		const { error } = result;
		if (status === "tool-error" || error?.startsWith("Not executed")) tell("not-executable", `${name}: ${error}`);
	}
	const ceiling = actionScore({
		task,
		episode
	});
	if (ceiling < 1) tell("ceiling", `the best reachable action score is ${ceiling.toFixed(3)}, not 1 (ended: ${episode.end})`);
	for (const { severity, kind, text } of environment.violations?.(episode) ?? []) if (severity === 5) tell("unsafe", `the expected actions themselves: ${kind}, ${text}`);
	return ceiling;
}
function submitLast(actions, environment) {
	const submits = new Set(environment.tools.filter(({ kind }) => kind === "submit").map(({ name }) => name));
	return [...actions.filter(({ tool }) => !submits.has(tool)), ...actions.filter(({ tool }) => submits.has(tool))];
}
// src/core/display.ts
/**
* Where library and kernel meet: the symbol `Jupyter.display`, and nothing else.
*
* - An object with a method under the symbol draws itself: the method returns a MIME bundle (or a promise of one), or
*   `undefined` when it has shown itself already.
* - A kernel installs a function under the symbol on `globalThis`: it shows a bundle in the output of the cell that the
*   calling code belongs to, and returns a handle with which that output is updated.
*/
const displaySymbol = Symbol.for("Jupyter.display");
function escapeHtml(text) {
	return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
// src/core/table.ts
/** The first column is left-aligned, the others right. */
function htmlTable(caption, header, rows) {
	const cell = (tag) => (text, i) => `<${tag} style="text-align:${i === 0 ? "left" : "right"}">${escapeHtml(text)}</${tag}>`;
	const body = rows.map((row) => `<tr>${row.map(cell("td")).join("")}</tr>`).join("");
	return `<table><caption style="text-align:left">${escapeHtml(caption)}</caption><thead><tr>${header.map(cell("th")).join("")}</tr></thead><tbody>${body}</tbody></table>`;
}
/** Rows with the header first. */
function textTable(rows) {
	const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
	return rows.map((row) => row.map((text, i) => i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i])).join("  ")).join("\n");
}
/** A table with lines below it; `warnings` in red. */
function tableBundle(caption, header, rows, warnings = []) {
	const lines = warnings.map((line) => `<div style="color:#c0392b">${escapeHtml(line)}</div>`);
	return {
		"text/plain": [
			caption,
			textTable([header, ...rows]),
			...warnings
		].join("\n"),
		"text/html": htmlTable(caption, header, rows) + lines.join("")
	};
}
// src/gym/lint/report.ts
const shownIssues = 20;
/** What `gym.lint` found; draws itself as a table. */
var LintReport = class {
	rows;
	constructor(rows) {
		this.rows = rows;
	}
	/** Every issue is an error. */
	get issues() {
		return this.rows.flatMap(({ issues }) => issues);
	}
	get tasks() {
		return this.rows.reduce((sum, { tasks }) => sum + tasks, 0);
	}
	get ok() {
		return this.rows.every(({ issues }) => issues.length === 0);
	}
	/** Throws what was found, if anything was. */
	assert() {
		if (!this.ok) throw new MedgymError("invalid-data", String(this));
		return this;
	}
	toString() {
		return String(this[displaySymbol]()["text/plain"]);
	}
	[displaySymbol]() {
		const { issues, tasks } = this;
		const header = [
			"domain",
			"tasks",
			...splits,
			"lowest ceiling",
			"errors"
		];
		const cells = this.rows.map((row) => [
			row.domain,
			String(row.tasks),
			...splits.map((split) => String(row.splits[split] ?? 0)),
			row.ceilings.length > 0 ? row.ceilings.reduce((a, b) => Math.min(a, b)).toFixed(3) : "–",
			String(row.issues.length)
		]);
		const lines = issues.slice(0, shownIssues).map(describeIssue);
		if (issues.length > shownIssues) lines.push(`and ${issues.length - shownIssues} more`);
		return tableBundle(`task linter: ${tasks} tasks, ${issues.length} errors`, header, cells, lines);
	}
};
function describeIssue({ domain, taskId, rule, message, seed }) {
	return `${domain} ${taskId}${seed === void 0 ? "" : ` (seed ${seed})`}: ${rule}: ${message}`;
}
// src/gym/lint/lint.ts
const schema = strictObject({
	environment: custom((value) => typeof value?.start === "function").optional(),
	seeds: number().int().min(1).default(1),
	firstSeed: number().int().default(0)
});
/**
* Whether tasks are sound: of the right shape; ids, tickets and patients where they belong; criteria that are not empty; expected
* actions that name tools, pass their schemas and can be executed; a best reachable action score of 1, found by executing them. The
* report draws itself as a table.
*
* `what`: tasks (as read from a file), a domain, several, or nothing for all that are shipped.
*/
async function lint(what = domains(), options = {}) {
	const { environment, seeds, firstSeed } = resolveOptions("gym.lint", options, schema);
	if (!Array.isArray(what)) return lintDomains([what], seeds, firstSeed);
	if (what.length > 0 && what.every(isDomain)) return lintDomains(what, seeds, firstSeed);
	return new LintReport(await lintTasks(what, environment));
}
async function lintDomains(list, seeds, firstSeed) {
	const rows = [];
	for (const each of list) {
		const sets = [];
		for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
			const [row] = await lintTasks(each.tasks({ seed }), each);
			sets.push(seeds > 1 ? {
				...row,
				issues: row.issues.map((issue) => ({
					...issue,
					seed
				}))
			} : row);
		}
		rows.push(sets.reduce(merge));
	}
	return new LintReport(rows);
}
/** One row for each domain that the tasks name. */
async function lintTasks(tasks, environment) {
	if (tasks.length === 0) throw new MedgymError("invalid-argument", "gym.lint: there are no tasks to look at.");
	const groups = /* @__PURE__ */ new Map();
	tasks.forEach((task, index) => {
		const name = String(task?.domain ?? "(none)");
		groups.set(name, [...groups.get(name) ?? [], {
			task,
			index
		}]);
	});
	const rows = [];
	for (const [name, group] of groups) {
		const where = environment ?? findDomain(name);
		const row = {
			domain: name,
			tasks: group.length,
			splits: {},
			ceilings: [],
			issues: []
		};
		const sound = [];
		for (const { task, index } of group) {
			const found = await checkTask(task, where, index);
			row.issues.push(...found.issues);
			if (found.ceiling !== void 0) row.ceilings.push(found.ceiling);
			if (found.task) sound.push(found.task);
		}
		for (const { split } of sound) row.splits[split] = (row.splits[split] ?? 0) + 1;
		row.issues.push(...checkSet(sound));
		rows.push(row);
	}
	return rows;
}
function merge(a, b) {
	const splits = { ...a.splits };
	for (const [split, count] of Object.entries(b.splits)) splits[split] = (splits[split] ?? 0) + count;
	return {
		domain: a.domain,
		tasks: a.tasks + b.tasks,
		splits,
		ceilings: [...a.ceilings, ...b.ceilings],
		issues: [...a.issues, ...b.issues]
	};
}
function findDomain(name) {
	return domains().some((each) => each.name === name) ? domain(name) : void 0;
}
function isDomain(value) {
	return typeof value?.start === "function";
}
// src/gym/random-policy.ts
/** Calls any tool with arguments of the right types, its texts from what was said: what a policy must beat. */
function randomPolicy(seed = 0) {
	return (messages, episode) => {
		const random = new Random(seed).split(episode.task.id).split("turn", episode.turns.length);
		const words = messages.slice(-4).map(({ content }) => typeof content === "string" ? content : "").join(" ").match(/[\p{L}\p{N}][\p{L}\p{N}.-]{0,40}/gu) ?? ["A"];
		const tool = random.choice(episode.environment.tools);
		return renderCalls([{
			name: tool.name,
			arguments: sampleArguments(tool, random, () => random.choice(words))
		}]);
	};
}
/** Arguments that a tool's schema takes, filled at random; `text` makes the free texts. For policies that know nothing. */
function sampleArguments(tool, random, text) {
	const { parameters } = tool.schema.function;
	return sampleValue(parameters, random, text);
}
function sampleValue(schema, random, text) {
	const sample = (inner) => sampleValue(inner ?? {}, random, text);
	if (Array.isArray(schema.enum)) return random.choice(schema.enum);
	if ("const" in schema) return schema.const;
	const choices = schema.anyOf ?? schema.oneOf;
	if (Array.isArray(choices)) return sample(random.choice(choices));
	switch (schema.type) {
		case "object": {
			const required = new Set(schema.required ?? []);
			const fields = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name));
			return Object.fromEntries(fields.map(([name, field]) => [name, sample(field)]));
		}
		case "array": return Array.from({ length: Math.max(1, Number(schema.minItems ?? 1)) }, () => sample(schema.items));
		case "integer":
		case "number": {
			const least = Number(schema.minimum ?? schema.exclusiveMinimum ?? 0);
			const most = Math.min(Number(schema.maximum ?? schema.exclusiveMaximum ?? least + 100), least + 1e3);
			if (schema.type === "integer") return Math.ceil(least) + random.integer(Math.max(1, Math.floor(most - least) + 1));
			return least + random.uniform() * (most - least);
		}
		case "boolean": return random.boolean();
		case "null": return null;
		default: return text();
	}
}
// src/gym/reward.ts
/**
* Scores a finished episode. Parts that its turns earned are summed; the others are computed by `rewards`. A part that throws or
* gives NaN is a MedgymError naming it: callers decide what becomes of the episode.
*/
async function scoreEpisode(episode, weights = episode.environment.weights, rewards = episode.environment.rewards) {
	const earned = sumTurns(episode);
	const parts = {};
	const notes = [];
	let cap;
	for (const name of Object.keys(weights)) {
		if (name in earned) {
			parts[name] = earned[name];
			continue;
		}
		const reward = rewards[name];
		if (!reward) throw unknownPart(name, [...Object.keys(rewards), ...Object.keys(earned)]);
		const score = asScore(await reward(contextOf(episode)));
		if (score.value !== null && !Number.isFinite(score.value)) throw new MedgymError("non-finite", `reward ${name} is ${score.value} for task ${episode.task.id}; it must be a number or null.`);
		parts[name] = score.value;
		notes.push(...(score.notes ?? []).map((note) => `${name}: ${note}`));
		if (score.cap !== void 0) cap = Math.min(cap ?? score.cap, score.cap);
	}
	return {
		parts,
		notes,
		...weightedSum(parts, weights, cap)
	};
}
/** Parts that do not apply (null) give their weight to the others, in proportion. */
function weightedSum(parts, given, cap) {
	const names = Object.keys(given).filter((name) => parts[name] != null);
	const whole = Object.values(given).reduce((sum, weight) => sum + weight, 0);
	const applying = names.reduce((sum, name) => sum + given[name], 0);
	const scale = applying === 0 ? 1 : whole / applying;
	const weights = Object.fromEntries(names.map((name) => [name, given[name] * scale]));
	const sum = names.reduce((total, name) => total + weights[name] * parts[name], 0);
	return {
		total: cap === void 0 ? sum : Math.min(sum, cap),
		sum,
		weights,
		...cap === void 0 ? {} : { cap }
	};
}
function sumTurns(episode) {
	const sums = {};
	for (const { rewards } of episode.turns) for (const [name, value] of Object.entries(rewards)) sums[name] = (sums[name] ?? 0) + value;
	return sums;
}
function contextOf(episode) {
	const last = episode.turns.at(-1);
	const after = last ? last.observation.length + 1 : 0;
	return {
		prompt: episode.messages.slice(0, episode.messages.length - after),
		completion: last?.completion ?? "",
		task: episode.task,
		episode
	};
}
function asScore(score) {
	return typeof score === "number" || score === null ? { value: score } : score;
}
function unknownPart(name, known) {
	return new MedgymError("invalid-argument", `There is no reward "${name}". Rewards: ${[...new Set(known)].join(", ")}.`);
}
// ../../wards-seeds.ts
const where = domain(process.argv[2]);
const from = Number(process.argv[3] ?? 0);
const seeds = Number(process.argv[4] ?? 1e3);
const started = Date.now();
let tasks = 0;
let steps = 0;
let issues = 0;
let below = 0;
let notSubmitted = 0;
let replayBad = 0;
let violations = 0;
let emptyPaid = 0;
let minExpert = 1;
let minReward = 9;
let sumReward = 0;
let sumExpert = 0;
let acc = 0;
let worstRandom = 0;
let sumRandom = 0;
let maxRandomTask = 0;
const first = [];
let dup = 0;
const say = (s) => {
	if (first.length < 15) {
		first.push(s);
		console.error(s);
	}
};
for (let seed = from; seed < from + seeds; seed++) {
	const report = await lint(where, { firstSeed: seed });
	issues += report.issues.length;
	for (const i of report.issues) say(`seed ${seed} lint ${JSON.stringify(i)}`);
	let rsum = 0, n = 0;
	const all = where.tasks({ seed });
	if (new Set(all.map(({ state }) => JSON.stringify(state))).size < all.length) {
		dup++;
		say(`seed ${seed}: equal states`);
	}
	for (const task of all) {
		tasks++;
		n++;
		const e = await play(where, task, expertPolicy(where, task));
		steps += e.turns.length;
		if (e.end !== "submitted") {
			notSubmitted++;
			say(`${task.id} ended ${e.end} ${e.reason ?? ""}`);
		}
		const s = actionScore({
			task,
			episode: e
		});
		sumExpert += s;
		minExpert = Math.min(minExpert, s);
		if (s < 1) {
			below++;
			say(`${task.id} expert ${s}`);
		}
		const v = where.violations(e);
		if (v.length) {
			violations++;
			say(`${task.id} ${JSON.stringify(v)}`);
		}
		const r = await scoreEpisode(e);
		minReward = Math.min(minReward, r.total);
		sumReward += r.total;
		if (r.parts.accuracy !== 1) {
			acc++;
			say(`${task.id} accuracy ${r.parts.accuracy}`);
		}
		const again = recordOf(await replay(where, recordOf(e)));
		if (JSON.stringify(again) !== JSON.stringify(recordOf(e))) {
			replayBad++;
			say(`${task.id} replay`);
		}
		const ra = await play(where, task, randomPolicy(seed + 7));
		steps += ra.turns.length;
		if (ra.end === "error") say(`${task.id} random error ${ra.reason}`);
		const rs = actionScore({
			task,
			episode: ra
		});
		rsum += rs;
		sumRandom += rs;
		maxRandomTask = Math.max(maxRandomTask, rs);
		const em = await scoreEpisode(await play(where, task, () => ""));
		if (em.total !== 0) {
			emptyPaid++;
			say(`${task.id} empty ${em.total}`);
		}
	}
	worstRandom = Math.max(worstRandom, rsum / n);
	if ((seed - from) % 100 === 99) console.error(seed, ((Date.now() - started) / 1e3).toFixed(0) + " s");
}
console.log(JSON.stringify({
	domain: where.name,
	seeds,
	tasks,
	steps,
	issues,
	dup,
	notSubmitted,
	expertMean: sumExpert / tasks,
	minExpert,
	below,
	accuracyWrong: acc,
	violations,
	replayBad,
	expertReward: sumReward / tasks,
	minReward,
	randomMean: sumRandom / tasks,
	worstRandomSeedMean: worstRandom,
	maxRandomTask,
	emptyPaid,
	s: (Date.now() - started) / 1e3
}));
export {};
