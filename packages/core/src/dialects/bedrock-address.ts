const REGION = /^([a-z]{2}(?:-[a-z]+){1,3}-\d{1,2})\/(.+)$/;
const ARN = /^arn:aws[a-z-]*:bedrock:([a-z0-9-]+):/;
const DEFAULT_REGION = 'us-east-1';

/** A Bedrock model and where it is asked for: `us-east-1/anthropic.claude-…`, an ARN, or a bare id. */
export interface BedrockAddress {
  readonly region: string;
  readonly model: string;
}

export function bedrockAddress(name: string): BedrockAddress {
  const [, region, model] = REGION.exec(name) ?? [];
  if (region !== undefined && model !== undefined) return { region, model };
  return { region: ARN.exec(name)?.[1] ?? DEFAULT_REGION, model: name };
}

/** The id is one segment, with its `:` and `/` encoded (spec/providers 8.1). */
export function bedrockPath(name: string, operation: string): string {
  const { region, model } = bedrockAddress(name);
  return `bedrock-runtime/${region}/model/${encodeURIComponent(model)}/${operation}`;
}
