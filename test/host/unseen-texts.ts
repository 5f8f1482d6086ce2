/** What a name, a record or a remote may hold, and a terminal obeys. */
export const UNSEEN_TEXTS: Readonly<Record<string, string>> = {
  'a title that is set and a screen that is cleared': 'a\u001b]0;pwned\u0007\u001b[2J\u001b[31m',
  'a control character of eight bits': 'a\u009b31mb',
  'a backspace and a carriage return': 'good\b\b\b\bbad\rworse',
  'a change of the direction of writing': '\u202efdp.exe and \u2066x\u2069',
  'a letter without width': 'a\u200bb\u200dc\ufeffd\u00ade',
  'a line separator': 'a\u2028b\u2029c\u0085d',
  'a tag and a character that there is not': 'a\u{e0041}b\uffffc\u{10ffff}',
  'half a character': 'a\ud800b',
};
