// Compares segscope's verdicts on generated calls with those of ajv, for generated tracking plans in
// Segment's format. For half of the plans, whose schemas have no alternatives and conditions, it also
// compares the kind and the place of each violation.
//   agree.mjs SEGSCOPE WORK_FOLDER PLANS CALLS SEED
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [segscope, work, plans, calls, seed] = process.argv.slice(2);
const DRAFT = "http://json-schema.org/draft-07/schema#";

// mulberry32: small, and the same on every machine
let state = Number(seed) >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = (n) => Math.floor(random() * n);
const chance = (share) => random() < share;
const pick = (list) => list[below(list.length)];
const several = (list, max) => [...new Set(Array.from({ length: 1 + below(max) }, () => pick(list)))];

const NAMES = ["total", "currency", "items", "id", "at", "note", "a.b", "a/b", "~", "größe", "x y", "$ref", "type"];
const STRINGS = [
  "", "a", "USD", "EUR", "usd", "12", "ab12", "größe", "😀", "😀😀", "x y", "null", "true",
  "2026-11-22", "2026-02-30", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00.123+02:00", "2026-11-22T10:00",
  "10:00:00Z", "25:00:00Z", "a@b.co", "a@", "nobody", "6f1f7d1e-0b0e-4c3e-9a53-0d2c6c0a7c11", "6f1f7d1e",
  "127.0.0.1", "256.0.0.1", "::1", "::g", "example.com", "-bad-.com", "https://a.co/b?c=d#e", "not a uri",
];
// below 1e21: ajv says that such a number is no multiple of 1, since JavaScript writes it with an exponent
const NUMBERS = [0, -1, 1, 2, 3, 5, 10, 100, 0.25, 0.5, -2.75, 1e3, 1e15, 4503599627370497, -0.125];
const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];
const FORMATS = ["date", "time", "date-time", "email", "uuid", "ipv4", "ipv6", "hostname", "uri"];
const PATTERNS = ["^[A-Z]{3}$", "^\\d+$", "\\w", "^.{1,3}$", "(a|b)+", "^\\S*$", "^[^@]+@[^@]+$", "ö"];

function value(depth) {
  const kind = below(depth > 0 ? 9 : 6);
  if (kind < 3) return pick(STRINGS);
  if (kind < 5) return pick(NUMBERS);
  if (kind === 5) return pick([true, false, null]);
  if (kind < 8) return object(depth - 1);
  return Array.from({ length: below(4) }, () => value(depth - 1));
}

function object(depth) {
  const names = below(5) === 0 ? [] : several(NAMES, 5);
  return Object.fromEntries(names.map((name) => [name, value(depth)]));
}

// a value that roughly matches a schema: calls of random values would violate nearly every schema
function fitting(schema, definitions, depth) {
  if (typeof schema === "boolean" || depth < 0 || chance(0.04)) return value(Math.max(depth, 0));
  if (schema.$ref) return fitting(definitions[schema.$ref.split("/").pop()], definitions, depth);
  if ("const" in schema) return schema.const;
  if (schema.enum) return pick(schema.enum);
  const inner = (part) => fitting(part, definitions, depth - 1);
  const types = schema.type ? [schema.type].flat() : schema.properties || schema.required ? ["object"] : TYPES;
  switch (pick(types)) {
    case "string": {
      const strings = STRINGS.filter((text) => {
        const length = [...text].length;
        return length >= (schema.minLength ?? 0) && length <= (schema.maxLength ?? 99)
          && (!schema.pattern || new RegExp(schema.pattern, "u").test(text));
      });
      // values that look like one of a format are good and bad ones
      return strings.length > 0 ? pick(strings) : pick(STRINGS);
    }
    case "number":
    case "integer": {
      const numbers = NUMBERS.filter((n) => n >= (schema.minimum ?? -1e9) && n < (schema.exclusiveMaximum ?? 1e30)
        && Number.isInteger(n / (schema.multipleOf ?? n)));
      return numbers.length > 0 ? pick(numbers) : pick(NUMBERS);
    }
    case "boolean":
      return chance(0.5);
    case "null":
      return null;
    case "array": {
      const length = (schema.minItems ?? 0) + below(2);
      const part = (at) => (Array.isArray(schema.items) ? schema.items[at] : schema.items) ?? true;
      return Array.from({ length }, (_, at) => inner(part(at)));
    }
    default: {
      const names = Object.keys(schema.properties ?? {}).filter(() => chance(0.6));
      const all = new Set([...names, ...(schema.required ?? [])]);
      if (chance(0.05)) all.add(pick(NAMES));
      if (all.size > 0 && chance(0.05)) all.delete(pick([...all]));
      return Object.fromEntries([...all].map((name) => [name, inner(schema.properties?.[name] ?? true)]));
    }
  }
}

