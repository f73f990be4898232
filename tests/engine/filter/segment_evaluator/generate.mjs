// Generates expressions of the part of FQL that Segment's own evaluator knows, asks that
// evaluator about each of a few calls, and writes what it says as NDJSON: a line about the
// package, the calls, then an expression a line with one result a call.
//
//   node generate.mjs FOLDER [COUNT]     FOLDER has the package installed in it (see run.sh)
//
// The evaluator stands in for FQL where a destination's subscription needs it, and differs from
// the language's own reference elsewhere. Such pairs of expression and call get `null`, not a
// result, and such expressions are not generated:
// - `!= 5`, `!contains()`, `!match()` are false there when the field has another type
// - `= null` is not known for `type` and `event`; numbers and bools only below `properties`,
//   `traits` and `context`; `!= true` and `!= false` compare with text
// - a path through a text or number ends there with that text or number, not with null
// - an index into a list is not known
// - `match` knows one star, at the end or the beginning
// - one joining word a group, no group in a group, no function in a group; no escapes in strings
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';

const folder = resolve(process.argv[2]);
const count = Number(process.argv[3] ?? 400);
const name = '@segment/destination-subscriptions';
const { parseFql, validate } = createRequire(join(folder, 'x.js'))(name);
const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json')));

// A small generator of numbers, so that each run gives the same.
let state = 20261122;
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const pick = (list) => list[random(list.length)];

const calls = [
  { type: 'track', event: 'Order Received', userId: 'u_1', properties: { total: 120.5, count: 5, plan: 'pro', paid: true, empty: '', tags: ['a', 'b'], 'product 1': { price: 9 }, addr: { city: 'Bonn' } }, context: { library: { name: 'analytics-node', version: '2.1.0' } } },
  { type: 'track', event: 'Order Refunded', userId: null, properties: { total: 5, count: '5', plan: 'enterprise', paid: false, nothing: null } },
  { type: 'track', event: 'Login', properties: {}, context: { library: { name: 'analytics-go', version: '3.0' }, ip: '::1' } },
  { type: 'identify', userId: 'u_2', traits: { plan: 'pro', seats: 12, admin: true, company: { name: 'Order Inc' } } },
  { type: 'identify', userId: 'pro', traits: { plan: null, seats: -1, admin: 'true' } },
  { type: 'group', userId: 'u_1', traits: { plan: 'free', seats: 0, admin: false, company: { name: '' } }, context: {} },
  { type: 'page', name: 'Home', userId: '', properties: { total: 0, count: -5, plan: 'true', paid: 'false', addr: { city: null } } },
  { type: 'page', name: null, properties: { total: '120.5', plan: ['pro'], paid: null, count: 5.5, addr: [] } },
];

const texts = ['track', 'identify', 'page', 'Order Received', 'Login', 'Order', 'pro', 'free', 'u_1', '5', 'true', '', 'Bonn', 'Home', 'analytics-node', 'o'];
const numbers = [5, 0, -1, 12, 120.5, 5.5, 9, 2, -5];
const nested = ['properties.total', 'properties.count', 'properties.plan', 'properties.paid', 'properties.empty', 'properties.nothing', 'properties.tags', 'properties.absent', 'properties.product\\ 1.price', 'properties.addr.city', 'traits.plan', 'traits.seats', 'traits.admin', 'traits.company.name', 'traits.absent', 'context.library.name', 'context.library.version', 'context.ip'];
const top = ['type', 'event', 'name', 'userId'];

// The value at a path, and whether the path ended in a text or number on the way.
const look = (call, path) => {
  let here = call;
  for (const key of path.replace(/\\/g, '').split('.')) {
    if (here === null || here === undefined) return { value: null, cut: false };
    if (typeof here !== 'object') return { value: null, cut: true };
    here = here[key];
  }
  return { value: here ?? null, cut: false };
};

const leaf = (inGroup) => {
  const path = random(5) < 2 ? pick(top) : pick(nested);
  const isNested = nested.includes(path);
  // Half of the values are some that the field has in one of the calls.
  const own = (type, others) => {
    const found = calls.map((call) => look(call, path).value).filter((value) => typeof value === type);
    return found.length && random(2) ? pick(found) : pick(others);
  };
  const part = (text) => (random(2) ? text : text.slice(0, 1 + random(4)));
  const end = (text) => (random(2) ? text : text.slice(-1 - random(4)));
  const text = () => own('string', texts);
  const number = () => own('number', numbers);
  const quoted = (text) => JSON.stringify(text);
  const uncut = (call) => !look(call, path).cut;
  const typed = (type) => (call) => uncut(call) && typeof look(call, path).value === type;
  const kinds = ['text', 'text', 'text'];
  if (path !== 'type' && path !== 'event') kinds.push('null');
  if (isNested) kinds.push('number', 'number', 'order', 'order', 'bool');
  if (!inGroup && path !== 'type') kinds.push('function', 'function', 'function');
  switch (pick(kinds)) {
    case 'null':
      return { fql: `${path} ${pick(['=', '!='])} null`, knows: uncut };
    case 'bool':
      return { fql: `${path} = ${pick(['true', 'false'])}`, knows: uncut };
    case 'number': {
      const sign = pick(['=', '!=']);
      return { fql: `${path} ${sign} ${number()}`, knows: sign === '=' ? uncut : typed('number') };
    }
    case 'order':
      return { fql: `${path} ${pick(['<', '<=', '>', '>='])} ${number()}`, knows: uncut };
    case 'function': {
      const not = pick(['', '!']);
      const call = pick([
        `contains(${path}, ${quoted(part(text()))})`,
        `match(${path}, ${quoted(part(text()) + '*')})`,
        `match(${path}, ${quoted('*' + end(text()))})`,
      ]);
      return { fql: not + call, knows: not ? typed('string') : uncut };
    }
    default:
      return { fql: `${path} ${pick(['=', '=', '!='])} ${quoted(text())}`, knows: uncut };
  }
};

const joined = (parts, by) => ({
  fql: parts.map((part) => part.fql).join(` ${by} `),
  knows: (call) => parts.every((part) => part.knows(call)),
});
const several = (make) => Array.from({ length: 2 + random(2) }, make);
const group = () => {
  const inner = joined(several(() => leaf(true)), pick(['and', 'or']));
  return { fql: `(${inner.fql})`, knows: inner.knows };
};
const expression = () => {
  const shape = random(5);
  if (shape < 2) return leaf(false);
  if (shape === 2) return joined(several(() => leaf(false)), pick(['and', 'or']));
  return joined(several(() => (random(2) ? leaf(false) : group())), pick(['and', 'or']));
};

console.log(JSON.stringify({ package: name, version }));
for (const call of calls) console.log(JSON.stringify({ call }));
const seen = new Set();
while (seen.size < count) {
  const { fql, knows } = expression();
  if (seen.has(fql)) continue;
  seen.add(fql);
  const ast = parseFql(fql);
  if (ast.error) throw new Error(`${fql}: ${ast.error}`);
  const results = calls.map((call) => (knows(call) ? validate(ast, call) : null));
  console.log(JSON.stringify({ expression: fql, results }));
}
