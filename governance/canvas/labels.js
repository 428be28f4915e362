/* Breaks names into short lines, by how wide their letters are about. */

const WIDE = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\u{1f000}-\u{3ffff}]/u;
const MOST_LINES = 2;
const A_LINE = 12;
const NARROW_EM = 0.56;
/* A sign with its accents is one. Browsers that cannot tell break between them. */
const segmenter = Intl.Segmenter && new Intl.Segmenter(undefined, { granularity: "grapheme" });
const signsOf = (text) => (segmenter ? [...segmenter.segment(text)].map(({ segment }) => segment) : [...text]);
const widthOfSign = (sign) => (WIDE.test(sign) ? 1 : NARROW_EM);

export const widthOf = (text) => signsOf(text).reduce((sum, sign) => sum + widthOfSign(sign), 0);

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
    for (const sign of signsOf(text)) {
        sum += widthOfSign(sign);
        if (sum > width) return taken.slice(0, word || taken.length);
        taken += sign;
        if (sign === " " || sign === "-" || WIDE.test(sign)) word = taken.length;
    }
    return taken;
}
