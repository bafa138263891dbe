import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from '@jest/globals';
import { LOCAL } from '@weir/testkit/stores';
import { dynamodbEndpoint } from './dynamodb-endpoint.ts';

/** The SDK asks an endpoint provider of its own, which its client carries along. */
function officialEndpoint(region: string, fips: boolean): string {
  const { config } = new DynamoDBClient({ ...LOCAL, region });
  const { url } = config.endpointProvider({ Region: region, UseFIPS: fips, UseDualStack: false });
  return url.origin;
}

it.each([
  'us-east-1',
  'eu-central-1',
  'il-central-1',
  'cn-north-1',
  'us-gov-west-1',
  'eusc-de-east-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
])('in %s DynamoDB is where the SDK looks for it', (region) => {
  for (const fips of [false, true])
    expect(dynamodbEndpoint(region, fips)).toBe(officialEndpoint(region, fips));
});
