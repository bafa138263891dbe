import * as z from 'zod';

const environmentSchema = z.looseObject({
  PORT: z.string().trim().min(1).default('8787').pipe(z.coerce.number<string>().int().min(0).max(65_535)),
  HOST: z.string().min(1).default('127.0.0.1'),
  WEIR_DATA: z.string().min(1).default('.weir'),
});

export interface HostSettings {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Folder of all local state, relative to the working directory. */
  readonly dataDir: string;
}

/** A variable of the environment has a value that the host cannot use. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
}

/** @throws {InvalidSettings} naming the variable. */
export function hostSettings(environment: Readonly<Record<string, string | undefined>>): HostSettings {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) throw new InvalidSettings(z.prettifyError(parsed.error));
  const { PORT, HOST, WEIR_DATA } = parsed.data;
  return { port: PORT, host: HOST, dataDir: WEIR_DATA };
}