// whether the schemas of the plan at hand have alternatives and conditions
let hasConditions = true;

function schema(depth, refs) {
  const own = {};
  if (chance(0.05)) return chance(0.5);
  if (chance(0.06) && refs.length > 0) return { $ref: `#/definitions/${pick(refs)}` };
  if (chance(0.75)) own.type = chance(0.7) ? pick(TYPES) : several(TYPES, 3);
  const parts = [
    () => (own.enum = several([...STRINGS, ...NUMBERS, true, null, [1], { a: 1 }], 6).filter(unique)),
    () => (own.const = value(1)),
    () => (own.minLength = below(4)),
    () => (own.maxLength = below(8)),
    () => (own.pattern = pick(PATTERNS)),
    () => (own.format = pick(FORMATS)),
    () => (own.minimum = pick([-1, 0, 0.5, 3])),
    () => (own.exclusiveMaximum = pick([0, 1, 10, 1000])),
    () => (own.multipleOf = pick([1, 2, 0.25])),
    () => (own.required = several(NAMES, 3)),
  ];
  if (depth > 0) {
    const inner = () => schema(depth - 1, refs);
    const members = () => Object.fromEntries(several(NAMES, 5).map((name) => [name, inner()]));
    parts.push(
      () => (own.properties = members()),
      () => (own.properties = members()),
      () => (own.additionalProperties = chance(0.6) ? false : inner()),
      () => (own.patternProperties = { [pick(["^a", "o", "^[a-z]+$"])]: inner() }),
      () => (own.minProperties = below(3)),
      () => (own.maxProperties = 1 + below(5)),
      () => (own.items = chance(0.7) ? inner() : [inner(), inner()]),
      () => (own.additionalItems = chance(0.5) ? false : inner()),
      () => (own.minItems = below(3)),
      () => (own.maxItems = below(4)),
      () => (own.uniqueItems = true),
    );
    if (hasConditions) parts.push(
      () => (own.propertyNames = { maxLength: 3 + below(5) }),
      () => (own.dependencies = { [pick(NAMES)]: chance(0.5) ? [pick(NAMES)] : inner() }),
      () => (own.contains = inner()),
      () => (own.not = inner()),
      () => Object.assign(own, { if: inner(), then: inner(), else: inner() }),
      () => (own[pick(["allOf", "anyOf", "oneOf"])] = [inner(), inner()]),
    );
  }
  for (let n = below(4); n > 0; n--) pick(parts)();
  return own;
}

const unique = (one, at, all) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === at;

const EVENTS = ["Order Received", "Report Exported", "größe"];

// a rule of this kind of call, whose schema describes the whole call
function rule(type, key, version) {
  const member = type === "IDENTIFY" || type === "GROUP" ? "traits" : "properties";
  const definitions = {};
  const refs = chance(0.5) ? ["a", "b"] : [];
  for (const name of refs) definitions[name] = schema(1, []);
  const jsonSchema = {
    ...(chance(0.8) ? { $schema: DRAFT } : {}),
    type: "object",
    definitions,
    properties: { [member]: schema(3, refs), context: chance(0.2) ? schema(1, []) : {} },
    ...(chance(0.4) ? { required: [member] } : {}),
  };
  return { key, type, version, jsonSchema };
}

function trackingPlan() {
  const rules = [];
  for (const event of EVENTS) {
    rules.push(rule("TRACK", event, 1));
    if (chance(0.3)) rules.push(rule("TRACK", event, 2));
  }
  rules.push(rule("IDENTIFY", null, 1), rule("GROUP", null, 1), rule("PAGE", "Home", 1));
  if (chance(0.5)) {
    rules.push({ key: null, type: "COMMON", version: 1, jsonSchema: { properties: { context: schema(1, []) } } });
  }
  return { data: { rules } };
}

