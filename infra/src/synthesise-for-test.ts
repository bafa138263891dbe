import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePath, FUNCTION_NAMES } from './bundles.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

interface Run {
  readonly exitCode: number;
  readonly output: string;
  /** Null when the app wrote none. */
  readonly template: Template | null;
}

/**
 * Runs the CDK app as `npm run synth` does, but with no environment at all (no credentials, profile or home folder) and
 * with tiny files for bundles, so that the tests need no build.
 */
export async function runApp(
  context: Readonly<Record<string, unknown>> = {},
  { withBundles = true }: { readonly withBundles?: boolean } = {},
): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-synth-'));
  try {
    if (withBundles) await writeStandIns(folder);
    const outdir = join(folder, 'cdk.out');
    const { exitCode, output } = await run(join(import.meta.dirname, 'app.ts'), {
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ bundleRoot: folder, ...context }),
    });
    const name = `${String(context.stackName ?? 'Weir')}.template.json`;
    const template = await readFile(join(outdir, name), 'utf8').catch(() => null);
    return { exitCode, output, template: template === null ? null : JSON.parse(template) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const synthesised = new Map<string, Promise<Template>>();

/** The template for a context, synthesised once. @throws with the app's output when synthesis fails. */
export function synthesise(context: Readonly<Record<string, unknown>> = {}): Promise<Template> {
  const key = JSON.stringify(context);
  const template = synthesised.get(key) ?? templateOrThrow(context);
  synthesised.set(key, template);
  return template;
}

async function templateOrThrow(context: Readonly<Record<string, unknown>>): Promise<Template> {
  const { exitCode, output, template } = await runApp(context);
  if (exitCode !== 0 || template === null) throw new Error(`Synthesis failed:\n${output}`);
  return template;
}

export function resourcesOf(template: Template, type: string): readonly (readonly [string, Resource])[] {
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
}

/** @throws when the template has no such resource. */
export function resource(template: Template, logicalId: string): Resource {
  const found = template.Resources[logicalId];
  if (found === undefined) throw new Error(`The template has no ${logicalId}.`);
  return found;
}

async function writeStandIns(root: string): Promise<void> {
  for (const name of FUNCTION_NAMES) {
    const folder = join(root, bundlePath(name));
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'index.mjs'),
      `export const handler = async () => ${JSON.stringify(name)};\n`,
    );
  }
}

function run(
  script: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  return new Promise((settle) => {
    const child = execFile(process.execPath, [script], { env: environment }, (_error, stdout, stderr) =>
      settle({ exitCode: child.exitCode ?? 1, output: `${stdout}${stderr}` }),
    );
  });
}
