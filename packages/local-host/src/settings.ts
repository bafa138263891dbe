import * as z from 'zod';

const environmentSchema = z.looseObject({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
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

/** @throws {z.ZodError} naming the variable that is not valid. */
export function hostSettings(environment: Readonly<Record<string, string | undefined>>): HostSettings {
  const { PORT, HOST, WEIR_DATA } = environmentSchema.parse(environment);
  return { port: PORT, host: HOST, dataDir: WEIR_DATA };
}
