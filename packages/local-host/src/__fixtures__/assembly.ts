import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Fixture {
  /** Source of `index.mjs` of each asset, by name. */
  readonly bundles?: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, unknown>>;
  /** Other sections of the template. */
  readonly sections?: Readonly<Record<string, unknown>>;
}

export interface Scratch extends AsyncDisposable {
  readonly folder: string;
}

/** A folder that is gone when its scope ends. */
export async function scratchFolder(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-local-host-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Writes what `cdk synth` would: a manifest, one template, its assets. @returns the assembly's folder. */
export async function writeAssembly(
  parent: string,
  { bundles = {}, resources, sections }: Fixture,
): Promise<string> {
  const folder = join(parent, 'cdk.out');
  await mkdir(folder, { recursive: true });
  const files: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(bundles)) {
    const hash = assetHash(name);
    const path = `asset.${hash}`;
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, 'index.mjs'), source);
    files[hash] = { displayName: name, source: { path, packaging: 'zip' }, destinations: {} };
  }
  const manifest = {
    version: '55.0.0',
    artifacts: {
      'Weir.assets': { type: 'cdk:asset-manifest', properties: { file: 'Weir.assets.json' } },
      Weir: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Weir.template.json' } },
    },
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'Weir.assets.json'), JSON.stringify({ version: '55.0.0', files }));
  await writeFile(join(folder, 'Weir.template.json'), JSON.stringify({ ...sections, Resources: resources }));
  return folder;
}

function assetHash(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** A function resource over the bundle of that name. */
export function functionResource(bundle: string, properties: Readonly<Record<string, unknown>> = {}) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 10,
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Code: {
        S3Bucket: { 'Fn::Join': ['-', ['assets', { Ref: 'AWS::AccountId' }]] },
        S3Key: `${assetHash(bundle)}.zip`,
      },
      ...properties,
    },
    Metadata: { 'aws:cdk:path': `Weir/${bundle}/Resource` },
  };
}

interface RouteFixture {
  readonly path: string;
  readonly method?: string;
  readonly function: string;
  readonly streams?: boolean;
  readonly timeoutMs?: number;
}

/** A REST API named `Api` with these routes, as CDK writes it. */
export function restApi(routes: readonly RouteFixture[], api: Readonly<Record<string, unknown>> = {}) {
  const resources: Record<string, unknown> = {
    Role: { Type: 'AWS::IAM::Role', Properties: {} },
    Api: {
      Type: 'AWS::ApiGateway::RestApi',
      Properties: { Name: 'weir', BinaryMediaTypes: ['*/*'], ...api },
    },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'prod', DeploymentId: 'd' },
    },
  };
  const root = { 'Fn::GetAtt': ['Api', 'RootResourceId'] };
  for (const route of routes) {
    let parent: object = root;
    let id = 'Path';
    for (const part of route.path.split('/').filter(Boolean)) {
      id += part.replace(/\W/g, (character) => (character === '+' ? 'Plus' : 'X'));
      resources[id] ??= {
        Type: 'AWS::ApiGateway::Resource',
        Properties: { ParentId: parent, PathPart: part, RestApiId: { Ref: 'Api' } },
      };
      parent = { Ref: id };
    }
    const method = route.method ?? 'ANY';
    resources[`${id}${method}`] = {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        HttpMethod: method,
        ResourceId: parent,
        RestApiId: { Ref: 'Api' },
        AuthorizationType: 'NONE',
        Integration: integration(route),
      },
    };
  }
  return resources;
}

function integration(route: RouteFixture) {
  const [version, suffix] = route.streams
    ? ['2021-11-15', '/response-streaming-invocations']
    : ['2015-03-31', '/invocations'];
  const prefix = `:apigateway:us-east-1:lambda:path/${version}/functions/`;
  return {
    Type: 'AWS_PROXY',
    IntegrationHttpMethod: 'POST',
    Uri: {
      'Fn::Join': [
        '',
        ['arn:', { Ref: 'AWS::Partition' }, prefix, { 'Fn::GetAtt': [route.function, 'Arn'] }, suffix],
      ],
    },
    ...(route.streams ? { ResponseTransferMode: 'STREAM' } : {}),
    ...(route.timeoutMs ? { TimeoutInMillis: route.timeoutMs } : {}),
  };
}
