import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { parseTemplate, type Template } from './template.ts';
import { Unsupported } from './unsupported.ts';

const manifestSchema = z.looseObject({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      properties: z.looseObject({ templateFile: z.string().optional() }).optional(),
    }),
  ),
});

const assetsSchema = z.looseObject({
  files: z.record(
    z.string(),
    z.looseObject({
      source: z.looseObject({ path: z.string().optional(), packaging: z.string().optional() }),
    }),
  ),
});

/** One synthesised stack and the folders that its functions were bundled into. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  /** The folder behind an asset's object key (`<hash>.zip`), or null when the assembly holds no such folder. */
  assetFolder(objectKey: string): string | null;
}

/**
 * Reads what `cdk synth` wrote.
 * @param folder the assembly's folder (`cdk.out`).
 * @throws {Unsupported} when it does not hold exactly one stack.
 */
export async function readAssembly(folder: string): Promise<Assembly> {
  const { artifacts } = manifestSchema.parse(await readJson(join(folder, 'manifest.json')));
  const stacks = Object.entries(artifacts).filter(
    ([, artifact]) => artifact.type === 'aws:cloudformation:stack',
  );
  const [stack] = stacks;
  const templateFile = stack?.[1].properties?.templateFile;
  if (!stack || !templateFile || stacks.length > 1) {
    throw new Unsupported(
      folder,
      `the assembly holds ${stacks.length} stacks, and this host runs exactly one`,
    );
  }
  const stackName = stack[0];
  const template = parseTemplate(await readJson(join(folder, templateFile)), stackName);
  const { files } = assetsSchema.parse(await readJson(join(folder, `${stackName}.assets.json`)));
  return {
    stackName,
    template,
    assetFolder(objectKey) {
      const source = files[objectKey.replace(/\.zip$/, '')]?.source;
      return source?.path && source.packaging === 'zip' ? resolve(folder, source.path) : null;
    },
  };
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
