import { describe, expect, jest, test } from '@jest/globals';
import { resource, resourcesOf, runApp, synthesise } from './synthesise-for-test.ts';

// Each synthesis takes all of one core for seconds, and most tests make one or two while others use the cores as well.
jest.setTimeout(120_000);

describe('the CDK app', () => {
  test('synthesises offline, with no environment at all, passes the AWS Solutions checks, and gives the same again', async () => {
    const { exitCode, output, template } = await runApp();
    expect(output).toBe('');
    expect(exitCode).toBe(0);
    expect(template).toEqual(await synthesise());
  });

  test('names the command to run when a bundle is missing', async () => {
    const { exitCode, output } = await runApp({}, { withBundles: false });
    expect(exitCode).not.toBe(0);
    expect(output).toContain('Run "npm run bundle" first.');
  });

  test('says which context value is wrong', async () => {
    const { exitCode, output } = await runApp({ providerBaseUrls: { openai: 'ftp://example.com' } });
    expect(exitCode).not.toBe(0);
    expect(output).toContain('providerBaseUrls');
  });

  test.each([[['https://models.internal']], '["10.0.0.0/99"]', '10.0.0.0/8', [7]])(
    'says that %j are no private endpoints',
    async (privateEndpoints) => {
      const { exitCode, output } = await runApp({ privateEndpoints });
      expect(exitCode).not.toBe(0);
      expect(output).toContain('privateEndpoints');
    },
  );

  test('takes the same settings as text from the command line', async () => {
    const typed = await synthesise({
      deletionProtection: false,
      providerBaseUrls: { openai: 'https://a.example' },
      privateEndpoints: ['models.internal:8443', '10.0.0.0/8'],
    });
    const text = await synthesise({
      deletionProtection: 'false',
      providerBaseUrls: '{"openai":"https://a.example"}',
      privateEndpoints: '["models.internal:8443","10.0.0.0/8"]',
    });
    expect(text).toEqual(typed);
    expect(resource(typed, 'Unified').Properties.Environment).toMatchObject({
      Variables: { WEIR_PROVIDER_BASE_URLS: '{"openai":"https://a.example"}' },
    });
    for (const id of ['Unified', 'Provider', 'Management'])
      expect(resource(typed, id).Properties.Environment).toMatchObject({
        Variables: { WEIR_PRIVATE_ENDPOINTS: '["models.internal:8443","10.0.0.0/8"]' },
      });
  });

  test('tells the base URL and where the first token and the provider keys are', async () => {
    const { Outputs } = await synthesise();
    expect(Object.keys(Outputs)).toEqual(['BaseUrl', 'FirstTokenSecretArn', 'PlatformKeysSecretArn']);
    expect(Outputs.FirstTokenSecretArn?.Value).toEqual({ Ref: 'FirstTokenSecret' });
  });

  test('notifies the topic that the operator names, from every alarm', async () => {
    const topic = 'arn:aws:sns:eu-west-1:123456789012:on-call';
    const alarms = resourcesOf(await synthesise({ alarmTopicArn: topic }), 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(0);
    for (const [, alarm] of alarms) expect(alarm.Properties.AlarmActions).toEqual([topic]);
  });
});
