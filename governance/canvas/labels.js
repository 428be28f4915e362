/* Breaks names into short lines, by how wide their letters are about. */

const WIDE = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\u{1f000}-\u{3ffff}]/u;
const MOST_LINES = 2;
const A_LINE = 12;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export const widthOf = (text) => [...segmenter.segment(text)].reduce((sum, { segment }) => sum + (WIDE.test(segment) ? 1 : 0.56), 0);

/* At most two lines; what is left out is said by three dots. */
export function linesOf(text, width = A_LINE) {
    const lines = [];
    let rest = text;
    while (rest && lines.length < MOST_LINES) {
        const taken = lineOf(rest, width);
        lines.push(taken.trim());
        rest = rest.slice(taken.length).trimStart();
    }
    if (rest) lines[lines.length - 1] = `${lines.at(-1)}…`;
    return lines;
}

/* As much as fits, to the end of a word where one ends. */
function lineOf(text, width) {
    let taken = "", sum = 0, word = 0;
    for (const { segment } of segmenter.segment(text)) {
        sum += WIDE.test(segment) ? 1 : 0.56;
        if (sum > width) return taken.slice(0, word || taken.length);
        taken += segment;
        if (segment === " " || segment === "-" || WIDE.test(segment)) word = taken.length;
    }
    return taken;
}
