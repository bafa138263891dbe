import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as z from 'zod';
import { FolderDamaged } from '../data/data-folder.ts';
import { writePrivately } from '../data/write-privately.ts';
import { errorCode } from '../error-code.ts';

const deployedSchema = z.strictObject({
  physicalId: z.string(),
  /** The properties that the resource was created or updated with. */
  properties: z.record(z.string(), z.unknown()),
  /** What `Fn::GetAtt` gives. */
  data: z.record(z.string(), z.unknown()),
});

const fileSchema = z.record(z.string(), deployedSchema);

export type Deployed = z.infer<typeof deployedSchema>;

/** The custom resources that exist already, in a file of the data folder. */
export class DeployedResources {
  readonly #file: string;
  readonly #known: Map<string, Deployed>;

  private constructor(file: string, known: Map<string, Deployed>) {
    this.#file = file;
    this.#known = known;
  }

  /** @throws {FolderDamaged} when the file is there and not what was written. */
  static async open(file: string): Promise<DeployedResources> {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return '{}';
      throw error;
    });
    return new DeployedResources(file, new Map(Object.entries(parse(text, file))));
  }

  find(logicalId: string): Deployed | undefined {
    return this.#known.get(logicalId);
  }

  async remember(logicalId: string, deployed: Deployed): Promise<void> {
    this.#known.set(logicalId, deployed);
    await writePrivately(this.#file, JSON.stringify(Object.fromEntries(this.#known), null, 2));
  }
}

function parse(text: string, file: string): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new FolderDamaged(dirname(file), `${basename(file)} is not what was written there`, cause);
  }
}
