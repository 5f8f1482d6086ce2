import { built } from '../../test/tools/go-build.ts';

/** Path of the line (main.go beside this file); two seconds the first time. */
export function lineBinary(): Promise<string> {
  return built({
    name: 'line',
    folder: import.meta.dirname,
    modules: 'go',
    packagePath: '.',
    flags: [],
    orElse: 'or leave out what goes over a line',
  });
}
