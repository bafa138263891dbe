import { transformSync } from 'esbuild';

/** Jest transform: strips types with esbuild, keeping native ES modules and accurate line numbers. */
export default {
  process(source, path) {
    const { code, map } = transformSync(source, {
      loader: path.endsWith('x') ? 'tsx' : 'ts',
      format: 'esm',
      target: 'node24',
      sourcefile: path,
      sourcemap: 'external',
    });
    return { code, map };
  },
};
