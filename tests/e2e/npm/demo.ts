// SPDX-License-Identifier: MIT
// A client of the demo module, by types that were made of its document: node demo.js URL. The lines
// that must not compile are part of the test.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.d.ts';

type Item = components['schemas']['Item'];

const demo = createClient<paths>({ baseUrl: process.argv[2] });

function expect(what: string, is: unknown, should: unknown): void {
  if (JSON.stringify(is) !== JSON.stringify(should))
    throw new Error(`${what}: ${JSON.stringify(is)}, not ${JSON.stringify(should)}`);
}

async function create(name: string, price: number): Promise<Item> {
  const made = await demo.POST('/api/items', { body: { name, price, category: 'food' } });
  expect('created', made.response.status, 201);
  if (!made.data) throw new Error('nothing was created');
  return made.data;
}

async function main(): Promise<void> {
  const tea = await create('  Darjeeling ', 4.5);
  expect('name', tea.name, 'Darjeeling');
  expect('default', tea.in_stock, true);
  const path = { item_id: tea.id };

  const read = await demo.GET('/api/items/{item_id}', { params: { path } });
  expect('read', read.data, tea);

  const list = await demo.GET('/api/items', {
    params: { query: { q: 'darj', max_price: 5, category: 'food', order: 'cheapest', limit: 1 } },
  });
  expect('listed', list.data?.items.map((item) => item.id), [tea.id]);
  const total: number = list.data?.total ?? 0;
  expect('total', total >= 1, true);

  const changed = await demo.PATCH('/api/items/{item_id}', {
    params: { path }, body: { price: 5, description: 'First flush' },
  });
  expect('changed', [changed.data?.price, changed.data?.description], [5, 'First flush']);
  const replaced = await demo.PUT('/api/items/{item_id}', {
    params: { path }, body: { name: 'Assam', price: 3 },
  });
  expect('replaced', [replaced.data?.name, replaced.data?.category, replaced.data?.description],
    ['Assam', 'tool', null]);

  const wrong = await demo.POST('/api/items', { body: { name: '', price: -1 } });
  expect('refused', wrong.response.status, 422);
  const detail = wrong.error?.detail ?? []; // words where the store fails, issues of a check
  if (typeof detail === 'string') throw new Error(detail);
  const issues = detail;
  expect('issues', issues.map((issue) => issue.type), ['string_too_short', 'greater_than']);
  expect('place', issues[0]?.loc, ['body', 'name']);

  const keyless = await demo.DELETE('/api/items/{item_id}', { params: { path } });
  expect('without a key', keyless.response.status, 401);
  const headers = { 'X-API-Key': 'let-me-in' };
  const gone = await demo.DELETE('/api/items/{item_id}', { params: { path }, headers });
  expect('deleted', gone.response.status, 204);
  const missing = await demo.GET('/api/items/{item_id}', { params: { path } });
  expect('missing', missing.response.status, 404);

  // @ts-expect-error: an item has a price
  const priceless: components['schemas']['NewItem'] = { name: 'tea' };
  // @ts-expect-error: that is no category
  const strange: components['schemas']['NewItem'] = { name: 'tea', price: 1, category: 'drink' };
  expect('both', typeof priceless, typeof strange);
  if (total < 0) {
    // @ts-expect-error: the id is a number
    await demo.GET('/api/items/{item_id}', { params: { path: { item_id: 'seven' } } });
    // @ts-expect-error: there is no such path
    await demo.GET('/things');
  }
  console.log('all as it should be');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
