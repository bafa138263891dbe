import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createOwnRole } from './own-role.ts';

const before = { ...process.env };
beforeEach(() => {
  process.env.AWS_ACCESS_KEY_ID = 'ASIAEXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'role-secret';
  process.env.AWS_SESSION_TOKEN = 'role-token';
});
afterEach(() => {
  process.env = { ...before };
});

it('the gateway’s own role is used for nothing unless the operator allows it', () => {
  delete process.env.WEIR_BEDROCK_ROLE_REGION;
  expect(createOwnRole().credentialFor('aws-bedrock')).toBeNull();
});

it('where it is allowed, it signs for Bedrock and for nobody else', () => {
  process.env.WEIR_BEDROCK_ROLE_REGION = 'eu-west-1';
  const role = createOwnRole();
  const credential = role.credentialFor('aws-bedrock');
  expect(credential).toMatchObject({
    kind: 'aws',
    accessKeyId: 'ASIAEXAMPLE',
    place: { region: 'eu-west-1' },
  });
  expect(credential?.secretAccessKey.reveal()).toBe('role-secret');
  expect(credential?.sessionToken?.reveal()).toBe('role-token');
  for (const other of ['openai', 'google-vertex-ai', 'custom-aws-bedrock'])
    expect(role.credentialFor(other)).toBeNull();
});

it('the environment is read once: what a host puts there afterwards changes nothing', () => {
  process.env.WEIR_BEDROCK_ROLE_REGION = 'eu-west-1';
  const role = createOwnRole();
  process.env.AWS_ACCESS_KEY_ID = 'AKIAOFTHEDEVELOPER';
  expect(role.credentialFor('aws-bedrock')?.accessKeyId).toBe('ASIAEXAMPLE');
});