function call(at, plan) {
  const type = pick(["track", "track", "track", "identify", "group", "page"]);
  const member = type === "identify" || type === "group" ? "traits" : "properties";
  const own = {
    type,
    messageId: `m${at}`,
    userId: "u",
    timestamp: "2026-11-22T10:00:00.000Z",
    ...(type === "track" ? { event: pick(EVENTS) } : {}),
    ...(type === "page" ? { name: pick(["Home", "Home", "Other"]) } : {}),
    ...(type === "group" ? { groupId: "g" } : {}),
    ...(chance(0.3) ? { context: { protocols: { event_version: pick([1, 2, "2", 9]) } } } : {}),
  };
  const rule = applicable(plan, own).at(-1)?.jsonSchema;
  const part = (name) => fitting(rule?.properties?.[name] ?? true, rule?.definitions ?? {}, 3);
  const context = part("context");
  if (chance(0.6)) own.context = own.context ? { ...own.context, extra: context } : context;
  if (chance(0.97)) own[member] = part(member);
  return own;
}

// the rules that apply to a call, as the Public API's documentation says
function applicable(plan, call) {
  const { rules } = plan.data;
  const key = call.type === "track" ? call.event : call.type === "page" ? call.name : null;
  const own = rules.filter((rule) => rule.type === call.type.toUpperCase() && rule.key === key);
  const wanted = call.context?.protocols?.event_version;
  const version = own.find((rule) => wanted !== undefined && String(rule.version) === String(wanted)) ?? own[0];
  return [...rules.filter((rule) => rule.type === "COMMON"), ...(version ? [version] : [])];
}

// the code of a violation that ajv found, and its pointer
function violation({ keyword, instancePath, params }) {
  const pointer = (name) => `${instancePath}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  if (keyword === "required") return `PLAN-REQUIRED ${pointer(params.missingProperty)}`;
  if (keyword === "additionalProperties") return `PLAN-ADDITIONAL ${pointer(params.additionalProperty)}`;
  if (keyword === "false schema") return `PLAN-FORBIDDEN ${instancePath}`;
  return `${keyword === "type" ? "PLAN-TYPE" : "PLAN-VALUE"} ${instancePath}`;
}

mkdirSync(work, { recursive: true });
let compared = 0;
let violating = 0;
const differing = [];
for (let nth = 0; nth < Number(plans); nth++) {
  hasConditions = nth % 2 === 0;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true, logger: false });
  addFormats(ajv);
  const plan = trackingPlan();
  const compiled = new Map(plan.data.rules.map((rule) => [rule, ajv.compile(rule.jsonSchema)]));
  const sent = Array.from({ length: Number(calls) }, (_, at) => call(at, plan));
  const [planFile, callsFile] = [join(work, `plan-${nth}.json`), join(work, "calls.ndjson")];
  writeFileSync(planFile, JSON.stringify(plan));
  writeFileSync(callsFile, sent.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const done = spawnSync(
    segscope,
    ["check", callsFile, "--format", "ndjson", "--fail-on", "never", "--vendor", "custify", "--expect", planFile],
    { encoding: "utf8", maxBuffer: 1 << 30, env: { PATH: process.env.PATH, HOME: work } },
  );
  const records = done.stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  if (records.length !== sent.length) {
    throw new Error(`plan ${nth}: ${records.length} of ${sent.length} calls were checked: ${done.stderr}`);
  }
  for (const [at, one] of sent.entries()) {
    const own = records[at].findings.filter((finding) => finding.code.startsWith("PLAN-") && finding.severity === "error");
    const errors = applicable(plan, one).flatMap((rule) => (compiled.get(rule)(one) ? [] : compiled.get(rule).errors));
    compared += 1;
    violating += errors.length > 0 ? 1 : 0;
    const sorted = (violations) => [...new Set(violations)].sort().join("\n");
    const isSame = hasConditions
      ? own.length > 0 === errors.length > 0
      : sorted(own.map(({ code, path }) => `${code} ${path}`)) === sorted(errors.map(violation));
    if (!isSame) {
      differing.push({ plan: planFile, call: one, segscope: own.map((f) => `${f.code} ${f.path}: ${f.message}`), ajv: errors.map((e) => `${e.keyword} ${e.instancePath}: ${e.message} (${e.schemaPath})`) });
    }
  }
}
for (const { plan, call, segscope, ajv } of differing.slice(0, 10)) {
  console.log(`${plan}\n  ${JSON.stringify(call)}\n  segscope: ${segscope.join("; ") || "no violation"}\n  ajv: ${ajv.join("; ") || "no violation"}`);
}
const share = Math.round((100 * violating) / compared);
console.log(`seed ${seed}: ${compared} calls, ${violating} of them violate their plan (${share} %); ${differing.length} verdicts differ`);
// a generator that makes only good or only bad calls would compare nothing
if (share < 10 || share > 90) throw new Error("the calls are too much alike");
process.exit(differing.length > 0 ? 1 : 0);
