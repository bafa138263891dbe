import { expect, test } from '@jest/globals';
import { bedrockAddress, bedrockPath, placedBedrockModel } from './bedrock-address.ts';

test.each([
  ['anthropic.claude-x-v1:0', 'us-east-1', 'anthropic.claude-x-v1:0'],
  ['us.anthropic.claude-x', 'us-east-1', 'us.anthropic.claude-x'],
  ['global.anthropic.claude-x', 'us-east-1', 'global.anthropic.claude-x'],
  ['eu.anthropic.claude-x', 'eu-central-1', 'eu.anthropic.claude-x'],
  ['apac.amazon.nova-pro', 'ap-northeast-1', 'apac.amazon.nova-pro'],
  ['eu-west-1/eu.anthropic.claude-x', 'eu-west-1', 'eu.anthropic.claude-x'],
  [
    'arn:aws:bedrock:us-west-2:1:inference-profile/p',
    'us-west-2',
    'arn:aws:bedrock:us-west-2:1:inference-profile/p',
  ],
])('%s is asked for in %s', (name, region, model) => {
  expect(bedrockAddress(name)).toEqual({ region, model });
  expect(bedrockPath(name, 'converse')).toBe(
    `bedrock-runtime/${region}/model/${encodeURIComponent(model)}/converse`,
  );
});

test.each([
  ['anthropic.claude-x-v1:0', 'eu-west-1', 'eu-west-1'],
  ['global.anthropic.claude-x', 'eu-west-1', 'eu-west-1'],
  ['eu.anthropic.claude-x', 'eu-west-3', 'eu-west-3'],
  ['us.anthropic.claude-x', 'us-west-2', 'us-west-2'],
  ['us-gov.anthropic.claude-x', 'us-gov-east-1', 'us-gov-east-1'],
  // From elsewhere the profile does not exist.
  ['eu.anthropic.claude-x', 'us-east-2', 'eu-central-1'],
  ['us.anthropic.claude-x', 'eu-west-1', 'us-east-1'],
  ['jp.anthropic.claude-x', 'eu-west-1', 'ap-northeast-1'],
  // The name says it itself.
  ['us-west-2/anthropic.claude-x', 'eu-west-1', 'us-west-2'],
  ['arn:aws:bedrock:us-west-2:1:inference-profile/p', 'eu-west-1', 'us-west-2'],
])('with a key of a region, %s and %s, it is asked for in %s', (name, home, region) => {
  expect(bedrockAddress(placedBedrockModel(name, home)).region).toBe(region);
});
