import { describe, expect, it } from '@jest/globals';
import { buildRouter } from './router.ts';

const match = buildRouter([
  { pattern: '/', methods: { GET: 'front' } },
  { pattern: '/gateways', methods: { GET: 'list', POST: 'create' } },
  { pattern: '/tokens/verify', methods: { GET: 'verify' } },
  { pattern: '/tokens/{token}', methods: { GET: 'token', PUT: 'change' } },
  { pattern: '/gateways/{gateway}/url/{provider}', methods: { GET: 'url' } },
]);

describe('the router', () => {
  it('finds the endpoint of a method and a path', () => {
    expect(match('GET', '/')).toMatchObject({ kind: 'found', endpoint: 'front' });
    expect(match('POST', '/gateways')).toMatchObject({ kind: 'found', endpoint: 'create' });
  });

  it('gives the parameters of the path, decoded one segment at a time', () => {
    expect(match('GET', '/gateways/a%2Fb/url/c%20d')).toEqual({
      kind: 'found',
      endpoint: 'url',
      parameters: { gateway: 'a/b', provider: 'c d' },
    });
  });

  it('prefers a fixed name to a parameter, for every method', () => {
    expect(match('GET', '/tokens/verify')).toMatchObject({ endpoint: 'verify' });
    expect(match('PUT', '/tokens/verify')).toEqual({ kind: 'wrong-method', allow: ['GET'] });
  });

  it('names the methods that a path takes when it does not take this one', () => {
    expect(match('DELETE', '/gateways')).toEqual({ kind: 'wrong-method', allow: ['GET', 'POST'] });
    expect(match('get', '/gateways')).toMatchObject({ kind: 'wrong-method' });
    expect(match('constructor', '/gateways')).toMatchObject({ kind: 'wrong-method' });
  });

  it.each([
    '',
    '/nowhere',
    '/gateways/',
    '//gateways',
    '/tokens/',
    '/tokens/a/b',
    '/tokens/%',
    '/tokens/%E0%A4%A',
    '/gateways%2F',
  ])('leads nowhere from %j', (path) => {
    expect(match('GET', path)).toEqual({ kind: 'no-route' });
  });
});
