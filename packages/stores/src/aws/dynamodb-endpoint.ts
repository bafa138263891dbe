/** Beginnings of region names → the domain of AWS there; everywhere else it is `amazonaws.com`. */
const DOMAINS = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['us-isof-', 'csp.hci.ic.gov'],
] as const;

/** Where DynamoDB is in a region (docs.aws.amazon.com/general/latest/gr/ddb.html). */
export function dynamodbEndpoint(region: string, fips: boolean): string {
  const domain = DOMAINS.find(([beginning]) => region.startsWith(beginning))?.[1] ?? 'amazonaws.com';
  return `https://dynamodb${fips && !region.startsWith('us-gov-') ? '-fips' : ''}.${region}.${domain}`;
}
