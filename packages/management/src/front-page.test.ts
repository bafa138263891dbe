import { hash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ManagementApi } from './management-api-for-test.ts';
import { serve } from './serve.ts';

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
});

describe('the front page', () => {
  it('tells anyone where clients point', async () => {
    const { status, headers, text } = await api.call('GET', '/', { token: null });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).toContain('https://weir.example/prod/client/v4');
    expect(text).not.toContain(api.account);
  });

  it('runs no script, loads nothing, and may use its own style only', async () => {
    const { headers, text } = await api.call('GET', '/', { token: null });
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
    expect(headers['content-security-policy']).toContain(`'sha256-${hash('sha256', style, 'base64')}'`);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(text).not.toMatch(/<script|<link|<img|javascript:| on\w+=/);
  });

  it('writes no address as markup', async () => {
    const request = {
      method: 'GET',
      path: '/',
      query: new Map(),
      headers: new Map(),
      body: new Uint8Array(),
    };
    const baseUrl = 'https://"><script>alert(1)</script>';
    const { body } = await serve({ ...request, baseUrl, sourceAddress: '' }, api.ports);
    expect(String(body)).not.toContain('<script');
  });
});
