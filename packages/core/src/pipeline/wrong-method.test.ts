import { expect, it } from '@jest/globals';
import { ACCOUNT, GatewayForTest, TOKEN } from './__fixtures__/gateway-for-test.ts';

const api = `/client/v4/accounts/${ACCOUNT}/ai`;

it.each([
  ['PUT', `/v1/${ACCOUNT}/main`, 'POST'],
  ['GET', `/v1/${ACCOUNT}/main/compat/chat/completions`, 'POST'],
  ['GET', `${api}/v1/chat/completions`, 'POST'],
  ['GET', `${api}/run`, 'POST'],
  ['PUT', `${api}/run/openai/gpt-5`, 'POST'],
  ['DELETE', `${api}/v1/models`, 'GET, HEAD'],
])('%s %s is 405 and names what the endpoint takes (RFC 9110 15.5.6)', async (method, path, allowed) => {
  const gateway = new GatewayForTest();
  gateway.addToken({
    grants: [{ effect: 'allow', permissions: ['gateway:run', 'inference:read'], gateways: 'all' }],
  });
  const headers = { authorization: `Bearer ${TOKEN}`, 'cf-aig-authorization': TOKEN };
  const answer = await gateway.request({ path, headers, method });
  expect([answer.status, answer.header('allow')]).toEqual([405, allowed]);
});
