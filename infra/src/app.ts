/** The CDK app: `node infra/src/app.ts` writes the cloud assembly, offline and without credentials. */
import { resolve } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readDeploymentSettings } from './deployment-settings.ts';
import { SYNTHESIS_CONTEXT } from './synthesis-context.ts';
import { WeirStack } from './weir-stack.ts';

const app = new App({
  outdir: process.env.CDK_OUTDIR ?? resolve(import.meta.dirname, '../cdk.out'),
  analyticsReporting: false,
  context: SYNTHESIS_CONTEXT,
});
const settings = readDeploymentSettings(app.node);
new WeirStack(app, settings.stackName, settings);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
