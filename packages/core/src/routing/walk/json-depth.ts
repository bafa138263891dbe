const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether JSON nests objects and arrays deeper than this, told without parsing it. Of what is no JSON, any answer will do. */
export function isDeeperThan(json: Uint8Array, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case 0x7b:
      case 0x5b:
        depth += 1;
        if (depth > most) return true;
        break;
      case 0x7d:
      case 0x5d:
        depth -= 1;
        break;
      case QUOTE:
        at = endOfText(json, at);
    }
  }
  return false;
}

function endOfText(json: Uint8Array, start: number): number {
  for (let at = json.indexOf(QUOTE, start + 1); at >= 0; at = json.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (json[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return json.length;
}
