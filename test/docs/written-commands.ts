/** The commands of each block of shell in a page, in their order, one a line. */
export const commandBlocks = (page: string): string[][] =>
  [...page.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].map(([, text = '']) =>
    text
      .replaceAll(/\\\n/g, ' ')
      .split('\n')
      .map((line) => line.trim().replaceAll(/ +/g, ' '))
      .filter((line) => line !== ''),
  );
