/* Of the qualifiers only those of the relation that is chosen; with a passage the words that are
   proposed of it, unless others were typed. The page works without this. */
"use strict";

function showAllowed(list) {
    const type = document.getElementById("id_type");
    if (!type) return;
    const show = () => list.querySelectorAll("[data-of]").forEach((line) => { line.hidden = line.dataset.of !== type.value; });
    type.addEventListener("change", show);
    show();
}

function takeWords(choices) {
    const words = document.getElementById("id_words");
    const proposed = () => [...choices].map((choice) => choice.dataset.words.trim());
    choices.forEach((choice) => choice.addEventListener("change", () => {
        const typed = words.value.trim();
        if (!typed || proposed().includes(typed)) words.value = choice.dataset.words;
    }));
}

document.addEventListener("DOMContentLoaded", () => takeWords(document.querySelectorAll("[data-words]")));
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-allowed]").forEach(showAllowed));
