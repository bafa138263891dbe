const REGION = /^([a-z]{2}(?:-[a-z]+){1,3}-\d{1,2})\/(.+)$/;
const ARN = /^arn:aws[a-z-]*:bedrock:([a-z0-9-]+):/;
const DEFAULT_REGION = 'us-east-1';
/** A geography's inference profiles are asked for from one of its own regions (AWS: cross-region inference). */
const GEOGRAPHIES: ReadonlyMap<string, string> = new Map([
  ['eu', 'eu-central-1'],
  ['apac', 'ap-northeast-1'],
  ['jp', 'ap-northeast-1'],
  ['au', 'ap-southeast-2'],
  ['us-gov', 'us-gov-west-1'],
]);

/** A Bedrock model and where it is asked for: `us-east-1/anthropic.claude-…`, an ARN, or a bare id. */
export interface BedrockAddress {
  readonly region: string;
  readonly model: string;
}

export function bedrockAddress(name: string): BedrockAddress {
  const [, region, model] = REGION.exec(name) ?? [];
  if (region !== undefined && model !== undefined) return { region, model };
  const geography = name.slice(0, Math.max(0, name.indexOf('.')));
  return { region: ARN.exec(name)?.[1] ?? GEOGRAPHIES.get(geography) ?? DEFAULT_REGION, model: name };
}

/** What an AWS region's name begins with → the geographies that are asked for from there. */
const ASKED_FROM: readonly (readonly [regions: string, geographies: readonly string[]])[] = [
  ['eu-', ['eu']],
  ['ap-', ['apac', 'jp', 'au']],
  ['us-gov-', ['us-gov']],
  ['us-', ['us']],
];
const ASKED = ASKED_FROM.flatMap(([, geographies]) => geographies);

/**
 * The name with the region of the credential that is used, unless the name says a region itself. A geography's inference
 * profile is not asked for from another geography, wherever the credential is at home.
 */
export function placedBedrockModel(name: string, region: string): string {
  if (REGION.test(name) || ARN.test(name)) return name;
  const geography = name.slice(0, Math.max(0, name.indexOf('.')));
  const isElsewhere =
    ASKED.includes(geography) &&
    !ASKED_FROM.some(([regions, asked]) => region.startsWith(regions) && asked.includes(geography));
  return isElsewhere ? name : `${region}/${name}`;
}

/** The id is one segment, with its `:` and `/` encoded (spec/providers 8.1). */
export function bedrockPath(name: string, operation: string): string {
  const { region, model } = bedrockAddress(name);
  return `bedrock-runtime/${region}/model/${encodeURIComponent(model)}/${operation}`;
}
